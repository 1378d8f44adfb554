"""A run: one method trained with one seed, and the folder ``runs/<method>/<seed>`` that holds all of it."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Unpack, cast

from filelock import FileLock, Timeout

from lab.errors import UserError
from lab.files import digests, read_json, sha256, write_json, write_text
from lab.kept_runs import FILES, kept, read_record, set_aside
from lab.paths import HOME, RUNS
from lab.results import RunRecord

RESULTS = [name for name in FILES if name not in ("run.json", "checkpoint.pt")]


class Run:
    """The files of a run; ``run.json`` says what it is and how far it came."""

    def __init__(self, method: str, seed: int, folder: Path | None = None) -> None:
        self.folder = folder or RUNS / method / str(seed)
        self.record: RunRecord = {"method": method, "seed": seed}

    def is_finished(self, fingerprint: str) -> bool:
        """Whether this very run (same code, params and data) is complete."""
        saved = read_record(self.folder)
        finished = saved.get("fingerprint") == fingerprint and saved.get("status") == "finished"
        return finished and bool(read_finished(self.folder))

    def is_known(self, fingerprint: str) -> bool:
        """Whether this very run is complete, here or among the runs that were set aside: ``restore`` brings it back."""
        # In this order: another process may restore it meanwhile.
        return self._kept(fingerprint, finished=True) is not None or self.is_finished(fingerprint)

    def restore(self, fingerprint: str) -> bool:
        """Bring this very run back, finished or with its checkpoint, if another replaced it; return whether it did."""
        is_here = read_record(self.folder).get("fingerprint") == fingerprint
        found = self._kept(fingerprint, finished=is_here)
        if found is None or self.is_finished(fingerprint):
            return False
        set_aside(self.folder, successor=found)
        return True

    def _kept(self, fingerprint: str, finished: bool) -> Path | None:
        for path in kept(self.folder, fingerprint):
            if read_record(path).get("status") == "finished":
                with suppress(UserError):  # somebody changed it: it must not replace the other
                    read_finished(path)
                    return path
            elif not finished:
                return path
        return None

    def start(self, fingerprint: str, about: RunRecord) -> None:
        """Write a new ``run.json``, or go on with the one of an unfinished run of the same fingerprint.

        A run of another fingerprint is set aside: call this when all is built that could still fail.
        """
        if not is_main_process():
            return
        saved = read_record(self.folder)
        same = saved.get("fingerprint") == fingerprint
        if not same:
            set_aside(self.folder)
        key, started = (saved["key"], saved["started"]) if same else (uuid.uuid4().hex, now())
        self.record |= about
        self.record |= {"key": key, "started": started, "fingerprint": fingerprint}
        self.update(status="running", error=None, finished=None)

    def update(self, **changes: Unpack[RunRecord]) -> None:
        self.record |= changes
        if is_main_process() and "key" in self.record:  # before `start`, the folder is an earlier run's
            if self.record.get("status") == "finished":
                self.record = sealed(self.record, self.folder)
            write_json(self.folder / "run.json", self.record)

    def write_history(self, rows: list[dict[str, float]]) -> None:
        names = list(dict.fromkeys(name for row in rows for name in row))
        table = io.StringIO()
        writer = csv.DictWriter(table, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_text(self.folder / "history.csv", table.getvalue())


def is_main_process() -> bool:
    """Whether this process writes the run's files: of several that train one model, the first."""
    return int(os.environ.get("RANK", "0")) == 0


def sealed(record: RunRecord, folder: Path) -> RunRecord:
    """``record`` of a finished run, with digests of its files in ``folder`` and of itself."""
    content: RunRecord = json.loads(json.dumps(record))
    content["files"] = {name: each for name, each in digests(folder).items() if name in RESULTS}
    content["digest"] = _digest(content)
    return content


def _digest(record: RunRecord) -> str:
    content = {key: value for key, value in record.items() if key != "digest"}
    return sha256(json.dumps(content, sort_keys=True).encode())


def read_finished(folder: Path) -> RunRecord:
    """``run.json`` of a finished run, if it and all files next to it are what training wrote."""
    path = folder / "run.json"
    record = read_json(path)
    if not isinstance(record, dict) or record.get("status") != "finished":
        raise UserError(f"{folder.as_posix()} is not a finished run: run `uv run dvc repro`, which trains it")
    finished = cast(RunRecord, record)
    spoiled = [] if finished.get("digest") == _digest(finished) else ["run.json"]
    if not spoiled:
        found = digests(folder)
        spoiled = [name for name, digest in finished["files"].items() if found.get(name) != digest]
    if spoiled:
        what = "is not what training wrote" if (folder / spoiled[0]).is_file() else "is missing"
        back = f"`uv run dvc checkout {folder.parent.as_posix()}` may bring it back; else delete {folder.as_posix()}"
        raise UserError(f"{(folder / spoiled[0]).as_posix()} {what}: {back}, and `uv run dvc repro` trains it again")
    return finished


def settle(method: str, seeds: list[int], status: Literal["failed", "interrupted"], error: str) -> None:
    """Note what happened to runs whose trainer ended without a message."""
    for seed in seeds:
        path = RUNS / method / str(seed) / "run.json"
        record = read_record(path.parent)
        if record.get("status") == "running":
            record |= {"status": status, "error": error, "finished": now()}
            write_json(path, record)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def git(*arguments: str) -> str:
    """What ``git`` answers; empty if it fails or is not there."""
    try:
        answer = subprocess.run(["git", *arguments], capture_output=True, text=True, encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def git_state() -> RunRecord:
    """The commit that is checked out, if any, and whether code or settings are others than it holds."""
    commit = git("rev-parse", "--verify", "HEAD")
    # Neither dvc.lock nor records: the pipeline writes them while it runs.
    written = (":(exclude)dvc.lock", ":(exclude)records")
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", *written)
    new = git("ls-files", "--others", "--exclude-standard", "--", "src")
    return {"git_commit": commit or None, "git_dirty": bool(not commit or changed or new)}


def who() -> str:
    """Whose run this is: the member who has the email of Git's settings, else the name in them."""
    from lab.settings import read_project  # pydantic, which what follows with MLflow does without

    name, email = git("config", "user.name"), git("config", "user.email")
    members = {member.email.casefold(): member.name for member in read_project().members if member.email}
    return members.get(email.casefold()) or name or email or "unknown"


def versions() -> dict[str, str]:
    import torch

    return {"python": platform.python_version(), "torch": torch.__version__}


@contextmanager
def only_trainer(folder: Path) -> Iterator[None]:
    """Hold ``folder`` against a second trainer, which would write over this one's checkpoints.

    A killed ``dvc repro`` leaves its trainer running; the system frees the lock when that process ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock_path(folder).parent.mkdir(exist_ok=True)
    lock, holder = FileLock(lock_path(folder)), lock_path(folder).with_suffix(".holder")
    try:
        lock.acquire(timeout=0.5)  # who asks whether a trainer lives holds the lock for a moment
    except Timeout:
        by = holder.read_text(encoding="utf-8") if holder.is_file() else "another process"
        raise UserError(f"{folder.as_posix()} is being trained by {by}: wait until it ends, or stop it") from None
    try:
        job = f" (Slurm job {os.environ['SLURM_JOB_ID']})" if "SLURM_JOB_ID" in os.environ else ""
        write_text(holder, f"process {os.getpid()} on {platform.node()}{job}, since {now()}")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def lock_path(folder: Path) -> Path:
    """Of a method's folder, or of a run's. Not in the folder, which is an output that DVC hashes and copies."""
    return HOME / f"{'.'.join(folder.parts[len(RUNS.parts) :])}.lock"
