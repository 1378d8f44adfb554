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
        print(f"{finding.kind:<8} {finding.text}" + (f"\n{'':<8} -> {finding.fix}" if finding.fix else ""), flush=True)
    if missing:
        raise UserError(f"{missing} {'thing is' if missing == 1 else 'things are'} missing: see the fixes above")


def findings() -> Iterator[Finding]:
    """Check by check, the quick ones first."""
    yield Finding("ok", f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    project = None
    try:
        project = read_project()
        read_params()
        yield Finding("ok", "project.toml and params.yaml can be read")
    except UserError as error:
        yield Finding("missing", str(error))
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
        yield Finding("missing", str(error))
        return
    if not git("rev-parse", "--git-dir"):
        yield Finding("missing", "this folder is not a Git repository, which DVC needs", "uv run lab setup")
    elif not git("rev-parse", "--verify", "HEAD"):
        fix = 'git add --all, then git commit --message "Start"'
        yield Finding("note", "nothing is committed yet: runs cannot say which code made them", fix)
    else:
        yield Finding("ok", f"Git repository at commit {git('rev-parse', '--short', 'HEAD')}")
    name, email = git("config", "user.name"), git("config", "user.email")
    if not (name and email):
        fix = 'git config --global user.name "Your Name", and the same with user.email'
        yield Finding("note", "Git does not know who you are, so you cannot commit", fix)
    elif project and email.casefold() not in {member.email.casefold() for member in project.members}:
        fix = "write it under [[members]]: each member's commits are counted by it"
        yield Finding("note", f"no member in project.toml has the email of your commits, {email}", fix)
    else:
        yield Finding("ok", f"commits by {name} <{email}>")


EXTRAS = {"s3": "s3", "ssh": "ssh", "gs": "gs", "azure": "azure", "https": "webdav", "webdavs": "webdav"}
"""What DVC needs besides, by the beginning of a remote's address."""


def _remote() -> Iterator[Finding]:
    """Whether DVC can reach the project's shared storage."""
    config = configparser.ConfigParser()
    config.read([".dvc/config", ".dvc/config.local"], encoding="utf-8")
    for section in config.sections():
        scheme = config.get(section, "url", fallback="").partition("://")[0]
        if scheme == "gdrive":
            yield Finding(
                "note", "Google refuses DVC's sign-in, so Google Drive cannot be used", "choose another remote"
            )
        elif (extra := EXTRAS.get(scheme)) and importlib.util.find_spec(f"dvc_{extra}") is None:
            yield Finding("note", f"DVC cannot use {scheme} yet, so nothing is shared", f'uv add "dvc[{extra}]"')


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    if free < FREE_GIGABYTES:
        return Finding("note", f"{free:.0f} GB of disk space left", f"{FREE_GIGABYTES} GB are recommended")
    return Finding("ok", f"{free:.0f} GB of disk space left")


def _bytecode() -> Iterator[Finding]:
    import torch

    if sys.dont_write_bytecode and not Path(cache_from_source(torch.__file__)).is_file():
        text = "Python may not keep compiled code here, so every start takes about twice as long"
        yield Finding("note", text, "unset PYTHONDONTWRITEBYTECODE, or run: uv sync --compile-bytecode")


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        memory = torch.cuda.get_device_properties(0).total_memory / 1e9
        return Finding("ok", f"GPU: {torch.cuda.get_device_name(0)}, {memory:.0f} GB; torch {torch.__version__}")
    if torch.backends.mps.is_available():
        return Finding("ok", f"GPU: Apple (mps); torch {torch.__version__}")
    if shutil.which("nvidia-smi"):
        if torch.version.cuda is None:
            fix = "pyproject.toml has three lines for this, below exclude-newer: take away their #, then run uv sync"
            return Finding("note", f"torch {torch.__version__} is built without CUDA, but there is an NVIDIA GPU", fix)
        fix = "update the driver, or run nvidia-smi to see what it says"
        return Finding("note", f"torch is built for CUDA {torch.version.cuda} but does not see the NVIDIA GPU", fix)
    return Finding("ok", f"no GPU: training runs on the processor, which is enough to start; torch {torch.__version__}")
