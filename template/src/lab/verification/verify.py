"""``uv run lab verify``: train a run again, make everything else again, and name whatever is not what is committed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lab.console import localised, said
from lab.console import tell as say
from lab.errors import UserError
from lab.files import read_json, write_json, write_text
from lab.paths import BADGE, COMPARISON, RUNS, VERIFICATION
from lab.runs import git, git_state, now, who
from lab.settings import Params, read_params
from lab.team_code.loading import load_problem
from lab.verification.badge import AMBER, GREEN, RED, badge
from lab.verification.checks import CHECKS, Check, Finding
from lab.verification.throwaway import Throwaway, throwaway
from lab.verification.training import MACHINE, TOLERANCE, trained_again


def main(method: str | None, seed: int | None, every: bool) -> None:
    """Verify the project; one run is trained again, or all.

    Raises:
        UserError: something is not what it claims to be.
    """
    params, problem = read_params(), load_problem()
    chosen = choose(params, method, seed, every)
    exact = True
    with throwaway() as again:
        findings = [tell(_tried(check, params, again)) for check in CHECKS]
        for name, number in chosen:
            took = read_json(RUNS / name / str(number) / "run.json").get("seconds") or 0
            say("verify.training", method=name, seed=number, seconds=f"{took:.0f}")
            found, same = trained_again(name, number, problem, again)
            findings.append(tell(found))
            exact = exact and same
    report = summary(findings, [f"{name}/{number}" for name, number in chosen], exact)
    write_json(VERIFICATION, report)
    write_text(BADGE, drawn(report))
    say("verify.wrote", report=VERIFICATION.as_posix(), badge=BADGE.as_posix())
    failed = [finding.name for finding in findings if finding.faults]
    if failed:
        raise UserError(
            f"not verified: {len(failed)} of {len(findings)} checks fail: {'; '.join(failed)} "
            "(what you changed yourself, `uv run dvc repro` brings up to date)"
        )


def _tried(check: Check, params: Params, again: Throwaway) -> Finding:
    """A file that a check needs and that nobody can read is a finding, too."""
    try:
        return check(params, again)
    except UserError as error:
        return Finding(said(f"verify.{check.__name__}"), [str(error)])


def choose(params: Params, method: str | None, seed: int | None, every: bool) -> list[tuple[str, int]]:
    """Methods and seeds to train again. Without a word: the champion's first seed, since its weights are handed in."""
    if every:
        return [(name, number) for name in params.methods for number in params.seeds]
    if method is None:
        champion = read_json(COMPARISON, "champion")["champion"]
        method = champion if champion in params.methods else "baseline"
    if method not in params.methods:
        raise UserError(f"params.yaml has no method {method!r}: it has {', '.join(params.methods)}")
    if seed is not None and seed not in params.seeds:
        raise UserError(f"params.yaml: seeds has no {seed}: it has {', '.join(map(str, params.seeds))}")
    return [(method, params.seeds[0] if seed is None else seed)]


def tell(found: Finding) -> Finding:
    """Print it; its faults are in the project's language from here on."""
    found = replace(found, faults=[localised(fault) for fault in found.faults])
    print(said("verify.no" if found.faults else "verify.yes"), found.name, flush=True)
    for fault in found.faults:
        print(f"    {fault}", flush=True)
    if found.unchecked:
        print(f"    ({found.unchecked})", flush=True)
    return found


def summary(findings: list[Finding], trained: list[str], exact: bool) -> dict[str, Any]:
    """``results/verification.json``."""
    state = git_state()
    lock_is_committed = not git("status", "--porcelain", "--", "dvc.lock")
    return {
        "verified": not any(finding.faults for finding in findings),
        "commit": state["git_commit"],
        "committed": not state["git_dirty"] and lock_is_committed,  # else a commit says less than this does
        "when": now(),
        "by": who(),
        "trained_again": trained,
        "bit_for_bit": exact,
        "tolerance": None if exact else localised(TOLERANCE),
        "same_machine_means": list(MACHINE),
        "checks": [
            {"name": each.name, "holds": not each.faults, "faults": each.faults, "unchecked": each.unchecked or None}
            for each in findings
        ],
    }


def drawn(report: dict[str, Any]) -> str:
    """The badge of a verification."""
    commit, day = (report["commit"] or "")[:7] or said("verify.no_commit"), report["when"][:10]
    if not report["verified"]:
        failed = sum(not check["holds"] for check in report["checks"])
        told = said("verify.checks_fail", failed=failed, checks=len(report["checks"]))
        return badge(said("verify.not_verified"), f"{told} · {commit} · {day}", RED)
    runs = report["trained_again"]
    method, _, seed = runs[0].partition("/")
    which = said("verify.one_run", method=method, seed=seed)
    which = which if len(runs) == 1 else said("verify.all_runs", number=len(runs))
    told = said("verify.exactly" if report["bit_for_bit"] else "verify.roughly", runs=which)
    if not report["committed"]:
        return badge(said("verify.verified"), f"{told} · {said('verify.uncommitted', commit=commit)} · {day}", AMBER)
    return badge(said("verify.verified"), f"{told} · {commit} · {day}", GREEN)
