"""Does the comparison keep its word? ``uv run benchmarks/statistics.py [--comparisons N] [--metric NAME]``.

Thousands of comparisons whose truth is known, for each setting: a metric, a number of seeds and of test examples, and
the seeds' share of the difference's variance (0: only other examples would change it; 1: only other seeds).
Quoted are how often the 95 % interval holds the true difference where there is none, which is 100 % less the false
verdicts, and where there is one; and the power, how often a method is called better that is better by 2.8 standard
deviations. Who knew those would find it in 80 % of all cases; the rest is the price of having few seeds.

Examples have a part that all methods share, one of the method's own and one of each seed's own: ``own`` is the last
one's share of an example's variance, which decides how much of the examples' noise the seeds average out.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

sys.path.append(sys.path.pop(0))  # packages that ask for the standard library's statistics must not get this file
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "template/src"))

import numpy as np
import pandas as pd

from lab.comparison.intervals import Bounds, difference_interval
from lab.comparison.power import Plan, powers
from lab.comparison.statistics import Arm, Estimate, Scores, estimate, resample

RESAMPLES, ALPHA = 200, 0.05
CLASSES = np.array([0.4, 0.3, 0.2, 0.1])
"""How frequent each class is whose F1 counts the same."""
SHARES = (0, 0.5, 0.9, 1)
METRICS = ("accuracy 90 %", "macro-F1", "RMSE", "log loss")
HARD = ("accuracy 98 %", "RMSE, heavy tails")


@dataclass(frozen=True)
class Setting:
    metric: str
    seeds: int
    examples: int
    share: float
    own: float = 0.5


def scores(setting: Setting, tau: float, shift: float, count: int, random: np.random.Generator) -> list[np.ndarray]:
    """``count`` comparisons: values (count, 3, seeds) and draws (resamples, count, 3, seeds).

    Of the three methods the first two are equally good, and the third is the second made better by ``shift``.
    ``tau`` is how much a seed moves a method.
    """
    n, seeds, own = setting.examples, setting.seeds, setting.own
    classes = len(CLASSES) if setting.metric == "macro-F1" else 1

    def normal(*shape: int) -> np.ndarray:
        return random.standard_normal((*shape, classes), dtype=np.float32)

    parts = np.sqrt([(1 - own) / 2, (1 - own) / 2, own, tau**2]).astype(np.float32)
    sizes = (n, count, 1, 1), (n, count, 2, 1), (n, count, 2, seeds), (1, count, 2, seeds)
    everyone, method, each, moved = (part * normal(*size) for part, size in zip(parts, sizes, strict=True))
    noise, moved = (np.concatenate([part, part[:, :, 1:]], axis=2) for part in (everyone + method + each, moved))
    better = np.array([0, 0, shift], np.float32)[:, None, None]
    drawn = random.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(np.float32)

    def means(values: np.ndarray) -> list[np.ndarray]:
        """Of all examples, and of each resample."""
        flat = values.reshape(n, -1).astype(np.float32)
        shape = (count, 3, seeds, *values.shape[4:])
        return [flat.mean(axis=0).reshape(shape), (drawn @ flat / n).reshape(RESAMPLES, *shape)]

    if setting.metric == "macro-F1":
        label = random.choice(classes, size=n, p=CLASSES)
        right = np.eye(classes, dtype=np.float32)[label][:, None, None, None]
        answer = np.eye(classes, dtype=np.float32)[(noise + moved + (2 + better) * right).argmax(axis=-1)]
        hits, answers = means(answer * right), means(answer)
        truth = [right.mean(axis=0), (drawn @ right.reshape(n, classes) / n)[:, None, None, None]]
        return [(2 * h / np.maximum(a + t, 1e-9)).mean(axis=-1) for h, a, t in zip(hits, answers, truth, strict=True)]
    noise, moved, better = noise[..., 0], moved[..., 0], better[..., 0]
    if setting.metric.startswith("accuracy"):
        level = {"accuracy 90 %": 1.2816, "accuracy 98 %": 2.0537}[setting.metric]
        return means(noise + moved + level + better > 0)
    if setting.metric == "log loss":
        return means(np.logaddexp(0, -3 * (noise + moved + 1 + better)))
    size = random.standard_t(4, n) if "heavy" in setting.metric else np.exp(0.5 * random.standard_normal(n))
    error = size.astype(np.float32)[:, None, None, None] * noise * np.exp(moved - better)
    return [np.sqrt(mean) for mean in means(np.square(error))]


@cache
def pilot(metric: str, own: float) -> np.ndarray:
    """Rows of tau, its variance by seed, by an example that all seeds share, and by one that they do not."""
    setting, random = Setting(metric, 2, 500, 0, own), np.random.default_rng(1)
    rows = []
    for tau in (0, *np.geomspace(0.003, 1.5, 24)):
        values, draws = scores(setting, tau, 0, 120, random)
        centred = draws - draws.mean(axis=0)
        each = centred[:, :, :2].var(axis=-1, ddof=1).mean()
        difference = np.square((centred[:, :, 1] - centred[:, :, 0]).mean(axis=-1)).mean()
        by_seed = max(0.0, values[:, :2].var(axis=-1, ddof=1).mean() - each) if tau else 0.0
        rows.append((tau, by_seed, 500 * max(0.0, difference - each), 500 * each))
    return np.array(rows)


def setup(setting: Setting) -> tuple[float, float, float]:
    """Tau that gives the seeds their share, the share that they get, and the shift that makes 2.8 standard deviations.

    The shift is infinite where no method can be so much better, because scores of 100 % end it.
    """
    taus, seed, shared, each = pilot(setting.metric, setting.own).T
    by_seeds, by_examples = 2 * seed / setting.seeds, (shared + 2 * each / setting.seeds) / setting.examples
    shares = by_seeds / (by_seeds + by_examples)
    nearest = int(np.abs(shares - min(setting.share, 0.98)).argmin())
    wanted = 2.8 * np.sqrt(by_seeds + by_examples)[nearest]
    large, low, high = replace(setting, seeds=10, examples=500), 0.0, 2.0
    for _ in range(10):  # by halves, because scores are no linear function of the shift
        middle = (low + high) / 2
        mean = scores(large, taus[nearest], middle, 30, np.random.default_rng(2))[0].mean(axis=(0, 2))
        low, high = (middle, high) if abs(mean[2] - mean[1]) < wanted else (low, middle)
    return float(taus[nearest]), float(shares[nearest]), high if high < 1.9 else np.inf


def run(setting: Setting, comparisons: int, seed: int = 0) -> dict[str, float]:
    """Coverage without and with a difference, and power, of ``comparisons``; and the seeds' true share."""
    tau, share, shift = setup(setting)
    random = np.random.default_rng(seed)
    block = max(5, 6_000_000 // (setting.examples * setting.seeds * (12 if setting.metric == "macro-F1" else 3)))
    bounds: Bounds = (0, None) if setting.metric.startswith(("RMSE", "log loss")) else (0, 1)
    equal, unequal, between, ends = [], [], [], []
    for start in range(0, comparisons, block):
        values, draws = scores(setting, tau, min(shift, 2), min(block, comparisons - start), random)
        between.append(values[:, [2, 0]].var(axis=-1, ddof=1) / setting.seeds)
        for one in range(len(values)):
            first, second, third = (Scores(values[one, m], draws[:, one, m], setting.examples) for m in range(3))
            equal.append(difference_interval(estimate(second, first), ALPHA, bounds))
            unequal.append(estimate(third, first))
            ends.append(difference_interval(unequal[-1], ALPHA, bounds))
    truth = float(np.mean([one.mean for one in unequal]))
    found: dict[str, Any] = {"share": share, "coverage": np.mean([low <= 0 <= high for low, high in equal])}
    if np.isfinite(shift):
        found["coverage of a difference"] = np.mean([low <= truth <= high for low, high in ends])
        found["power"] = np.mean([low > 0 if truth > 0 else high < 0 for low, high in ends])
        variances = np.concatenate(between).mean(axis=0)
        arms = []
        for place, by_seeds in enumerate(variances):
            mean, examples, own = (
                float(np.mean([getattr(one.arms[place], name) for one in unequal]))
                for name in ("mean", "examples", "own")
            )
            arms.append(Arm(mean, examples, own, max(0.0, float(by_seeds) - own)))
        plan = Plan(setting.examples, setting.seeds, alpha=ALPHA, resamples=RESAMPLES)
        together = float(np.mean([one.together for one in unequal]))
        there = Estimate(tuple(arms), setting.examples, np.inf, together)
        found["promised"] = powers(np.array([truth]), there, plan, bounds)[0]
    return {name: float(value) for name, value in found.items()}


def seconds_of_compare(methods: int = 20, seeds: int = 5, examples: int = 2000) -> float:
    """Of the processor, for what takes longest in a large comparison."""
    random = np.random.default_rng(0)
    label = random.integers(10, size=examples)
    frames = [
        pd.DataFrame({"id": np.arange(examples).astype(str), "label": label, "predicted": random.permutation(label)})
        for _ in range(seeds)
    ]

    def score(frame: pd.DataFrame) -> dict[str, float]:
        return {"accuracy": float((frame["label"].to_numpy() == frame["predicted"].to_numpy()).mean())}

    started = time.process_time()
    for _ in range(methods):
        resample(frames, score, 300, 0)
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comparisons", type=int, default=2000)
    parser.add_argument("--metric", choices=(*METRICS, *HARD), help="this one alone")
    arguments = parser.parse_args()
    rows = [
        *(
            Setting(metric, seeds, size, 0)
            for metric in METRICS
            for seeds in (2, 3, 5, 10)
            for size in (100, 500, 2000)
        ),
        *(Setting(metric, seeds, 500, 0, own) for metric in METRICS for own in (0.1, 0.9) for seeds in (2, 3, 5)),
        *(Setting(metric, seeds, size, 0) for metric in HARD for seeds in (2, 3, 5) for size in (100, 500)),
    ]
    print("For each share of the seeds: coverage without a difference, coverage with one, power (%)")
    print(f"{'metric':18} seeds examples own" + "".join(f"   seeds' share {share:<4}" for share in SHARES))
    for row in rows:
        if arguments.metric in (None, row.metric):
            cells = []
            for share in SHARES:
                found = run(replace(row, share=share), arguments.comparisons)
                numbers = [found.get(name) for name in ("coverage", "coverage of a difference", "power")]
                cells.append("   " + " ".join("   - " if one is None else f"{100 * one:5.1f}" for one in numbers))
            print(f"{row.metric:18} {row.seeds:5} {row.examples:8} {row.own:3}" + "".join(cells), flush=True)
    print(f"300 resamples of 20 methods with 5 seeds on 2,000 examples: {seconds_of_compare():.1f} s")


if __name__ == "__main__":
    main()
