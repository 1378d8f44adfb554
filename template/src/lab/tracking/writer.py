"""Bring MLflow up to date with the files of runs: each run is there once, however many processes do this.

Imports MLflow, which takes seconds: other files import this inside functions, away from training.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from lab.errors import UserError
from lab.files import write_text
from lab.paths import HOME, RUNS
from lab.settings import read_project
from lab.tracking import run_files
from lab.tracking.registry import register_champion
from lab.tracking.tracked_run import TrackedRun


@dataclass
class Summary:
    """What a ``sync`` did, in numbers of runs."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    training: int = 0
    problems: list[str] = field(default_factory=list)


class MLflowWriter:
    """Writes to one tracking store. What it wrote or found there it does not ask for again."""

    def __init__(self, tracking_uri: str) -> None:
        self.client = MlflowClient(tracking_uri)
        self.slug = read_project().slug
        HOME.mkdir(exist_ok=True)
        self.lock = FileLock(HOME / "mlflow-writer.lock", timeout=30)
        with self.lock:
            self.place = _place()
            self.experiment = self._experiment()
        self.tracked: dict[str, TrackedRun] = {}
        self.seen: dict[Path, tuple[run_files.State, str]] = {}
        self.run_ids: dict[Path, str] = {}
        self.champion = ""

    def sync(self, folder: Path) -> Summary:
        """Bring MLflow up to date with every run below ``folder``, and with the champion if it is one of them.

        Raises ``MlflowException`` if the store cannot be reached. What is wrong with a single run is in
        the summary's ``problems`` and does not stop the other runs.
        """
        summary = Summary()
        with self.lock:  # two writers at once would both find a run missing, and create it twice
            for run in sorted(path.parent for path in folder.rglob("run.json")):
                try:
                    self._sync_run(run, summary)
                except UserError as error:
                    summary.problems.append(str(error))
                except (KeyError, TypeError, ValueError) as error:
                    summary.problems.append(f"{run.as_posix()}: {type(error).__name__}: {error}")
                except MlflowException as error:
                    if error.error_code != "INVALID_PARAMETER_VALUE":
                        raise
                    summary.problems.append(f"{run.as_posix()}: {error.message}")
            if summary.created or summary.updated:
                self._end_replaced()
            try:
                self.champion = register_champion(self.client, self.slug, self.run_ids, self.champion)
            except UserError as error:
                summary.problems.append(str(error))
        return summary

    def _sync_run(self, folder: Path, summary: Summary) -> None:
        state, (before, status) = run_files.state(folder), self.seen.get(folder, (None, ""))
        is_over = status == "RUNNING" and not run_files.is_training(folder)
        if state == before and not is_over:
            summary.unchanged += 1
        else:
            wanted = run_files.read(folder)
            status = wanted.status
            if status == "RUNNING" and folder.parts[0] == RUNS.name:  # not a trial, which nothing replaces
                wanted.tags["lab.place"] = self.place
            # Searched for each time: `lab sync` may have written to it meanwhile, or a person deleted it.
            run = TrackedRun.find(self.client, self.experiment, wanted, self.tracked.get(wanted.key))
            is_new = run is None
            run = self.tracked[wanted.key] = run or TrackedRun.create(self.client, self.experiment, wanted)
            has_changed = run.update(wanted)
            if not run.is_deleted:
                self.run_ids[folder] = run.id
            self.seen[folder] = (state, status)
            summary.created += is_new
            summary.updated += has_changed and not is_new
            summary.unchanged += not has_changed
        summary.training += status == "RUNNING"

    def _end_replaced(self) -> None:
        """End runs that MLflow believes running in this project folder, but whose files another run has taken over."""
        condition = f"attributes.status = 'RUNNING' and tags.`lab.place` = '{self.place}'"
        for run in self.client.search_runs([self.experiment], condition):
            path = RUNS / run.data.tags["method"] / run.data.tags["seed"] / "run.json"
            if not path.is_file() or run.data.tags["lab.key"] not in path.read_text(encoding="utf-8"):
                self.client.set_terminated(run.info.run_id, "KILLED")

    def _experiment(self) -> str:
        found = self.client.get_experiment_by_name(self.slug)
        if found is None:
            return self.client.create_experiment(self.slug)
        if found.lifecycle_stage == "deleted":
            command = f"uv run mlflow experiments restore --experiment-id {found.experiment_id}"
            raise UserError(f"the experiment {self.slug} was deleted in MLflow: `{command}` brings it back")
        return found.experiment_id


def _place() -> str:
    """A name for this project folder: on a shared server, only it may end the runs that it left running."""
    path = HOME / "place"
    if not path.is_file():
        write_text(path, uuid.uuid4().hex)
    return path.read_text(encoding="utf-8")
