"""The tags of a run in MLflow: who trained what, with which code, data and machine."""

from __future__ import annotations

import json
import re

from lab.console import said
from lab.errors import UserError
from lab.files import read_json
from lab.paths import COMPARISON
from lab.results import Comparison, RunRecord
from lab.runs import git
from lab.settings import read_params
from lab.style import method_colours

ALL_SEEDS, TRIAL = "all", "trial"
"""The tag ``seed`` of a method's parent run, and of a trial of ``lab tune`` and of the parent of all trials."""


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
    if "trial" in record:
        found |= {"seed": TRIAL, "trial": str(record["trial"]["number"])}
    found |= {f"{library}_version": version for library, version in record["versions"].items()}
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
        if value is not None
    }


def colour(method: str) -> dict[str, str]:
    """MLflow's tag for the colour of a run: that of its method in all figures."""
    if COMPARISON.is_file():
        compared: Comparison = read_json(COMPARISON)
        methods, champion = compared["order"], compared["champion"]
    else:
        try:
            methods = list(read_params().methods)
        except UserError:
            return {}
        champion = next((name for name in methods if name != "baseline"), "baseline")  # until one is chosen
    return {"mlflow.runColor": method_colours(methods, "baseline", champion)[method]} if method in methods else {}


def commit_link(record: RunRecord) -> str:
    """In Markdown, from which commit the code of a run is, with its address if the project has one."""
    commit = record["git_commit"]
    if not commit:
        return ""
    changed = said("mlflow.changed") if record["git_dirty"] else ""
    page = repository_page()
    shown = f"[{commit[:7]}]({page}/commit/{commit})" if page else f"`{commit[:7]}`"
    return said("mlflow.commit", commit=shown, changed=changed)


def repository_page() -> str:
    """The page of the project's repository, from Git's ``origin``; empty if it has none on the web."""
    found = re.fullmatch(
        r"(?:https?://|ssh://|git@)(?:[^@/]*@)?([\w.-]+)(?::\d+)?[:/](.+?)(?:\.git)?/?",
        git("remote", "get-url", "origin"),
    )
    return f"https://{found[1]}/{found[2]}" if found else ""
