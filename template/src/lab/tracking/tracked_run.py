"""One run in MLflow, brought up to date with its files: each value is written once."""

from __future__ import annotations

import json
import math
import sys
import time
from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType

from lab.tracking.run_files import Content, Point


@dataclass
class TrackedRun:
    """What MLflow holds of a run."""

    client: MlflowClient
    id: str
    status: str
    tags: dict[str, str]
    parameters: set[str]
    has_data: bool
    points: dict[Point, float]
    latest: int
    """When the newest point was, in milliseconds since 1970."""
    is_deleted: bool = False

    @classmethod
    def create(cls, client: MlflowClient, experiment: str, content: Content) -> TrackedRun:
        # The key goes with the creation: a run without it would never be found again.
        run = client.create_run(experiment, content.started, {"lab.key": content.key}, content.name)
        return cls(client, run.info.run_id, "RUNNING", dict(run.data.tags), set(), False, {}, 0)

    @classmethod
    def find(
        cls, client: MlflowClient, experiment: str, content: Content, known: TrackedRun | None = None
    ) -> TrackedRun | None:
        """The run in MLflow that has the key of ``content``, deleted or not: who deleted it does not want it back.

        ``known`` is what an earlier call returned; where it still holds, nothing is fetched again.
        """
        found = client.search_runs([experiment], f"tags.`lab.key` = '{content.key}'", ViewType.ALL, 1)
        if not found:
            return None
        run = found[0]
        if known and _ends(known.points) == run.data.metrics:
            points, latest = known.points, known.latest
        elif _ends(content.points) == run.data.metrics:
            points, latest = dict(content.points), round(time.time() * 1000)
        else:
            history = [one for name in run.data.metrics for one in client.get_metric_history(run.info.run_id, name)]
            history.sort(key=lambda one: one.timestamp)
            points = {(one.key, one.step): one.value for one in history}
            latest = history[-1].timestamp if history else 0
        return cls(
            client,
            id=run.info.run_id,
            status=run.info.status,
            tags=dict(run.data.tags),
            parameters=set(run.data.params),
            has_data=bool(run.inputs and run.inputs.dataset_inputs),
            points=points,
            latest=latest,
            is_deleted=run.info.lifecycle_stage == "deleted",
        )

    def update(self, content: Content) -> bool:
        """Write what is lacking, the status last; say whether anything was."""
        if self.is_deleted:
            return False
        return any([self._data(content), self._values(content), self._status(content)])

    def _data(self, content: Content) -> bool:
        if self.has_data:
            return False
        name, digest, source = content.data
        data = Dataset(name, digest, source_type="local", source=json.dumps({"uri": source}))
        self.client.log_inputs(self.id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
        self.has_data = True
        return True

    def _values(self, content: Content) -> bool:
        points = {point: value for point, value in content.points.items() if not _same(self.points.get(point), value)}
        metrics = _timed(points, max(content.started, self.latest), content.ended)
        # MLflow lets no parameter change. A run's key fixes all of them but a few that decide nothing.
        parameters = [Param(name, value) for name, value in content.parameters.items() if name not in self.parameters]
        tags = [RunTag(name, value) for name, value in content.tags.items() if self.tags.get(name) != value]
        recovered = "error" in self.tags and "error" not in content.tags
        if recovered:
            self.client.delete_tag(self.id, "error")
        if metrics or parameters or tags:
            self.client.log_batch(self.id, metrics, parameters, tags)
        self.points |= points
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
