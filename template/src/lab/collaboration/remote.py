"""Shared storage for data and runs: ``uv run lab setup --remote <address>`` names it for DVC, once for all members."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from lab.console import localised, said
from lab.doctor import EXTRAS
from lab.errors import UserError, one_line

NAME = "storage"


def add_remote(address: str, endpoint_url: str = "") -> None:
    """Write ``address`` into ``.dvc/config`` as the project's storage, and see whether it can be reached.

    A folder, ``s3://bucket/folder`` (with ``endpoint_url``, of any service that speaks S3), ``ssh://user@host/folder``
    or what else DVC knows. Keys are never written: that file is committed.

    Raises:
        UserError: the address cannot be used, or a package is missing. Nothing is written then.
    """
    scheme, _, rest = address.partition("://")
    if not f"{address}{endpoint_url}".isascii():
        raise UserError(f"--remote: {address}: DVC notes addresses in ASCII letters alone: choose a folder named so")
    if not address:
        raise UserError("--endpoint-url needs --remote s3://bucket/folder beside it")
    if not rest:
        _make(Path(address))
    elif scheme == "gdrive":
        raise UserError("--remote: Google refuses DVC's sign-in: choose a folder, S3 or SSH instead of Google Drive")
    elif scheme not in EXTRAS:
        known = ", ".join(f"{each}://" for each in EXTRAS)
        raise UserError(f"--remote: {address}: {scheme}:// is unknown here: give a folder, or one of {known}")
    elif importlib.util.find_spec(f"dvc_{EXTRAS[scheme]}") is None:
        raise UserError(
            f'--remote: DVC cannot speak {scheme} yet: run `uv add "dvc[{EXTRAS[scheme]}]"`, then this again'
        )
    elif urlsplit(address).password:
        raise UserError("--remote: the address holds a password, and it will be committed: leave it out")
    if endpoint_url and scheme != "s3":
        raise UserError("--endpoint-url belongs to an address that begins with s3://")
    _dvc("remote", "add", "--default", "--force", NAME, address)
    if endpoint_url:
        _dvc("remote", "modify", NAME, "endpointurl", endpoint_url)
    if trouble := _trouble():
        print(said("commands.no_storage", address=address, trouble=localised(trouble)) + _keys(scheme))
    else:
        print(said("commands.storage", address=address))


def _make(folder: Path) -> None:
    if folder.resolve().is_relative_to(Path.cwd()):
        raise UserError(f"--remote: {folder} lies inside this project: choose a folder that all of you can reach")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--remote: the folder {folder} cannot be made: {error.strerror}") from None


def _keys(scheme: str) -> str:
    """How a member gives the keys that the storage asks for."""
    if scheme != "s3":
        return ""
    return said("commands.keys", modify=f"uv run dvc remote modify --local {NAME}")


def _trouble() -> str:
    """Why the storage cannot be listed, in one line; empty if it can."""
    try:
        from dvc.repo import Repo

        with Repo() as repo:
            storage = repo.cloud.get_remote_odb(NAME)
            if urlsplit(storage.path).scheme or storage.fs.protocol != "local":
                storage.fs.ls(storage.fs.parts(storage.path)[0] if storage.fs.protocol == "s3" else storage.path)
    except FileNotFoundError as error:
        return f"there is no {one_line(error)}"
    except Exception as error:  # each storage has exceptions of its own
        return one_line(error)
    return ""


def _dvc(*arguments: str) -> None:
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode:
        lines = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.strip()]
        raise UserError(f"`dvc {' '.join(arguments)}`: {lines[0] if lines else f'exit code {done.returncode}'}")
