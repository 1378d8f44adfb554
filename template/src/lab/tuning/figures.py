"""Two figures of a search: how it went on, and which settings mattered."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.study import Study
from optuna.trial import TrialState

from lab.comparison.drawing import fit, looks, medium, save
from lab.contract import Metric
from lab.paths import TUNING_FIGURES
from lab.style import PALETTE


def draw(method: str, study: Study, metric: Metric) -> list[Path]:
    """Write both; of importance nothing can be said before a few trials have ended."""
    paths = []
    with looks():
        for name, figure in (("progress", progress(method, study, metric)), ("importance", importance(method, study))):
            if figure:
                paths.append(TUNING_FIGURES / f"{method}_{name}.svg")
                fit(figure, medium())
                save(figure, paths[-1])
    return paths


def progress(method: str, study: Study, metric: Metric) -> Figure:
    """The score of each trial and the best so far; trials that were cut off have no score."""
    figure, axes = plt.subplots(figsize=(5.4, 2.8))
    done = [trial for trial in study.get_trials(deepcopy=False) if trial.state == TrialState.COMPLETE]
    cut = [trial.number for trial in study.get_trials(deepcopy=False) if trial.state == TrialState.PRUNED]
    numbers, values = [trial.number for trial in done], np.array([trial.value for trial in done], dtype=float)
    best = np.maximum.accumulate(values) if metric.higher_is_better else np.minimum.accumulate(values)
    axes.step(numbers, best, where="post", label="best so far")
    axes.plot(numbers, values, "o", markersize=4, label="trial")
    if cut:
        axes.plot(
            cut, np.zeros(len(cut)), "|", color=PALETTE["quiet"], transform=axes.get_xaxis_transform(), label="cut off"
        )
    unit = f" ({metric.unit})" if metric.unit else ""
    axes.set(xlabel="trial", ylabel=f"{metric.name.replace('_', ' ')} on validation data{unit}", title=method)
    axes.legend()
    return figure


def importance(method: str, study: Study) -> Figure | None:
    """The share of each setting in what set good trials apart (PED-ANOVA: Watanabe et al. 2023)."""
    try:
        found = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    except (ValueError, RuntimeError):  # too few trials, or all alike
        return None
    if not found:
        return None
    names = list(found)[::-1]
    figure, axes = plt.subplots(figsize=(5.4, 0.9 + 0.3 * len(names)))
    axes.barh([name.removeprefix("train.") for name in names], [found[name] for name in names])
    axes.set(xlabel="share of what sets the good trials apart", title=method)
    return figure
