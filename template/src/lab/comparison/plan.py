"""``uv run lab seal``: the plan of the comparison, written down before the test split is looked at.

Who plans after having seen the results finds what pleases (Nosek et al. 2018, "The preregistration revolution"). A plan
may be left, for a good reason; the report says where, without judging.
"""

from __future__ import annotations

import json
import re
from typing import Any

from lab.comparison.ledger import looks, looks_before
from lab.console import language, padded, said, tell
from lab.contract import Metric
from lab.errors import UserError
from lab.files import read_json, read_text, sha256, write_json
from lab.fingerprint import of_scoring
from lab.paths import COMPARISON, PLAN, PROVENANCE
from lab.record_lines import committed_lines
from lab.runs import git_state, now
from lab.settings import Params, read_params
from lab.team_code.loading import load_problem
from lab.words import translated

BASELINE = "baseline"


def main(again: bool) -> None:
    """Seal the plan that stands in params.yaml and problem.py.

    Raises:
        UserError: another plan is sealed already, and nobody said ``again``.
    """
    params, problem = read_params(), load_problem()
    if not PROVENANCE.is_file():
        raise UserError("there are no data yet, which a plan is about: run `uv run dvc repro split`")
    plan, earlier = planned(params, problem.metrics[0]), read_plans()
    if earlier and earlier[-1]["plan"] == plan:
        tell("seal.again", path=PLAN.as_posix(), day=earlier[-1]["sealed"][:10])
        return
    if earlier and not again:
        changed = ", ".join(each["what"] for each in deviations(earlier[-1]["plan"], plan))
        how = "`uv run lab seal --again` seals another beside it, and the report will say so"
        raise UserError(f"{PLAN.as_posix()}: another plan is sealed (it differs in {changed}): {how}")
    found = looks()
    seen = found.number + found.lost
    entry = {"plan": plan, "sealed": now(), "commit": git_state()["git_commit"], "looks": seen}
    write_json(PLAN, {"plans": [*earlier, entry | {"digest": _digest(entry)}]})
    for key, value in plan.items():
        print(f"{padded(said(f'seal.{key}'), 10)} {as_text(value)}")
    when = said("seal.after", looks=seen) if seen else said("seal.before")
    tell("seal.sealed", path=PLAN.as_posix(), when=when)


def planned(params: Params, metric: Metric) -> dict[str, Any]:
    """The plan as it stands in params.yaml and problem.py."""
    ablations = list(params.compare.ablations)
    return _plan(params, metric.name, metric.higher_is_better, list(params.methods), ablations, list(params.seeds))


def done(params: Params) -> dict[str, Any]:
    """The same of what was compared, from ``results/comparison.json``."""
    compared = read_json(COMPARISON)
    metric = compared["metrics"][0]
    methods = compared.get("order", list(compared["methods"]))
    ablations = [name for name in methods if compared["methods"][name].get("family") == "ablation"]
    rule = {"confidence": compared["confidence"], "resamples": compared["resamples"]}
    plan = _plan(params, metric["name"], metric["higher_is_better"], methods, ablations, compared["seeds"])
    return plan | {"baseline": compared["baseline"], "rule": plan["rule"] | rule}


def _plan(
    params: Params, metric: str, higher: bool, methods: list[str], ablations: list[str], seeds: list[int]
) -> dict[str, Any]:
    return {
        "metric": {"name": metric, "better": "higher" if higher else "lower"},
        "scoring": of_scoring(),
        "baseline": BASELINE,
        "methods": methods,
        "ablations": sorted(ablations),  # each method that is none makes Holm's correction stricter for the others
        "seeds": seeds,
        "split": params.split.record(),
        "rule": {
            "confidence": params.compare.confidence,
            "resamples": params.compare.resamples,
            "test": "two-way t interval over test examples and seeds, corrected by Holm",
        },
        "data": read_json(PROVENANCE, "digest")["digest"],
    }


def read_plans() -> list[dict[str, Any]]:
    """All sealed plans, the one in force last."""
    if not PLAN.is_file():
        return []
    try:
        plans = json.loads(read_text(PLAN))["plans"]
        written = all(
            isinstance(each["plan"], dict)
            and isinstance(each["looks"], int)
            and isinstance(each["sealed"], str)
            and isinstance(each["commit"], str | None)
            for each in plans
        )
    except (ValueError, KeyError, TypeError):
        written = False
    if not written or not isinstance(plans, list):
        name = PLAN.as_posix()
        raise UserError(f"{name}: not as `lab seal` wrote it: `git checkout {name}`")
    return plans


def lost_plans() -> int:
    """How many plans Git has that are no longer in the file: deleted, or edited and given another digest."""
    committed = re.findall(r'^ *"digest": "(\w+)"', "\n".join(committed_lines(PLAN)), re.MULTILINE)
    return len(set(committed) - {str(entry.get("digest")) for entry in read_plans()})


def looks_when_sealed(entry: dict[str, Any]) -> int:
    """How often the test split had been looked at when the plan was sealed, by all that is known today."""
    return max(entry["looks"], looks_before(entry["sealed"]))


def is_intact(entry: dict[str, Any]) -> bool:
    """Whether nobody edited it since it was sealed."""
    return entry.get("digest") == _digest({key: value for key, value in entry.items() if key != "digest"})


def deviations(plan: dict[str, Any], now_: dict[str, Any]) -> list[dict[str, str]]:
    """Where ``now_`` is not as planned: ``what``, and both as text. A plan of an older template has fewer points."""
    return [
        {"what": key, "planned": as_text(plan[key]), "done": as_text(value)}
        for key, value in now_.items()
        if key in plan and plan[key] != value
    ]


def as_text(value: Any) -> str:
    """In words, those of the project's language where the table has them."""
    if isinstance(value, dict):
        return said("results.list").join(
            f"{as_text(key).replace('_', ' ')} {as_text(one)}" for key, one in value.items()
        )
    if isinstance(value, list):
        return said("results.list").join(map(str, value)) or "–"
    text = translated("plan", str(value), language())
    return text[:12] if len(text) == 64 else text  # a digest is told by its beginning


def _digest(entry: dict[str, Any]) -> str:
    return sha256(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode())
