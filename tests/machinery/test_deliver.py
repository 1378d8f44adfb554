"""What is handed in: whole or not there, from results that are there and are DVC's own; the cards beside the PDFs."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import example_results
import project_copy
import pytest
from matplotlib.figure import Figure
from printed_numbers import text_of

from lab.comparison.drawing import looks, save
from lab.errors import UserError
from lab.reporting.cards import model_card
from lab.reporting.data_card import data_card
from lab.reporting.documents import compile_documents, read_results
from lab.settings import read_project
from lab.stages import deliver
from lab.style import number

METRICS = (example_results.METRICS[0] | {"biased": True}, example_results.METRICS[1])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('#value("nvel", "accuracy")', 'no method "nvel", only baseline, novel'),
        ('#value("novel", "acuracy")', 'no metric "acuracy", only'),
        ('#result-figure("nothing.svg")', "file not found .*nothing.svg"),
        ("@nobody2020", "label `<nobody2020>` does not exist"),
        ("#(", "unclosed delimiter"),
    ],
)
def test_a_mistake_in_a_document_is_told_with_its_line(folder: Path, text: str, message: str) -> None:
    project_copy.make(folder, methods=example_results.METHODS, metrics=example_results.METRICS)
    project_copy.mini_report(folder, text)
    with pytest.raises(UserError, match=message) as error:
        compile_documents()
    assert str(error.value).startswith("documents/report.typ, line 5: ")
    assert "\n" not in str(error.value)
    assert str(folder) not in str(error.value)


@pytest.mark.parametrize("name", ["results/comparison.json", "results/costs.json", "data/raw/provenance.json"])
def test_a_missing_result_fails(folder: Path, name: str) -> None:
    project_copy.make(folder)
    Path(name).unlink()
    with pytest.raises(UserError, match=f"{Path(name).name} is missing: run `uv run dvc repro`"):
        read_results()


def test_a_result_that_dvc_did_not_write_fails(folder: Path) -> None:
    comparison = project_copy.make(folder)
    path = Path("results/comparison.json")
    digest = hashlib.md5(path.read_bytes()).hexdigest()
    lock = {"stages": {"compare": {"outs": [{"path": "results/comparison.json", "md5": digest}, {"path": "runs"}]}}}
    Path("dvc.lock").write_text(json.dumps(lock), encoding="utf-8")
    assert read_results()["comparison"] == comparison
    path.write_text(path.read_text(encoding="utf-8").replace("0.9", "0.8"), encoding="utf-8")
    with pytest.raises(UserError, match=r"results/comparison.json is not what its stage wrote: run `uv run dvc repro`"):
        read_results()


def test_prompts_in_another_language_than_the_projects_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project_copy.make(folder, language="zh-TW")
    deliver.main()
    assert "note:" not in capsys.readouterr().out
    text = Path("project.toml").read_text(encoding="utf-8")
    Path("project.toml").write_text(text.replace('"zh-TW"', '"en"'), encoding="utf-8")
    Path("documents/slides.typ").write_text("我們寫完了。", encoding="utf-8")  # no prompt is left there
    read_project.cache_clear()
    deliver.main()
    said = capsys.readouterr().out
    assert [name in said for name in ("note: the prompts in documents/report.typ", "documents/slides.typ")] == [
        True,
        False,
    ]


def test_deliver_writes_all_or_nothing(folder: Path) -> None:
    comparison = project_copy.make(folder)
    good = Path("documents/slides.typ").read_text(encoding="utf-8")
    Path("documents/slides.typ").write_text(good + "\n#broken", encoding="utf-8")
    with pytest.raises(UserError, match=r"documents/slides\.typ, line"):
        deliver.main()
    assert not Path("deliverables").exists()
    assert not Path("results/rubric.json").exists()
    Path("documents/slides.typ").write_text(good, encoding="utf-8")
    deliver.main()
    names = [
        "croissant.json",
        "data_card.md",
        "milestones.ics",
        "model_card.md",
        "proposal.pdf",
        "report.html",
        "report.pdf",
        "slides.pdf",
        "slides.pptx",
    ]
    assert sorted(path.name for path in Path("deliverables").iterdir()) == names
    card = Path("deliverables/model_card.md").read_text(encoding="utf-8")
    for method, entry in comparison["methods"].items():
        for metric in comparison["metrics"]:
            mean = number(entry["metrics"][metric["name"]]["mean"], metric["digits"])
            names = [name.replace("_", " ") for name in (method, metric["name"])]  # as in print
            assert re.search(rf"\| {names[0]} \| {names[1]}[^|]* \| {re.escape(mean)} ± ", card)


@pytest.mark.parametrize("seeds", [(0,), (0, 1, 2)])
def test_the_model_card_picks_no_seed_by_its_test_score(folder: Path, seeds: tuple[int, ...]) -> None:
    comparison = project_copy.make(folder, "en", methods=example_results.METHODS, metrics=METRICS, seeds=seeds)
    champion = comparison["champion"]
    runs = {seed: json.loads(Path(f"runs/{champion}/{seed}/run.json").read_text("utf-8")) for seed in seeds}
    card = model_card(read_project(), read_results(), runs)
    found = comparison["methods"][champion]["metrics"]["accuracy"]
    for seed in map(str, seeds):
        assert (
            f"`runs/{champion}/{seed}/model.safetensors` | {number(found['validation']['values'][seed], 3)} |" in card
        )
    assert ("±" in card) == (len(seeds) > 1)
    verdict = "not significant" if len(seeds) > 1 else "one seed does not tell whether it is better"
    assert verdict in card
    assert ("What a second seed would change is unknown" in card) == (len(seeds) == 1)
    assert "accuracy is biased on few examples" in card


def test_user_text_in_cards_is_shown_literally(folder: Path) -> None:
    project = example_results.PROJECT.replace('"Reading handwritten digits"', json.dumps("a | b <i> *c* [d](e)\n# f"))
    comparison = project_copy.make(folder, "en", project=project)
    runs = {seed: json.loads(Path(f"runs/baseline/{seed}/run.json").read_text("utf-8")) for seed in comparison["seeds"]}
    for card in (data_card(read_project(), read_results()), model_card(read_project(), read_results(), runs)):
        assert r"| a \| b \<i\> \*c\* \[d\](e) \# f |" in card


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_a_licence_that_is_missing_is_called_so(folder: Path, language: str) -> None:
    project_copy.make(folder, language)
    path = Path("data/raw/provenance.json")
    path.write_text(path.read_text(encoding="utf-8").replace('"CC BY 4.0"', '""'), encoding="utf-8")
    missing = "not given" if language == "en" else "未註明"
    name = "Licence" if language == "en" else "授權"
    assert f"| {name} | **{missing}" in data_card(read_project(), read_results())
    documents = compile_documents()
    for name in ("report", "slides"):
        assert missing in "".join(text_of(documents[name]).split("\n"))


def test_a_character_that_no_font_has_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure = Figure()
    with looks():
        figure.suptitle("panda 🐼 and 貓")
        save(figure, Path("classes.svg"))
    assert capsys.readouterr().out == "warning: classes.svg: no font here has 🐼 (U+1F43C): drawn as a box\n"
