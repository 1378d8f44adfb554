"""The tags of a run in MLflow: who trained what, with which code, data and machine."""

from __future__ import annotations

import json

from lab.results import RunRecord


def tags(record: RunRecord) -> dict[str, str]:
    """MLflow's tags, from the content of ``run.json``; those that begin with ``mlflow.`` are its own."""
    names = ("method", "seed", "member", "fingerprint", "data_digest", "git_commit", "git_dirty", "device", "precision")
    found = {name: record.get(name) for name in names} | {
        "lab.key": record["key"],
        "error": (record["error"] or "")[:5000] or None,
        "mlflow.user": record["member"],
        "mlflow.source.name": f"src/lab/stages/train.py {record['method']}",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": record["git_commit"],
    }
    found |= {f"{library}_version": version for library, version in record["versions"].items()}
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
        if value is not None
    }
