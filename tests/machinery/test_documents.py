"""Proposal, report and slides: every number comes from results/, and what is missing or stale is told in one line."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import example_results
import project_copy
import pytest
import typst
from printed_numbers import allowed, forms, printed, rows, stands_in, text_of
from pypdf import PdfReader

from lab.reporting.data_card import data_card
from lab.reporting.documents import compile_documents, fonts, read_results
from lab.settings import read_project

LANGUAGES = project_copy.LANGUAGES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", ["report", "slides", "poster"])
def test_every_result_is_printed_and_every_decimal_is_a_result(folder: Path, document: str, language: str) -> None:
    comparison = project_copy.make(folder, language, poster=True)
    text = text_of(compile_documents()[document])
    for row in rows(comparison, metrics=None if document == "report" else 1):
        assert stands_in(row, text), row
    for size in comparison["examples"].values():
        assert f"{size:,}" in text
    assert printed(text) <= allowed(comparison)
    costs = json.loads(Path("results/costs.json").read_text(encoding="utf-8"))["methods"]
    for entry in costs.values() if document != "poster" else []:
        assert forms(sum(entry["seconds"]) / 3, 1) & printed(text)


def test_a_poster_is_one_page_and_no_project_needs_one(folder: Path) -> None:
    long = example_results.PROJECT.replace("Reading handwritten digits", "Reading digits " * 14)
    project_copy.make(folder, project=long, poster=True)
    assert len(PdfReader(io.BytesIO(compile_documents()["poster"])).pages) == 1
    Path("documents/poster.typ").unlink()
    assert sorted(compile_documents()) == ["proposal", "report", "slides"]


def test_what_is_not_significant_is_called_so(folder: Path) -> None:
    project_copy.make(
        folder, "en", methods=example_results.METHODS, metrics=example_results.METRICS, figures=("confusion_matrix",)
    )
    project_copy.mini_report(folder, "#findings()\n\n#comparison-table()")
    text = " ".join(text_of(_compile_report()).split())
    assert re.search(r"small ablation: accuracy \S+ ± .*? This is not significant", text)
    assert "a true difference of 0.071 would be found in 80% of cases" in text
    assert "72% comes from the test examples: more of them would help most" in text
    assert re.search(r"novel is significantly better than the baseline: accuracy .*? p < 0.001", text)
    assert re.search(r"small ablation 0.974 ± 0.002 [^a-z]*not significant", text)
    assert re.search(r"novel 44,909 ± 99 [^a-z]*significantly worse", text)  # a higher error, as results/ say


def test_ablations_and_references_are_told_apart_from_candidates(folder: Path) -> None:
    project_copy.make(
        folder, "en", methods=example_results.METHODS, metrics=example_results.METRICS, ablations=("small_ablation",)
    )
    project_copy.mini_report(folder, "#findings()\n\n#comparison-table()\n\nTHEN\n\n#ablation-table()")
    first, _, then = " ".join(text_of(_compile_report()).split()).partition("THEN")
    assert "small ablation" not in first
    assert "The classical reference support vectors reaches 0.921 accuracy, and novel is not significantly" in first
    assert re.search(r"support vectors 0.921 – – – classical", first)
    assert re.search(r"when a part of novel is taken away.* small ablation 0.974 ± 0.002", then)


def test_the_largest_classes_are_in_the_table_of_the_data(folder: Path) -> None:
    project_copy.make(folder, "en")
    classes = {f"類/{number}": 10 + number for number in range(14)}
    path = Path("results/validation.json")
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"classes": classes}), encoding="utf-8")
    project_copy.mini_report(folder, "#data-table()")
    text = " ".join(text_of(_compile_report()).split())
    assert "Classes 類/13 (23), 類/12 (22), " in text
    assert "類/2 (12) and 2 more, in data_card.md" in text


def _compile_report() -> bytes:
    return typst.compile("documents/report.typ", root=".")


@pytest.mark.parametrize(("methods", "metrics"), [(1, 1), (9, 4)])
def test_any_number_of_methods_and_metrics(folder: Path, methods: int, metrics: int) -> None:
    names = ("baseline", *(f"method_{index}" for index in range(1, methods)))
    several = tuple(example_results.METRICS[0] | {"name": f"metric_{index}"} for index in range(metrics))
    comparison = project_copy.make(folder, "en", methods=names, metrics=several)
    project_copy.mini_report(
        folder, "#findings()\n#comparison-table()\n#costs-table()\n#metrics-table()\n#task-figures()"
    )
    text = text_of(_compile_report())
    assert all(stands_in(row, text) for row in rows(comparison))
    # A blank that does not break stands between a method's mark, which is no letter, and its name.
    assert all(len(re.findall(rf"\n\s?{name.replace('_', ' ')} ", text)) >= metrics for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_seed_shows_neither_deviation_nor_verdict(folder: Path, language: str) -> None:
    comparison = project_copy.make(folder, language, seeds=(0,))
    documents = compile_documents()
    for name in ("report", "slides"):
        text = text_of(documents[name])
        assert "±" not in text
        assert not re.search(
            r"better than the|worse than the|This is not significant|優於|劣於|差異不顯著|未達顯著", text
        )
        assert re.search("no verdict|無法判定", text)
        assert re.search("what another seed would change is unknown|無法得知換隨機種子", " ".join(text.split()))
        assert all(stands_in(row, text) for row in rows(comparison, metrics=1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_what_an_interval_covers(folder: Path, language: str) -> None:
    project_copy.make(folder, language)
    text = "".join(text_of(compile_documents()["report"]).split())
    assert "othertestexamplesandotherseeds" in text or "換一批測試樣本、換一組隨機種子" in text
    assert "thistrainingset,thesesettingsandthismachine" in text or "這份訓練資料、這些設定與這台機器" in text
    assert "Satterthwaite,F.E." in text or "F.E.Satterthwaite" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_proposal_shows_the_baseline_on_validation_data_alone(folder: Path, language: str) -> None:
    comparison = project_copy.make(folder, language)
    text = text_of(compile_documents()["proposal"])
    for metric in comparison["metrics"]:
        found = comparison["methods"]["baseline"]["metrics"][metric["name"]]
        assert forms(found["validation"]["mean"], metric["digits"]) & set(re.findall(r"[\d.,]+", text))
        assert not forms(found["mean"], metric["digits"]) & set(re.findall(r"[\d.,]+", text))


def test_a_biased_metric_is_called_so(folder: Path) -> None:
    metrics = (example_results.METRICS[0] | {"biased": True}, example_results.METRICS[1])
    project_copy.make(folder, "en", methods=example_results.METHODS, metrics=metrics, figures=("confusion_matrix",))
    project_copy.mini_report(folder, "#comparison-table()")
    text = " ".join(text_of(_compile_report()).split())
    assert "Accuracy is biased: on so few examples it is too high, here by up to about 0.016" in text
    assert "Rent error is biased" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["real", "composed", "made"])
def test_made_data_say_so_everywhere(folder: Path, language: str, kind: str) -> None:
    project_copy.make(folder, language, kind=kind)
    documents = compile_documents()
    texts = [text_of(documents[name]) for name in ("report", "slides")]
    warning = {"made": "The data are synthetic|本資料為合成資料", "composed": "The data are composed|本資料由真實資料"}
    assert all(bool(re.search(warning.get(kind, "$^"), text)) == (kind != "real") for text in texts)
    texts.append(data_card(read_project(), read_results()))
    for text in texts:
        assert bool(re.search("synthetic data|合成資料", text)) == (kind == "made")
        assert bool(re.search("composed of real|由真實資料", text)) == (kind == "composed")
        assert bool(re.search("real data|(?<!由)真實資料", text)) == (kind == "real")


HOSTILE = r""""Quotes" \back\slash #let $x$ @holm1979 *a_b* <tag> `c` // = [x] {{ y }} {% z %} ~ 007 é"""


def test_any_title_is_shown_as_it_is(folder: Path) -> None:
    title = json.dumps(HOSTILE + " 🐈", ensure_ascii=False)  # a JSON text is a TOML text
    project = example_results.PROJECT.replace('"Reading handwritten digits"', title)
    project_copy.make(folder, "en", project=project)
    for pdf in compile_documents().values():
        reader = PdfReader(io.BytesIO(pdf))
        assert reader.metadata is not None
        assert str(reader.metadata.title).startswith(HOSTILE + " 🐈 – ")
        assert "".join(HOSTILE.split()) in "".join(reader.pages[0].extract_text().split())


def test_chinese_needs_no_installed_font(folder: Path) -> None:
    """What an installed font would show differs from machine to machine."""
    project_copy.make(folder, "en", project=example_results.PROJECT.replace("Huang Yi-Ting", "黃意婷"))
    assert all("黃意婷" in text_of(pdf) for pdf in compile_documents().values())
    packages = ("fontpkg_source_sans_3", "fontpkg_source_serif_4", "pylopdf_fonts_zh_tw")
    assert all(font.path is None or set(packages) & set(Path(font.path).parts) for font in fonts().fonts())


def test_same_results_give_the_same_bytes(folder: Path) -> None:
    project_copy.make(folder)
    documents = compile_documents()
    assert documents == compile_documents()
    for pdf in documents.values():  # two dates within a second would be alike
        metadata = PdfReader(io.BytesIO(pdf)).metadata
        assert metadata is not None
        assert metadata.creation_date is None
