"""Figures can be read on paper and on slides, in both languages, and say what they show."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import example_results
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import project_copy
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from printed_numbers import text_of
from pypdf import PdfReader
from test_style import contrast

from lab.comparison import figures
from lab.comparison.confusion import draw_confusion
from lab.comparison.drawing import PAPER, SLIDES, fit, looks, markers, save
from lab.comparison.learning_curves import apart
from lab.comparison.summary import labels
from lab.contract import Drawn
from lab.errors import UserError
from lab.files import digests, write_json
from lab.paths import FIGURES
from lab.reporting.documents import compile_documents
from lab.style import PALETTE

SIX = ("baseline", "novel", "plain_convolution", "ensemble_of_five", "without_augmentation", "without_shortcuts")
SMALL = 3.0


def own(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn | Figure]:
    """A team's figures, with letters that are too small; one says nothing of itself."""
    figure, panels = plt.subplots(1, len(predictions), figsize=(20, 3), squeeze=False)
    for axes, method in zip(panels[0], predictions, strict=True):
        axes.set_title(method, fontsize=SMALL)
        axes.tick_params(labelsize=SMALL)
    bare = Figure(figsize=(3, 2))
    bare.subplots().set_xlabel("x")
    return {"panels": Drawn(figure, {"en": "Panels. Of each.", "zh-TW": "圖：各一。"}, "1 and 2"), "bare_one": bare}


def summary(methods: tuple[str, ...] = SIX, **changed: Any) -> Any:
    root = Path("made_up")
    found = example_results.write(root, methods=methods, ablations=tuple(name for name in methods if "out_" in name))
    found["order"] = list(methods)
    for name, entry in (found["methods"] | found["references"]).items():
        entry["label"] = name.replace("_", " ")
    for metric in found["metrics"]:
        metric["label"] = metric["name"].replace("_", " ")
    return found | changed


def draw(language: str = "en", compared: Any = None, task_figures: Any = own, **changed: Any) -> dict[str, Any]:
    compared = compared or summary(**changed)
    epochs = np.arange(1, 13)
    history = pd.DataFrame({"epoch": epochs, "train_loss": 3.0 / epochs**2, "validation_loss": 2.0 / epochs})
    histories = {method: dict.fromkeys((0, 1), history) for method in compared["order"]}
    table = pd.DataFrame({"id": ["a"]})
    predictions = {method: {0: table, 1: table} for method in compared["order"]}
    problem: Any = SimpleNamespace(figures=task_figures)
    return dict(figures.draw(problem, predictions, histories, compared, language))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_every_letter_of_six_methods_can_be_read(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes: dict[str, list[float]] = {}

    def note(figure: Figure, path: Path) -> None:
        figure.draw_without_rendering()
        texts = [one for one in figure.findobj(Text) if isinstance(one, Text) and one.get_text()]
        sizes[path.relative_to(FIGURES).as_posix()] = [float(one.get_fontsize()) for one in texts]
        save(figure, path)

    monkeypatch.setattr(figures, "save", note)
    told = draw(language)
    names = {"learning_curves", "comparison", "cost_quality", "panels", "bare_one"}
    assert set(told) == sizes.keys() == {f"{place}{name}.svg" for place in ("", "slides/") for name in names}
    for name, found in sizes.items():
        medium = SLIDES if name.startswith("slides/") else PAPER
        assert min(found) >= (14 if medium is SLIDES else 7.5), name
        assert max(found) <= medium.font, name
        head = (FIGURES / name).read_text("utf-8")[:1000]
        width, height = (float(re.findall(rf'{side}="([\d.]+)pt"', head)[0]) / 72 for side in ("width", "height"))
        # A slide shows a figure at four fifths of its size at least, beside a line of text or two.
        assert width <= medium.width * 1.04, name
        assert height <= medium.height * 1.04, name
    assert "U+" not in capsys.readouterr().out


def test_the_letters_are_those_of_the_documents_and_chinese_has_some(capsys: pytest.CaptureFixture[str]) -> None:
    with looks(PAPER, "zh-TW"):
        figure = Figure()
        figure.suptitle("準確率 Δ ± − → ← 較佳 macro-F1")
        used = plt.rcParams["font.family"]
        save(figure, Path("letters.svg"))
    assert used == ["Source Sans 3", "Noto Sans TC"]
    assert capsys.readouterr().out == ""
    drawn = Path("letters.svg").read_text("utf-8")
    assert "SourceSans3" in drawn
    assert "NotoSansTC" in drawn
    assert "DejaVu" not in drawn


def test_the_same_data_give_the_same_bytes() -> None:
    first = draw("zh-TW"), digests(FIGURES, pattern="**/[!.]*")
    assert len(first[1]) == 10
    assert (draw("zh-TW"), digests(FIGURES, pattern="**/[!.]*")) == first


def test_captions_say_what_is_shown() -> None:
    told = draw()
    two = "Seed 0; of all methods only baseline and ensemble of five are shown."
    assert told["panels.svg"] == {"caption": f"Panels. Of each. {two}", "alt": "1 and 2"}
    assert told["bare_one.svg"]["caption"] == f"Bare one. {two}"
    assert re.search("ensemble of five.*, not significant", told["comparison.svg"]["alt"])
    assert "ablations" in told["comparison.svg"]["caption"]
    assert "52,138" in told["cost_quality.svg"]["alt"]
    assert "support vectors" in told["cost_quality.svg"]["alt"]
    assert draw("zh-TW", methods=SIX[:2])["panels.svg"]["caption"] == "圖：各一。隨機種子 0。"


def test_a_project_with_the_baseline_alone_has_figures() -> None:
    told = draw(methods=("baseline",))
    assert "besides the baseline" in told["comparison.svg"]["caption"]


def test_too_many_methods_are_shown_by_baseline_and_champion() -> None:
    compared = summary()
    chosen = compared["champion"]
    assert figures.side_by_side(compared, SLIDES) == ["baseline", chosen]
    assert figures.side_by_side(summary(methods=SIX[:3]), PAPER) == list(SIX[:3])
    assert figures.side_by_side(summary(champion="baseline"), PAPER) == ["baseline", "novel"]


def test_names_of_lines_do_not_meet_and_marks_differ() -> None:
    assert len(set(markers(list(SIX), "baseline", "novel").values())) == len(SIX)
    found = apart({"a": 5.0, "b": 5.5, "c": 1.0, "d": 99.0}, 10, 0, 100)
    assert sorted(found, key=lambda name: found[name]) == ["c", "a", "b", "d"]
    for wanted in ({"a": 5.0, "b": 5.5, "c": -1.0}, {"a": 98.0, "b": 99.0, "c": 99.5, "d": 50.0}):
        places = sorted(apart(wanted, 10, 0, 100).values())
        assert min(np.diff(places)) >= 10
        assert places[0] >= 0
        assert places[-1] <= 100


@pytest.mark.parametrize("colour", [PALETTE[name] for name in ("baseline", "accent", "quiet")] + PALETTE["others"])
def test_names_in_the_colour_of_their_line_can_be_read(colour: str) -> None:
    assert contrast(colour, PALETTE["paper"]) >= 4.5


def test_a_confusion_matrix_is_told_in_numbers() -> None:
    right, given = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 0, 2])
    with looks(SLIDES, "en", {"novel": "Ours"}):
        each = draw_confusion({"novel": (right, given), "perfect": (right, right)}, ["cat", "dog", "貓頭鷹"])
        fit(each.figure, SLIDES)
    assert each.alt == (
        "Ours: 2 of 5 wrong, most often cat taken for dog (1), dog taken for cat (1); perfect: none of 5 wrong."
    )
    shown = {text.get_text() for text in each.figure.findobj(Text) if isinstance(text, Text)}
    assert {"Ours: 2 of 5 wrong", "貓頭鷹"} <= shown


def test_labels_are_for_methods_that_are_there() -> None:
    assert labels(["baseline", "my_method", "svm"], {"svm": "SVM"}, "zh-TW") == {
        "baseline": "基準方法",
        "my_method": "my method",
        "svm": "SVM",
    }
    with pytest.raises(UserError, match=r"compare\.labels: 'nowel' is no method and no classical reference.*'novel'"):
        labels(["baseline", "novel"], {"nowel": "N"}, "en")


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_captions_alt_texts_and_labels_reach_the_documents(folder: Path, language: str) -> None:
    root = folder / "copy"
    root.mkdir()
    comparison = project_copy.make(root, language, figures=("grid",))
    comparison["methods"]["novel"]["label"] = "Residual + flips"
    comparison["metrics"][0]["label"] = "share of hits"
    said = {"caption": "Grid #1 of *all*. Rows are 3.5 m apart.", "alt": "grid of 12 cells"}
    comparison["drawings"] = {"grid.svg": said, "slides/grid.svg": said | {"alt": "grid of 6 cells"}}
    (root / "results/figures/slides").mkdir()
    (root / "results/figures/slides/grid.svg").write_text(example_results.FIGURE, encoding="utf-8")
    write_json(root / "results/comparison.json", comparison)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        made = compile_documents()
    report = "".join(text_of(made["report"]).split())
    for text in ("Grid #1 of *all*. Rows are 3.5 m apart.", "Residual + flips", "Share of hits"):
        assert text.replace(" ", "") in report
    assert "grid of 12 cells" in alts(made["report"])
    assert "grid of 6 cells" in alts(made["slides"])
    assert "grid of 12 cells" not in alts(made["slides"])


def alts(document: bytes) -> set[str]:
    """All texts of a PDF for those who cannot see its figures."""
    reader = PdfReader(BytesIO(document))
    found = set()
    for number in range(1, len(reader.xref_objStm) + max(reader.xref.get(0, {0: 0})) + 1):
        item: Any = reader.get_object(number)
        if isinstance(item, dict) and "/Alt" in item:
            found.add(str(item["/Alt"]))
    return found
