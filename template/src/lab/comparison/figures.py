"""The figures of the comparison: those that every project has, and the task's own, for paper and for slides."""

from __future__ import annotations

import shutil

from lab.comparison.cost_quality import cost_quality
from lab.comparison.drawing import PAPER, SLIDES, Medium, called, capital, fit, looks, said, save, say
from lab.comparison.forest import forest
from lab.comparison.learning_curves import Histories, learning_curves
from lab.comparison.predictions import Predictions
from lab.contract import Problem
from lab.errors import ask
from lab.paths import FIGURES, OWN_FIGURES
from lab.results import Compared, Drawing
from lab.style import method_colours
from lab.team_code.problem_checks import drawn

PLACES = {"": PAPER, "slides/": SLIDES}
"""Below ``results/figures``."""


def draw(
    problem: Problem, predictions: Predictions, histories: Histories, summary: Compared, language: str
) -> dict[str, Drawing]:
    """Write all figures; return what documents say of each, by its name below ``results/figures``."""
    shutil.rmtree(FIGURES, ignore_errors=True)
    labels = {name: entry["label"] for name, entry in (summary["methods"] | summary["references"]).items()}
    colour = method_colours(summary["order"], summary["baseline"], summary["champion"])
    told: dict[str, Drawing] = {}
    for folder, medium in PLACES.items():
        with looks(medium, language, labels, colour):
            shared = (learning_curves(histories, summary["baseline"], summary["champion"]), forest(summary))
            for name, figure in zip(OWN_FIGURES, (*shared, cost_quality(summary)), strict=True):
                fit(figure.figure, medium)
                save(figure.figure, FIGURES / f"{folder}{name}.svg")
                told[f"{folder}{name}.svg"] = {"caption": said(figure.caption), "alt": said(figure.alt)}
        shown = side_by_side(summary, medium)
        with looks(medium, language, labels, {name: colour[name] for name in shown}):
            told |= _own(problem, predictions, shown, folder, medium)
    return told


def side_by_side(summary: Compared, medium: Medium) -> list[str]:
    """The methods that a task's figures show: all, or of too many the baseline and the champion."""
    order, chosen = summary["order"], [summary["baseline"], summary["champion"]]
    if len(order) <= medium.panels:
        return order
    if chosen[0] == chosen[1]:  # then the first of those that did not win
        chosen.append(next(name for name in order if name != summary["baseline"]))
    return [name for name in order if name in chosen]


def _own(
    problem: Problem, predictions: Predictions, shown: list[str], folder: str, medium: Medium
) -> dict[str, Drawing]:
    """Draw those of the task."""
    told: dict[str, Drawing] = {}
    seed = next(iter(predictions[shown[0]]))
    for name, figure in drawn(problem, {method: predictions[method][seed] for method in shown}).items():
        ask(fit, figure.figure, medium, fill=medium is SLIDES, of=problem.figures)
        ask(save, figure.figure, FIGURES / f"{folder}{name}.svg", of=problem.figures)
        caption = said(figure.caption) or capital(name.replace("_", " ")) + say("figures.stop")
        known = {"seed": seed, "methods": say("figures.and").join(called(method) for method in shown)}
        which = "figures.of_two" if len(shown) < len(predictions) else "figures.of_seed"
        caption += say("terms.gap") + say(which, **known)
        told[f"{folder}{name}.svg"] = {"caption": caption, "alt": said(figure.alt) or caption}
    return told
