"""What is missing on this machine for the project, each with its fix."""

from __future__ import annotations

import configparser
import importlib.util
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path
from typing import Literal

from lab.console import localised, padded, said
from lab.errors import UserError
from lab.runs import git
from lab.settings import Project, read_params, read_project

FREE_GIGABYTES = 10
"""The environment takes about 6 GB with CUDA's libraries; data, runs and DVC's cache come on top."""


@dataclass(frozen=True)
class Finding:
    """``missing`` stops the pipeline; a ``note`` does not."""

    kind: Literal["ok", "note", "missing"]
    text: str
    fix: str = ""


def main() -> None:
    """Print every finding.

    Raises:
        UserError: something is missing without which the pipeline does not run.
    """
    missing = 0
    for finding in findings():
        missing += finding.kind == "missing"
        print(padded(said(f"doctor.{finding.kind}"), 9) + finding.text, flush=True)
        if finding.fix:
            print(f"{'':<8} -> {finding.fix}", flush=True)
    if missing:
        raise UserError(f"{missing} {'thing is' if missing == 1 else 'things are'} missing: see the fixes above")


def findings() -> Iterator[Finding]:
    """Check by check, the quick ones first."""
    version, system, machine = platform.python_version(), platform.system(), platform.machine()
    yield Finding("ok", said("doctor.python", version=version, system=system, machine=machine))
    project = None
    try:
        project = read_project()
        read_params()
        yield Finding("ok", said("doctor.readable"))
    except UserError as error:
        yield Finding("missing", localised(error))
    yield from _git(project)
    yield from _remote()
    yield _disk()
    yield from _bytecode()
    yield _device()


def require_git() -> None:
    """Raise a ``UserError`` if this machine has no Git."""
    if not git("--version"):
        raise UserError("git is not installed: install it from git-scm.com, then open a new terminal")


def _git(project: Project | None) -> Iterator[Finding]:
    try:
        require_git()
    except UserError as error:
        yield Finding("missing", localised(error))
        return
    if not git("rev-parse", "--git-dir"):
        yield Finding("missing", said("doctor.no_repository"), "uv run lab setup")
    elif not git("rev-parse", "--verify", "HEAD"):
        yield Finding("note", said("doctor.no_commit"), said("doctor.no_commit_fix"))
    else:
        yield Finding("ok", said("doctor.commit", commit=git("rev-parse", "--short", "HEAD")))
    name, email = git("config", "user.name"), git("config", "user.email")
    if not (name and email):
        yield Finding("note", said("doctor.no_name"), said("doctor.no_name_fix"))
    elif project and email.casefold() not in {member.email.casefold() for member in project.members}:
        yield Finding("note", said("doctor.stranger", email=email), said("doctor.stranger_fix"))
    else:
        yield Finding("ok", said("doctor.commits_by", name=name, email=email))


EXTRAS = {"s3": "s3", "ssh": "ssh", "gs": "gs", "azure": "azure", "https": "webdav", "webdavs": "webdav"}
"""What DVC needs besides, by the beginning of a remote's address."""


def _remote() -> Iterator[Finding]:
    """Whether DVC can reach the project's shared storage."""
    config = configparser.ConfigParser()
    config.read([".dvc/config", ".dvc/config.local"], encoding="utf-8")
    for section in config.sections():
        scheme = config.get(section, "url", fallback="").partition("://")[0]
        if scheme == "gdrive":
            yield Finding("note", said("doctor.no_drive"), said("doctor.no_drive_fix"))
        elif (extra := EXTRAS.get(scheme)) and importlib.util.find_spec(f"dvc_{extra}") is None:
            yield Finding("note", said("doctor.remote", scheme=scheme), f'uv add "dvc[{extra}]"')


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    left = said("doctor.disk", size=f"{free:.0f}")
    if free < FREE_GIGABYTES:
        return Finding("note", left, said("doctor.disk_fix", size=FREE_GIGABYTES))
    return Finding("ok", left)


def _bytecode() -> Iterator[Finding]:
    import torch

    if sys.dont_write_bytecode and not Path(cache_from_source(torch.__file__)).is_file():
        yield Finding("note", said("doctor.bytecode"), said("doctor.bytecode_fix"))


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        name, memory = torch.cuda.get_device_name(0), f"{torch.cuda.get_device_properties(0).total_memory / 1e9:.0f}"
        return Finding("ok", said("doctor.gpu", name=name, memory=memory, torch=torch.__version__))
    if torch.backends.mps.is_available():
        return Finding("ok", said("doctor.gpu_apple", torch=torch.__version__))
    if shutil.which("nvidia-smi"):
        if torch.version.cuda is None:
            return Finding("note", said("doctor.no_cuda", torch=torch.__version__), said("doctor.no_cuda_fix"))
        return Finding("note", said("doctor.no_driver", cuda=torch.version.cuda), said("doctor.no_driver_fix"))
    return Finding("ok", said("doctor.no_gpu", torch=torch.__version__))
