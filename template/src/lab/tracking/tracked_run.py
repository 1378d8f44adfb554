"""One run in MLflow, brought up to date with its files: each value is written once."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run, RunTag, ViewType
from mlflow.exceptions import MlflowException

from lab.files import sha256
from lab.tracking.machine import PREFIX
from lab.tracking.run_files import Content, Point

CONTEXT = "mlflow.data.context"


def own_note(tags: dict[str, str], note: str) -> dict[str, str]:
    """The tags that show ``note``; none if a person has written something else in its place."""
    stands = tags.get("mlflow.note.content", "")
    if stands and _mark(stands) != tags.get("lab.note"):
        return {}
    return {"mlflow.note.content": note[:5000], "lab.note": _mark(note[:5000])}  # MLflow's limit


def _mark(note: str) -> str:
    return sha256(note.encode())[:16]


@dataclass
class TrackedRun:
    """What MLflow holds of a run."""

    client: MlflowClient
    id: str
    status: str
    tags: dict[str, str]
    parameters: set[str]
    inputs: set[str]
    """Contexts of the datasets that are there."""
    points: dict[Point, float]
    latest: int
    """When the newest point was, in milliseconds since 1970."""
    is_deleted: bool = False

    @classmethod
    def create(cls, client: MlflowClient, experiment: str, content: Content, tags: dict[str, str]) -> TrackedRun:
        # The key goes with the creation: a run without it would never be found again. So does what tells a method from
        # its seeds, for whoever looks meanwhile.
        tags = tags | {"lab.key": content.key, "seed": content.tags["seed"]}
        run = client.create_run(experiment, content.started, tags, content.name)
        created = cls(client, run.info.run_id, "RUNNING", dict(run.data.tags), set(), set(), {}, 0)
        return cls.find(client, experiment, content, created) or created  # was it created twice at the same moment?

    @classmethod
    def find(
        cls, client: MlflowClient, experiment: str, content: Content, known: TrackedRun | None = None
    ) -> TrackedRun | None:
        """The run in MLflow that has the key of ``content``, deleted or not: who deleted it does not want it back.

        ``known`` is what an earlier call returned; where it still holds, nothing is fetched again.
        """
        found = client.search_runs([experiment], f"tags.`lab.key` = '{content.key}'", ViewType.ALL)
        if not found:
            return None
        run = _without_doubles(client, experiment, found)
        ours = {name for name, _ in content.points}
        metrics = {
            name: value for name, value in run.data.metrics.items() if name in ours or not name.startswith(PREFIX)
        }
        if known and _ends(known.points) == metrics:
            points, latest = known.points, known.latest
        elif _ends(content.points) == metrics:
            points, latest = dict(content.points), round(time.time() * 1000)
        else:
            history = [one for name in metrics for one in client.get_metric_history(run.info.run_id, name)]
            history.sort(key=lambda one: one.timestamp)
            points = {(one.key, one.step): one.value for one in history}
            latest = history[-1].timestamp if history else 0
        return cls(
            client,
            id=run.info.run_id,
            status=run.info.status,
            tags=dict(run.data.tags),
            parameters=set(run.data.params),
            inputs={
                tag.value
                for one in (run.inputs.dataset_inputs if run.inputs else [])
                for tag in one.tags
                if tag.key == CONTEXT
            },
            points=points,
            latest=latest,
            is_deleted=run.info.lifecycle_stage == "deleted",
        )

    def update(self, content: Content) -> bool:
        """Write what is lacking, the status last; say whether anything was."""
        if self.is_deleted:
            return False
        done = [self._inputs(content), self._attachments(content), self._values(content), self._status(content)]
        return any(done)

    def _inputs(self, content: Content) -> bool:
        found = [one for one in content.inputs if one.context not in self.inputs]
        if not found or content.status != "FINISHED":  # only then are the splits known, and MLflow forgets no input
            return False
        data = []
        for one in found:
            profile = None if one.rows is None else json.dumps({"num_rows": one.rows})
            dataset = Dataset(one.name, one.digest, "local", json.dumps({"uri": one.source}), profile=profile)
            data.append(DatasetInput(dataset, [InputTag(CONTEXT, one.context)]))
        self.client.log_inputs(self.id, data)
        self.inputs |= {one.context for one in found}
        return True

    def _attachments(self, content: Content) -> bool:
        digest = sha256(repr(content.attachments).encode())[:32]
        if not content.attachments or self.tags.get("lab.attachments") == digest:
            return False
        for path, _ in content.attachments:
            self.client.log_artifact(self.id, str(path), path.parent.name)
        self.client.set_tag(self.id, "lab.attachments", digest)
        self.tags["lab.attachments"] = digest
        return True

    def _values(self, content: Content) -> bool:
        points = {point: value for point, value in content.points.items() if not _same(self.points.get(point), value)}
        metrics = _timed(points, max(content.started, self.latest), content.ended)
        # MLflow lets no parameter change. A run's key fixes all of them but a few that decide nothing.
        parameters = [Param(name, value) for name, value in content.parameters.items() if name not in self.parameters]
        wanted = content.tags | own_note(self.tags, content.note)
        tags = [RunTag(name, value) for name, value in wanted.items() if self.tags.get(name) != value]
        recovered = "error" in self.tags and "error" not in content.tags
        if recovered:
            self.client.delete_tag(self.id, "error")
        if metrics or parameters or tags:
            self.client.log_batch(self.id, metrics, parameters, tags)
        self.points |= points
        self.tags |= wanted
        self.latest = metrics[-1].timestamp if metrics else self.latest
        return bool(metrics or parameters or tags or recovered)

    def _status(self, content: Content) -> bool:
        if self.status == content.status:
            return False
        if content.status == "RUNNING":
            self.client.update_run(self.id, "RUNNING")
        else:
            self.client.set_terminated(self.id, content.status, content.ended)
        self.status = content.status
        return True


def _without_doubles(client: MlflowClient, experiment: str, found: list[Run]) -> Run:
    """The one of these runs that counts; the others, which have its key as well, are deleted.

    Two machines that write to one server may create a run at the same moment; and so does one machine that asks
    again because the server died before it answered. All writers choose the same one.
    """
    active = sorted((run for run in found if run.info.lifecycle_stage == "active"), key=lambda run: run.info.run_id)
    for double in active[1:]:
        with contextlib.suppress(MlflowException):  # another writer did it, or this user may not delete
            for child in client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{double.info.run_id}'"):
                client.set_tag(child.info.run_id, "mlflow.parentRunId", active[0].info.run_id)
            client.delete_run(double.info.run_id)
    return (active or found)[0]


def _timed(points: dict[Point, float], begin: int, end: int) -> list[Metric]:
    """The points in order, spread evenly over the time in which they arose; no file says when each did.

    Each is later than ``begin``: of two values of one point, MLflow shows the later.
    """
    steps = list(dict.fromkeys(step for _, step in _in_order(points)))
    times = {step: begin + max(place, (end - begin) * place // len(steps)) for place, step in enumerate(steps, 1)}
    return [Metric(name, points[name, step], times[step], step) for name, step in _in_order(points)]


def _in_order(points: dict[Point, float]) -> list[Point]:
    """By epoch; then, as step 0, what is known of the whole run."""
    return sorted(points, key=lambda point: point[1] or sys.maxsize)


def _ends(points: dict[Point, float]) -> dict[str, float]:
    """Each metric's last value. Points are written in order, and ``step`` grows: where the ends are, all are."""
    return {name: points[name, step] for name, step in _in_order(points)}


def _same(stored: float | None, value: float) -> bool:
    return stored == value or (stored is not None and math.isnan(stored) and math.isnan(value))
