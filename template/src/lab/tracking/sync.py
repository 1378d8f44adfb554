"""``uv run lab sync``: bring MLflow up to date with the files in ``runs/``, in this process."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from lab.console import tell
from lab.errors import UserError
from lab.paths import RUNS, TUNING
from lab.tracking.server import be_quick_and_quiet, reason, store, tracking_uri

if TYPE_CHECKING:
    from lab.tracking.writer import MLflowWriter, Summary


TRIES = 4


def caught_up(uri: str) -> tuple[MLflowWriter, Summary]:
    """Bring MLflow at ``uri`` up to date with the runs in ``runs/`` and the trials of ``lab tune``."""
    be_quick_and_quiet(seconds=30, retries=2)
    from mlflow.exceptions import RestException

    from lab.tracking.writer import MLflowWriter

    for left in reversed(range(TRIES)):
        try:
            writer = MLflowWriter(uri)
            if writer.copy:
                tell("commands.upgraded", file=writer.copy.name)
            return writer, writer.sync(RUNS, TUNING)
        except RestException:  # the server answers: another machine may have written the same at the same moment
            if not left:
                raise
            time.sleep(random.uniform(0.5, 3.0))  # or both would do so again
    raise AssertionError("the last try returns or raises")


def main() -> None:
    """``uv run lab sync``."""
    try:
        done = caught_up(tracking_uri())[1]
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"MLflow at {store()} is not up to date: {reason(error)}") from None
    if done.problems:
        raise UserError(f"MLflow at {store()} is not up to date: {'; '.join(done.problems)}")
    counts = {"created": done.created, "updated": done.updated, "unchanged": done.unchanged}
    tell("commands.synced", store=store(), **counts)
