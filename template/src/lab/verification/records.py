"""Whether ``records/`` is as programs wrote it. Git has what was committed, and a look names those before it."""

from __future__ import annotations

from lab.comparison.folds import rewritten_folds
from lab.comparison.ledger import looks
from lab.comparison.plan import is_intact, lost_plans, read_plans
from lab.console import said
from lab.paths import FOLDS, LOOKS, PLAN, TRIALS
from lab.runs import git
from lab.tuning.counts import lost_trials


def faults_of_records() -> list[str]:
    """A line for each file that lost something or was edited."""
    faults, lost = [], looks().lost
    if lost:
        faults.append(f"{LOOKS.as_posix()} has lost {lost} line{'s' if lost > 1 else ''}")
    if gone := lost_plans():
        faults.append(f"{PLAN.as_posix()} has lost {gone} plan{'s' if gone > 1 else ''} that Git has")
    if not all(map(is_intact, read_plans())):
        faults.append(f"{PLAN.as_posix()} was edited after it was sealed")
    if trials := lost_trials():
        faults.append(f"{TRIALS.as_posix()} has lost {trials} trial{'s' if trials > 1 else ''} that Git has")
    rewritten = [f"{each.method}, fold {each.fold + 1}" for each in rewritten_folds()]
    return faults + [f"{FOLDS.as_posix()}: {one}: other scores than were committed" for one in rewritten]


def plan_in_doubt() -> str:
    """What a person should know of the plan in force: only its first commit shows when it was there."""
    plans = read_plans()
    if not plans:
        return ""
    first = git(
        "log", "--full-history", "--reverse", "--format=%H", f"-S{plans[-1].get('digest')}", "--", PLAN.as_posix()
    )
    if not first:
        return said("verify.plan_not_committed")
    then = git("show", f"{first.split()[0]}:./{LOOKS.as_posix()}").splitlines()
    looked = sum(line.startswith("{") for line in then)
    return said("verify.plan_late", looks=looked, said=plans[-1]["looks"]) if looked > plans[-1]["looks"] else ""
