"""Bring the tables of an older MLflow up to date, after a copy was made."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from lab.errors import UserError
from lab.tracking.server import reason, store

SQLITE = "sqlite:///"


def upgrade_if_old(tracking_uri: str) -> Path | None:
    """Upgrade the tables in a file of SQLite that an older MLflow wrote; return the copy that was made before.

    Of a database on a server whoever runs that server must decide: it is named, with the command.
    """
    try:
        MlflowClient(tracking_uri).search_experiments(max_results=1)
        return None
    except MlflowException as error:
        if "out-of-date database schema" not in str(error):
            raise
    if not tracking_uri.startswith(SQLITE):
        mend = f"make a backup, then run `uv run mlflow db upgrade {store()}`"
        raise UserError(f"an older MLflow made the tables of {store()}: {mend}")
    path = Path(tracking_uri.removeprefix(SQLITE))
    copy = path.with_name(f"{path.name}.before-{datetime.now():%Y%m%d-%H%M%S}")
    # Not a copy of the file: somebody may be writing to it.
    with contextlib.closing(sqlite3.connect(path)) as old, contextlib.closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    command = [sys.executable, "-m", "mlflow", "db", "upgrade", tracking_uri]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UserError(
            f"the tables of {store()} could not be upgraded ({reason(Exception(last))}): {copy} is a copy of them"
        )
    return copy
