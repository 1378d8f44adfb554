"""``uv run lab power``: which true difference a comparison would show, before anybody trains for it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.comparison.groups import groups_of, rows_by_group
from lab.comparison.power import USUAL, Plan, detectable, planned
from lab.comparison.predictions import read_predictions
from lab.comparison.statistics import Arm, Estimate, Scores, estimate, resample
from lab.comparison.summary import of_split
from lab.console import called, indented, said, tell
from lab.contract import Metric, Problem
from lab.errors import UserError
from lab.files import read_table
from lab.kept_runs import read_record
from lab.paths import EXAMPLES, RUNS, SPLITS
from lab.settings import Params, read_params
from lab.style import number, percent, with_unit
from lab.team_code.loading import load_problem
from lab.team_code.problem_checks import scored

SHARED = 0.5
"""Of what makes an example hard for all seeds of a method, the part that is assumed to be hard for another one too."""


def main(mean: float | None, std: float) -> None:
    """Print the smallest difference that would be seen, for several numbers of seeds and of test examples.

    By the runs that are there, on validation data: looking at the test split is for the comparison. Without any run, by
    assumption: the ``mean`` of a share of right answers and its ``std`` over seeds.
    """
    params, problem = read_params(), load_problem()
    metric, splits = problem.metrics[0], read_table(SPLITS, "id", "split")
    ids, group_of = splits.loc[splits["split"] == "test", "id"], groups_of(read_table(EXAMPLES, "id"))
    tested = len(rows_by_group(ids, group_of) or ids)
    counted = "power.examples" if tested == len(ids) else "power.groups"
    trained = {
        name: [seed for seed in params.seeds if read_record(RUNS / name / str(seed)).get("status") == "finished"]
        for name in params.methods
    }
    if mean is not None:
        found, of, told = assumed(metric, mean, std, tested)
    elif len(trained["baseline"]) < 2:
        other = ", or give what you expect, as in `uv run lab power --mean 90 --std 1`" if _is_share(metric) else ""
        raise UserError(f"no baseline is trained with two seeds or more: run `uv run dvc repro train@baseline`{other}")
    else:
        found, of, told = measured_by(problem, params, trained, group_of)
        if found.variance == 0:
            raise UserError(
                "all trained methods and seeds answer the validation examples alike, or all of them rightly: "
                "what does not vary says nothing of what a difference would take"
            )
    candidates = [name for name in params.methods if name not in ("baseline", *params.compare.ablations)]
    several = said("power.several", number=len(candidates)) if len(candidates) > 1 else ""
    tell("power.head", metric=called(metric), told=told, several=several)
    tell("power.size", share=percent(USUAL))
    sizes = [tested * more for more in (1, 2, 4)]
    heads = [said(counted, size=f"{size:,}") for size in sizes]
    print(indented(said("power.seeds"), 10) + "".join(indented(head, 22) for head in heads))
    for seeds in sorted({3, 5, 10, max(2, len(params.seeds))}):
        cells = []
        for size in sizes:
            alpha = round(1 - params.compare.confidence, 9)
            plan = Plan(size, seeds, max(1, len(candidates)), alpha, params.compare.resamples)
            there = planned(found, of, plan)
            smallest = detectable(there, plan, metric.bounds, metric.higher_is_better)
            unit = said("terms.points") if metric.unit == "%" else metric.unit
            finite = np.isfinite(smallest)
            value = with_unit(number(smallest, metric.digits + 1), unit) if finite else said("power.none")
            cells.append(indented(value, 22))
        print(f"{seeds:>10}" + "".join(cells))


def _is_share(metric: Metric) -> bool:
    return None not in metric.bounds


def assumed(metric: Metric, mean: float, std: float, examples: int) -> tuple[Estimate, Plan, str]:
    """A share of right answers: its variance follows from its mean."""
    if not _is_share(metric):
        raise UserError(
            f"--mean: {metric.name} is no share of right answers, so its spread does not follow from its mean: "
            "run `uv run dvc repro train@baseline`, and this command without --mean"
        )
    low, high = metric.bounds
    if not (np.isfinite(std) and std >= 0):
        raise UserError(f"--std must be 0 or more, not {std}")
    if low is None or high is None or not low < mean < high:
        raise UserError(f"--mean must lie between the bounds of {metric.name}, which are {metric.bounds}")
    share = (mean - low) / (high - low)
    one = (high - low) ** 2 * share * (1 - share) / examples
    told = said("power.assumed", mean=f"{mean:g}", std=f"{std:g}")
    arm = Arm(mean, one, beyond=std**2)
    return Estimate((arm, arm), examples, np.inf, SHARED * one), Plan(examples, 1), told


def measured_by(
    problem: Problem, params: Params, trained: dict[str, list[int]], group_of: pd.Series | None
) -> tuple[Estimate, Plan, str]:
    """By the first trained method beside the baseline, or by the baseline alone."""
    seeds = trained["baseline"]
    candidates = [name for name in trained if name not in ("baseline", *params.compare.ablations)]
    other = next((name for name in candidates if set(seeds) <= set(trained[name])), None)
    methods = ["baseline", *([other] if other else [])]
    predictions = read_predictions(methods, seeds)
    frames, answered = of_split(problem, predictions, "validation"), predictions["baseline"][seeds[0]]
    ids = answered.loc[answered["split"] == "validation", "id"]
    groups = rows_by_group(ids, group_of)
    metric, arms = problem.metrics[0].name, {}
    for name, runs in frames.items():
        drawn = resample(list(runs.values()), problem.score, params.compare.resamples, params.compare.seed, groups)
        values = np.array([scored(problem, frame)[metric] for frame in runs.values()])
        arms[name] = Scores(values, drawn[metric], len(groups or ids))
    baseline = arms["baseline"]
    of = Plan(baseline.size, len(seeds), resamples=params.compare.resamples)
    measured_on = "power.by_groups" if groups else "power.by_examples"
    both_names = said("figures.and").join(methods)
    told = said(measured_on, seeds=len(seeds), methods=both_names, size=f"{baseline.size:,}")
    if other:
        return estimate(arms[other], baseline), of, told
    (arm,) = estimate(baseline).arms
    together = SHARED * max(0.0, arm.examples - arm.own)
    both = Estimate((arm, arm), baseline.size, np.inf, together)
    return both, of, said("power.one_alone", told=told)
