"""Which differences are significant: each method of a family against what it is compared with, by one metric."""

from __future__ import annotations

from lab.comparison.intervals import difference_interval, p_value
from lab.comparison.power import Plan, detectable
from lab.comparison.statistics import Estimate, Scores, estimate, holm, holm_alphas, verdict
from lab.contract import Metric
from lab.results import Difference, VarianceShares


def differences(
    metric: Metric, family: dict[str, Scores], against: list[tuple[str, Scores]], alpha: float
) -> dict[str, Difference]:
    """The difference of each method of ``family`` from the one, with its name, at the same place in ``against``.

    Each comparison is one more chance to be fooled (Demšar 2006, "Statistical Comparisons of Classifiers over Multiple
    Data Sets", section 3.2.2), so within a family p-values are corrected and intervals widened alike. The primary
    metric was named beforehand: there is no correction for the number of metrics.
    """
    pairs = zip(family.items(), against, strict=True)
    estimates = {name: (other, estimate(one, theirs)) for (name, one), (other, theirs) in pairs}
    judged = all(one.seeds is not None for _, one in estimates.values())  # one seed says nothing about the next
    p_values = [p_value(one, metric.bounds) for _, one in estimates.values()]
    alphas = holm_alphas(p_values, alpha) if judged else [alpha] * len(p_values)
    rows = zip(estimates.items(), p_values, holm(p_values), alphas, strict=True)
    return {
        name: {
            "against": other,
            "mean": one.mean,
            "interval": difference_interval(one, own_alpha, metric.bounds),
            "p": p if judged else None,
            "p_corrected": corrected if judged else None,
            "verdict": verdict(one.mean, corrected, metric.higher_is_better, alpha) if judged else None,
            "variance": shares(one),
            "detectable": smallest(one, metric, family[name], len(family), alpha) if judged else None,
        }
        for (name, (other, one)), p, corrected, own_alpha in rows
    }


def shares(one: Estimate) -> VarianceShares | None:
    """Of the difference's variance, what more test examples would reduce, and what only more seeds would."""
    if one.seeds is None or one.variance == 0:
        return None
    return {"examples": one.examples / one.variance, "seeds": one.seeds / one.variance}


def smallest(one: Estimate, metric: Metric, of: Scores, methods: int, alpha: float) -> float | None:
    """The smallest true improvement that this comparison sees in 80 % of cases; None if it sees none so often."""
    plan = Plan(of.size, len(of.values), methods, alpha, len(of.draws))
    found = detectable(one, plan, metric.bounds, metric.higher_is_better)
    return found if found < float("inf") else None
