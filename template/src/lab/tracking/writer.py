"""Bring MLflow up to date with the files of runs: each run is there once, however many processes do this.

Imports MLflow, which takes seconds: other files import this inside functions, away from training.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from lab.console import said
from lab.errors import UserError
from lab.files import write_text
from lab.kept_runs import read_record
from lab.paths import HOME, RUNS
from lab.settings import read_project
from lab.tracking import run_files
from lab.tracking.method_files import of_methods
from lab.tracking.old_store import upgrade_if_old
from lab.tracking.registry import register_champion
from lab.tracking.run_files import Content
from lab.tracking.tags import ALL_SEEDS, TRIAL
from lab.tracking.tracked_run import TrackedRun
from lab.tracking.views import address, compare_address, experiment_tags


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
        self.slug = read_project().slug
        HOME.mkdir(exist_ok=True)
        self.lock = FileLock(HOME / "mlflow-writer.lock", timeout=30)
        with self.lock:
            self.copy = upgrade_if_old(tracking_uri)
            self.client = MlflowClient(tracking_uri)
            self.place = _place()
            self.experiment = self._experiment()
        self.tracked: dict[str, TrackedRun] = {}
        self.read: dict[Path, tuple[run_files.State, Content]] = {}
        self.parents: dict[str, tuple[Content, str]] = {}
        self.run_ids: dict[Path, str] = {}
        self.champion = ""

    def sync(self, *places: Path) -> Summary:
        """Bring MLflow up to date with every run below ``places``, their methods, and the champion if it is among them.

        Raises ``MlflowException`` if the store cannot be reached. What is wrong with a single run is in
        the summary's ``problems`` and does not stop the other runs.
        """
        summary = Summary()
        with self.lock:  # two writers at once would both find a run missing, and create it twice
            folders = sorted(path.parent for place in places for path in place.rglob("run.json"))
            waiting = [run for run in folders if self._has_news(run)]
            for run in waiting:
                with self._named(run.as_posix(), summary):
                    self.read.pop(run, None)
                    self.read[run] = (run_files.state(run), run_files.read(run))
            contents = {run: self.read[run][1] for run in folders if run in self.read}
            if waiting:
                with self._named("comparison", summary):
                    self._sync_methods(list(contents.values()))
            for run in waiting:
                if run in contents:
                    with self._named(run.as_posix(), summary):
                        self._sync_run(run, contents[run], summary)
            summary.unchanged += len(folders) - len(waiting)
            summary.training = sum(content.status == "RUNNING" for content in contents.values())
            if summary.created or summary.updated:
                self._end_replaced()
            try:
                self.champion = register_champion(self.client, self.slug, self.run_ids, self.champion)
            except UserError as error:
                summary.problems.append(str(error))
        return summary

    def pages(self, server: str) -> dict[str, str]:
        """The addresses of the pages that compare methods, on ``server``; the most telling one first."""
        seeds = {"seeds": address(server, self.experiment, "seeds", charts=True)}
        compared = [parent for content, parent in self.parents.values() if content.points]
        if not compared:
            return seeds
        methods = {"methods": address(server, self.experiment, "methods")}
        return methods | seeds | {"compared": compare_address(server, self.experiment, compared)}

    def training(self) -> list[str]:
        """The runs in MLflow that train at this moment."""
        return [run for path, run in self.run_ids.items() if self.read[path][1].status == "RUNNING"]

    def _has_news(self, folder: Path) -> bool:
        before, content = self.read.get(folder, (None, None))
        is_over = content and content.status == "RUNNING" and not run_files.is_training(folder)
        return before != run_files.state(folder) or bool(is_over)

    @contextmanager
    def _named(self, what: str, summary: Summary) -> Iterator[None]:
        """Keep what is wrong with ``what`` among the problems, and go on; pass on that the store is away."""
        try:
            yield
        except UserError as error:
            summary.problems.append(str(error))
        except (KeyError, TypeError, ValueError) as error:
            summary.problems.append(f"{what}: {type(error).__name__}: {error}")
        except MlflowException as error:
            if error.error_code != "INVALID_PARAMETER_VALUE":
                raise
            summary.problems.append(f"{what}: {error.message}")

    def _sync_methods(self, runs: list[Content]) -> None:
        """The parents of ``runs``, which must be there before their children; and the experiment's own tags."""
        for wanted in of_methods(runs):
            known = self.parents.get(wanted.key)
            if known and known[0] == wanted:
                continue
            # Where it was created, for `_end_replaced`: a clone that fetched its runs does not take it over.
            place = {"lab.place": self.place} if wanted.tags["seed"] == ALL_SEEDS else {}
            parent = self._write(wanted, place)[0]
            self.parents[wanted.key] = (wanted, parent.id)
        known_tags = self.client.get_experiment(self.experiment).tags
        for name, value in experiment_tags(known_tags).items():
            if known_tags.get(name) != value:
                self.client.set_experiment_tag(self.experiment, name, value)

    def _sync_run(self, folder: Path, content: Content, summary: Summary) -> None:
        tags = {"mlflow.parentRunId": self.parents[content.group][1]}
        if content.status == "RUNNING" and content.tags["seed"] != TRIAL:  # which nothing replaces
            tags["lab.place"] = self.place
        run, is_new, has_changed = self._write(replace(content, tags=content.tags | tags), tags)
        if not run.is_deleted:
            self.run_ids[folder] = run.id
        summary.created += is_new
        summary.updated += has_changed and not is_new
        summary.unchanged += not has_changed

    def _write(self, wanted: Content, at_creation: dict[str, str]) -> tuple[TrackedRun, bool, bool]:
        """The run in MLflow that is now as ``wanted``, whether it is new, and whether anything was written."""
        # Found anew each time: `lab sync` may have written to it meanwhile, or a person deleted it.
        run = TrackedRun.find(self.client, self.experiment, wanted, self.tracked.get(wanted.key))
        is_new = run is None
        run = self.tracked[wanted.key] = run or TrackedRun.create(self.client, self.experiment, wanted, at_creation)
        try:
            return run, is_new, run.update(wanted)
        except MlflowException:
            counts = TrackedRun.find(self.client, self.experiment, wanted)
            if counts is None or counts.id == run.id:
                raise
        self.tracked[wanted.key] = counts  # `run` was a double of it, which another writer deleted meanwhile
        return counts, False, counts.update(wanted)

    def _end_replaced(self) -> None:
        """End runs that MLflow believes running in this project folder, but whose files another run has taken over.

        And say of the methods that they are of earlier trainings.
        """
        condition = (
            f"attributes.status = 'RUNNING' and tags.`lab.place` = '{self.place}' and tags.seed != '{ALL_SEEDS}'"
        )
        for run in self.client.search_runs([self.experiment], condition):
            path = RUNS / run.data.tags["method"] / run.data.tags["seed"] / "run.json"
            if not path.is_file() or run.data.tags["lab.key"] not in path.read_text(encoding="utf-8"):
                self.client.set_terminated(run.info.run_id, "KILLED")
        earlier = said("mlflow.earlier")
        condition = f"tags.`lab.place` = '{self.place}' and tags.seed = '{ALL_SEEDS}' and tags.verdict != '{earlier}'"
        here = {
            run_files.group(read_record(path.parent)) for path in RUNS.rglob("run.json") if read_record(path.parent)
        }
        for run in self.client.search_runs([self.experiment], condition):
            if run.data.tags["lab.key"] not in here:
                self.client.set_tag(run.info.run_id, "verdict", earlier)
                if run.info.status == "RUNNING":
                    self.client.set_terminated(run.info.run_id, "KILLED")

    def _experiment(self) -> str:
        found = self.client.get_experiment_by_name(self.slug)
        if found is None:
            try:
                return self.client.create_experiment(self.slug)
            except MlflowException as error:
                if error.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise
            return self._experiment()  # another machine was faster
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
