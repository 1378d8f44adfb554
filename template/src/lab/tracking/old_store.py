"""Bring the tables of an older MLflow up to date, after a copy was made."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from mlflow.store.db.utils import _get_latest_schema_revision

from lab.errors import UserError
from lab.tracking.server import reason, store

SQLITE = "sqlite:///"


def upgrade_if_old(tracking_uri: str) -> Path | None:
    """Upgrade the tables in a file of SQLite that an older MLflow wrote; return the copy that was made before.

    MLflow by itself refuses such tables, or upgrades them without a copy. Of a database on a server its owner decides.
    """
    path = Path(tracking_uri.removeprefix(SQLITE))
    if (
        not tracking_uri.startswith(SQLITE)
        or not path.is_file()
        or _revision(path) in (None, _get_latest_schema_revision())
    ):
        return None
    copy = path.with_name(f"{path.name}.before-{datetime.now():%Y%m%d-%H%M%S}")
    # Not a copy of the file: somebody may be writing to it.
    with contextlib.closing(sqlite3.connect(path)) as old, contextlib.closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    command = [sys.executable, "-m", "mlflow", "db", "upgrade", tracking_uri]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode and _revision(path) != _get_latest_schema_revision():
        is_newer = "Can't locate revision" in done.stderr
        if not is_newer and not _has_runs(path):  # making the tables was interrupted: nothing is in them yet
            for part in (path, path.with_name(f"{path.name}-journal"), copy):
                part.unlink(missing_ok=True)
            return None
        why = reason(Exception((done.stderr.strip().splitlines() or ["it gives no reason"])[-1]))
        told = f"another MLflow made the tables of {store()}, and they could not be upgraded ({why})"
        raise UserError(f"{told}: move the file away, and `uv run lab sync` makes it anew; {copy.name} is a copy")
    return copy


def _revision(path: Path) -> str | None:
    """Of the tables; None if there are none yet."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        try:
            found = database.execute("select version_num from alembic_version").fetchone()
        except sqlite3.Error:
            return None
    return found[0] if found else None


def _has_runs(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path)) as database:
        try:
            return database.execute("select 1 from runs limit 1").fetchone() is not None
        except sqlite3.OperationalError:  # there is no such table yet
            return False
