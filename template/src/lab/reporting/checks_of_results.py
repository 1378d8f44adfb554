"""Checks for ``rubric.yml`` of what the stages wrote: data, methods, comparison, records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lab.comparison.plan import deviations, done, is_intact, looks_when_sealed, lost_plans, read_plans
from lab.data_results import Collected, RuleReport
from lab.examples_left import examples_left
from lab.files import digests, read_json
from lab.paths import COMPARISON, COSTS, FIGURES, OWN_FIGURES, PLAN, PROVENANCE, SPLIT_REPORT, TESTS, VALIDATION
from lab.reporting.project_tests import read_tests
from lab.reporting.written import look
from lab.results import Comparison, Costs
from lab.settings import read_params, read_project, task_folder
from lab.style import probability
from lab.words import Say

Finding = tuple[bool, str, str]
"""Whether it was found, what is said of it, and where it is."""
Check = Callable[[Say, bool], Finding]


def of_the_template(subject: str, say: Say) -> str:
    """What shows that ``data`` or ``methods`` are still the template's example, if they are."""
    params = read_params()
    left = examples_left(params)
    if subject == "data" and "problem" in left:
        return say("evidence.demo_data", file=(task_folder() / "problem.py").as_posix())
    others = [name for name in params.methods if name != "baseline"]
    if subject == "methods" and others and set(others) <= set(left):
        files = ", ".join((task_folder() / f"{name}.py").as_posix() for name in others)
        return say("evidence.example", files=files)
    return ""


def _provenance(say: Say, live: bool) -> Finding:
    source: Collected = read_json(PROVENANCE)
    given = {"source": source["source"], "licence": source["licence"], "citation": source["citation"]}
    missing = [say(f"terms.{key}").lower() for key, text in given.items() if not text.strip()]
    about = {"title": source["title"], "licence": source["licence"], "source": source["source"]}
    detail = (
        say("evidence.not_given", missing=say("results.list").join(missing))
        if missing
        else say("evidence.about_data", kind=say(f"kinds.{source['kind']}"), **about)
    )
    return not missing, detail, PROVENANCE.as_posix()


def _rules(path: Path, say: Say) -> Finding:
    report: RuleReport = read_json(path)
    broken = [rule for rule in report["expectations"] if not rule["success"] and rule["severity"] == "stop"]
    numbers = {"rules": len(report["expectations"]), "rows": report["rows"], "warnings": len(report["warnings"])}
    kind = "evidence.rules_broken" if broken else "evidence.rules_hold"
    first = broken[0]["words"][read_project().language] if broken else ""
    detail = say(kind, **numbers, broken=len(broken), first=first)
    return bool(report["success"]), detail, path.as_posix()


def _methods(say: Say, live: bool) -> Finding:
    comparison: Comparison = read_json(COMPARISON)
    others = [name for name in comparison["methods"] if name != comparison["baseline"]]
    names = say("results.list").join(others) or say("evidence.nothing")
    return bool(others), say("evidence.besides", names=names, baseline=comparison["baseline"]), COMPARISON.as_posix()


def _seeds(say: Say, live: bool) -> Finding:
    seeds = read_json(COMPARISON)["seeds"]
    kind = "evidence.seeds_found" if len(seeds) > 1 else "evidence.seed_found"
    return len(seeds) > 1, say(kind, number=len(seeds), seeds=", ".join(map(str, seeds))), COMPARISON.as_posix()


def _verdicts(say: Say, live: bool) -> Finding:
    """A difference that is not significant is evidence too, once the report discusses it."""
    comparison: Comparison = read_json(COMPARISON)
    where, metric = COMPARISON.as_posix(), comparison["metrics"][0]["name"]
    all_methods = {name: entry["metrics"][metric]["difference"] for name, entry in comparison["methods"].items()}
    found = {name: difference for name, difference in all_methods.items() if difference}
    if any(one["verdict"] is None for one in found.values()):
        return False, say("evidence.no_verdict"), where
    lines = [
        say(
            f"evidence.{str(one['verdict']).replace(' ', '_')}",
            method=name,
            metric=metric,
            p=probability(one["p_corrected"] or 0.0, equals=True),
        )
        for name, one in found.items()
    ]
    clear = any(one["verdict"] != "not significant" for one in found.values())
    if found and not clear and not (discussed := look("report#comparisons", 1, say)).found:
        lines.append(say("evidence.not_discussed", where=discussed.where))
        return False, say("figures.item").join(lines), where
    return bool(found), say("figures.item").join(lines) or say("evidence.no_method"), where


def _costs(say: Say, live: bool) -> Finding:
    costs: Costs = read_json(COSTS)
    # No seconds here: no two runs take the same, and the evidence of two runs should be the same bytes.
    kinds = sorted({kind for entry in costs["methods"].values() for kind in entry})
    told = say("results.list").join(say(f"costs.{kind}") for kind in kinds)
    detail = say("evidence.costs_found", methods=say("results.list").join(costs["methods"]), kinds=told)
    return bool(costs["methods"]), detail, COSTS.as_posix()


def _figures(say: Say, live: bool) -> Finding:
    comparison: Comparison = read_json(COMPARISON)
    names = [*(f"{name}.svg" for name in OWN_FIGURES), *comparison["figures"]]
    found, drawn = digests(FIGURES, pattern="**/[!.]*"), comparison.get("figure_digests", {})
    missing = [name for name in names if name not in found]
    edited = [name for name in found if found[name] != drawn.get(name, found[name])]
    detail = say("evidence.figures_missing", names=", ".join(missing)) if missing else ", ".join(names)
    detail = say("evidence.figures_edited", names=", ".join(edited)) if edited else detail
    return not missing and not edited, detail, FIGURES.as_posix()


def _ablation(say: Say, live: bool) -> Finding:
    comparison: Comparison = read_json(COMPARISON)
    names = [name for name, entry in comparison["methods"].items() if entry["family"] == "ablation"]
    detail = say("evidence.ablation_found", names=", ".join(names)) if names else say("evidence.no_ablation")
    return bool(names), detail, COMPARISON.as_posix()


def _plan(say: Say, live: bool) -> Finding:
    """A plan need not be sealed; one that is must be whole, and be kept or left with the report saying so."""
    plans, lost = read_plans(), lost_plans()
    if lost:
        return False, say("records.lost_plans", lost=lost), PLAN.as_posix()
    if not plans:
        return False, say("evidence.plan_none"), PLAN.as_posix()
    if not all(map(is_intact, plans)):
        return False, say("records.edited"), PLAN.as_posix()
    left = [say(f"records.{each['what']}") for each in deviations(plans[-1]["plan"], done(read_params()))]
    if left:
        return False, say("evidence.plan_left", points=say("results.list").join(left)), PLAN.as_posix()
    day, seen = plans[-1]["sealed"][:10], looks_when_sealed(plans[-1])
    return True, say("evidence.plan_kept", day=day, looks=seen), PLAN.as_posix()


def _tests(say: Say, live: bool) -> Finding:
    """What they said of other code is no evidence."""
    last, any_code = read_tests()
    if last is None:
        return False, say("evidence.tests_of_other_code" if any_code else "evidence.tests_none"), TESTS.as_posix()
    kind = "evidence.tests_failed" if last.failed else "evidence.tests_passed"
    return not last.failed, say(kind, number=last.tests, failed=last.failed), TESTS.as_posix()


CHECKS: dict[str, tuple[str, tuple[str, ...], Check]] = {
    "provenance": ("data", ("report#collection", "report#data", "slides#data"), _provenance),
    "validation": ("data", ("report#validation",), lambda say, live: _rules(VALIDATION, say)),
    "splits": ("data", ("report#validation",), lambda say, live: _rules(SPLIT_REPORT, say)),
    "methods": ("methods", ("report#approach", "slides#approach"), _methods),
    "seeds": ("methods", ("report#results",), _seeds),
    "verdicts": ("methods", ("report#comparisons", "slides#comparisons"), _verdicts),
    "costs": ("methods", ("report#comparisons", "slides#costs"), _costs),
    "figures": ("methods", ("report#results", "report#comparisons"), _figures),
    "ablation": ("methods", ("report#comparisons",), _ablation),
    "tests": ("methods", (), _tests),
    "plan": ("methods", ("report#results",), _plan),
}
