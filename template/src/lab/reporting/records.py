"""What ``records/`` says, for the documents: the sealed plan, the looks at the test split, the trials of tuning."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lab.comparison.ledger import looks
from lab.comparison.plan import deviations, done, is_intact, read_plans
from lab.settings import read_params
from lab.tuning.counts import trials_by_method


def read_records() -> dict[str, Any]:
    """As documents/machinery/records.typ reads it."""
    params, plans = read_params(), read_plans()
    plan = None
    if plans:
        last = plans[-1]
        differing = deviations(last["plan"], done(params))
        left = [each["what"] for each in differing]
        plan = {
            "sealed": last["sealed"][:10],
            "commit": (last["commit"] or "")[:7],
            "looks": last["looks"],
            "number": len(plans),
            "intact": all(map(is_intact, plans)),
            "kept": [key for key in last["plan"] if key not in left],
            "deviations": differing,
        }
    found = trials_by_method()
    trials = {name: found[name].trials if name in found else 0 for name in params.methods} if found else {}
    return {"plan": plan, "looks": asdict(looks()), "trials": trials}
