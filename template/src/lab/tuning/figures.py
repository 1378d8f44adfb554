"""Two figures of a search: how it went on, and which settings mattered."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.study import Study
from optuna.trial import TrialState

from lab.comparison.drawing import PAPER, called, fit, looks, medium, said, save, say
from lab.comparison.summary import called as in_print
from lab.contract import Metric
from lab.paths import TUNING_FIGURES
from lab.settings import read_params, read_project
from lab.style import PALETTE


def draw(method: str, study: Study, metric: Metric) -> list[Path]:
    """Write both; of importance nothing can be said before a few trials have ended."""
    paths, language = [], read_project().language
    labels = {method: in_print(method, read_params().compare.labels, language)}
    with looks(PAPER, language, labels):
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
    axes.step(numbers, best, where="post", label=say("figures.best_so_far"))
    axes.plot(numbers, values, "o", markersize=4, label=say("figures.trial"))
    if cut:
        across, grey = axes.get_xaxis_transform(), PALETTE["quiet"]
        axes.plot(cut, np.zeros(len(cut)), "|", color=grey, transform=across, label=say("figures.cut_off"))
    unit = f" ({metric.unit})" if metric.unit else ""
    score = say("figures.on_validation", metric=said(metric.label) or metric.name.replace("_", " "))
    axes.set(xlabel=say("figures.trial"), ylabel=f"{score}{unit}", title=called(method))
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
    axes.set(xlabel=say("figures.importance"), title=called(method))
    return figure
