"""What the machine does while a run trains, for the page "System metrics" of MLflow: processor, memory, disk, GPU.

It is written as it happens, and no file keeps it: `lab sync` cannot bring it back.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

PREFIX = "system/"
"""MLflow's name for these metrics."""


class Machine:
    """Asks the machine by MLflow's monitors, without their threads: the follower has a rhythm of its own."""

    def __init__(self, tracking_uri: str) -> None:
        self.uri = tracking_uri
        self.monitors: dict[str, SystemMetricsMonitor] = {}
        self.asked = time.monotonic()

    def watch(self, run_ids: Iterable[str]) -> None:
        """Write what the machine does now to these runs, if the last time is ten seconds ago."""
        monitors = [self._of(run_id) for run_id in run_ids]
        if monitors and time.monotonic() - self.asked >= monitors[0].sampling_interval:
            self.asked = time.monotonic()
            for monitor in monitors:
                monitor.collect_metrics()
                monitor.publish_metrics(monitor.aggregate_metrics())
                monitor.mlflow_logger.flush()

    def _of(self, run_id: str) -> SystemMetricsMonitor:
        if run_id not in self.monitors:
            self.monitors[run_id] = SystemMetricsMonitor(run_id, resume_logging=True, tracking_uri=self.uri)
        return self.monitors[run_id]
