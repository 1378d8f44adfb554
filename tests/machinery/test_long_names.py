"""Long names of methods in figures do not run into each other."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import project_copy
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from test_figures import draw, summary

from lab.comparison import figures
from lab.comparison.confusion import draw_confusion
from lab.comparison.drawing import PAPER, SLIDES, called
from lab.contract import Drawn
from lab.paths import FIGURES

LONG_NAMES = {
    "en": (
        "perceptron with distorted scans",
        "pre-activation residual network",
        "the same network, half as wide again",
        "narrow perceptron",
        "residual network without distorted scans",
        "residual network with a quarter of its channels",
    ),
    "zh-TW": (
        "接受擴增影像的多層感知器",
        "前置活化殘差網路",
        "加寬為一點五倍的殘差網路",
        "窄的多層感知器",
        "不使用資料擴增的殘差網路",
        "通道數為四分之一的殘差網路",
    ),
}


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_names_of_six_methods(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of six methods, as a forest, as titles of panels side by side and beside rows of pictures."""
    drawn: dict[str, tuple[Figure, list[Text]]] = {}

    def note(figure: Figure, path: Path) -> None:
        figure.draw_without_rendering()
        texts = [one for one in figure.findobj(Text) if isinstance(one, Text) and re.search(r"[^\W\d]", one.get_text())]
        shown = [one for one in texts if one.get_visible()]
        drawn[path.relative_to(FIGURES).as_posix()] = (figure, shown)

    def rows(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn | Figure]:
        figure, panels = plt.subplots(len(predictions), 6, figsize=(0.7 * 6, len(predictions)))
        for row, method in zip(panels, predictions, strict=True):
            row[0].set_ylabel(called(method))
            for axes in row:
                axes.set_xticks([])
                axes.set_yticks([])
        right = np.arange(10)
        return {
            "rows": figure,
            "confusion": draw_confusion(dict.fromkeys(predictions, (right, right)), list("0123456789")),
        }

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(figures, "save", note)
    compared = summary()
    for entry, name in zip(compared["methods"].values(), LONG_NAMES[language], strict=True):
        entry["label"] = name
    draw(language, compared, rows)
    assert {f"{place}{name}.svg" for place in ("", "slides/") for name in ("comparison", "rows", "confusion")} <= set(
        drawn
    )
    for name, (figure, texts) in drawn.items():
        boxes = [(one.get_text(), one.get_window_extent().padded(-0.3 * float(one.get_fontsize()))) for one in texts]
        met = [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if one.overlaps(other)]
        assert not met, (name, met)
        medium = SLIDES if name.startswith("slides/") else PAPER
        box = figure.get_tightbbox()
        assert max(box.width / medium.width, box.height / medium.height) < 1.04, name


def test_sizes_that_lie_far_apart_have_numbers_that_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slide with many names beside the figure, four powers of ten have no room in long digits."""
    drawn: dict[str, list[Text]] = {}

    def note(figure: Figure, path: Path) -> None:
        figure.draw_without_rendering()
        drawn[path.relative_to(FIGURES).as_posix()] = figure.axes[0].get_xticklabels()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(figures, "save", note)
    compared = summary()
    for place, (name, entry) in enumerate(compared["methods"].items()):
        entry["parameters"] = 7950 * 6**place
        entry["label"] = f"{name} of a network with many names"
    draw("en", compared, lambda predictions: {})
    for name in ("cost_quality.svg", "slides/cost_quality.svg"):
        boxes = [one.get_window_extent() for one in drawn[name] if one.get_text()]
        assert len(boxes) > 1
        assert not [pair for pair in itertools.pairwise(boxes) if pair[0].x1 > pair[1].x0], name
