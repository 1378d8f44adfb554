"""What must hold for this task's sentences, letters and methods, whatever the data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

import pandas as pd
import pytest
import torch

from lab.console import localised
from lab.contract import Batch, Method
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.sentences import characters, read
from lab.tasks.translation import problem
from lab.tasks.translation.baseline import RecurrentNetwork
from lab.tasks.translation.letters import BEGIN, END, FIRST, PADDING, UNKNOWN, Alphabet
from lab.tasks.translation.memory import remembered, with_numbers
from lab.tasks.translation.novel import LOOKS, AttentiveNetwork
from lab.training.sanity import learn

PAIRS = [("three cats", "三隻貓"), ("a dog", "一隻狗"), ("two dogs 🐶", "兩隻狗🐶"), ("no cat", "沒有貓")]


@pytest.fixture
def batch() -> Batch:
    english, chinese = zip(*PAIRS, strict=True)
    return {"text": characters(english), "target": characters(chinese)}


def methods(examples: Batch) -> list[Method]:
    torch.manual_seed(0)
    return [
        RecurrentNetwork(examples, embedding=16, width=32),
        AttentiveNetwork(examples, embedding=16, width=32, dropout=0.0),
    ]


def test_sentences_go_through_an_alphabet_and_come_back(batch: Batch) -> None:
    alphabet = Alphabet(batch)
    assert read(characters([text for text, _ in PAIRS]).numpy()) == [text for text, _ in PAIRS]
    tokens = alphabet.read(batch["target"])
    assert tokens.min() == PADDING
    assert tokens[tokens > 0].min() >= FIRST
    assert torch.equal(alphabet.write(tokens), batch["target"])
    strange = alphabet.read(characters(["cät"]))
    assert (strange == UNKNOWN).tolist() == [[False, True, False]]
    assert read(alphabet.write(strange).numpy()) == ["c\ufffdt"]


def test_a_lesson_is_one_character_ahead_and_ends(batch: Batch) -> None:
    alphabet = Alphabet(batch)
    shown, following = alphabet.lesson(batch["target"])
    assert shown.shape == following.shape == (4, 5)
    assert (shown[:, 0] == BEGIN).all()
    for row, (_, target) in enumerate(PAIRS):
        letters = alphabet.read(characters([target]))[0].tolist()
        assert following[row].tolist() == [*letters, END, *[PADDING] * (4 - len(letters))]
        assert shown[row, 1 : len(letters) + 1].tolist() == letters
    after = torch.cat([alphabet.read(batch["target"])[:, :2], torch.tensor([[END, FIRST]] * 4)], dim=1)
    assert read(alphabet.write(after).numpy()) == [target[:2] for _, target in PAIRS]


def test_loss_starts_where_all_characters_are_equally_likely(batch: Batch) -> None:
    for method in methods(batch):
        aim = math.log(Alphabet(batch).size)
        assert method.eval().loss(batch)["loss"].item() == pytest.approx(aim, abs=0.4), type(method)


def test_an_answer_does_not_depend_on_what_fills_a_row_up(batch: Batch) -> None:
    wider = {name: torch.nn.functional.pad(value, (0, 9)) for name, value in batch.items()}
    alone = {name: value[1:2, :5] for name, value in batch.items()}
    for method in methods(batch):
        method.eval()
        torch.testing.assert_close(method.loss(wider)["loss"], method.loss(batch)["loss"])
        one, all_ = method.predict({"text": alone["text"]}), method.predict({"text": batch["text"]})
        for name, value in one.items():
            torch.testing.assert_close(value[0], all_[name][1], msg=f"{type(method)}: {name}")


def test_looks_are_at_the_sentence_alone(batch: Batch) -> None:
    method = methods(batch)[1].eval()
    found = method.predict({"text": batch["text"]})
    assert found["look"].shape == found["looked_at"].shape == (4, batch["target"].shape[1], LOOKS)
    for row, (text, _) in enumerate(PAIRS):
        assert (found["looked_at"][row][found["look"][row] > 0] < len(text)).all()
    assert (found["look"].sum(dim=2) <= 1.0001).all()


def test_counts_of_sentences_add_up_to_the_scores_of_sacrebleu() -> None:
    from sacrebleu.metrics import BLEU, CHRF

    right = ["2026年11月7日 星期六", "下午3:05", "3 天後", "5.5 公里"]
    written = ["2026年11月17日 星期六", "下午3:05", "3 天前", ""]
    frame = pd.DataFrame({"target": [*characters(right).numpy()], "written": [*characters(written).numpy()]})
    found = problem.score(problem.measure(frame))
    assert found["exact_match"] == 25
    assert found["chrf"] == pytest.approx(CHRF().corpus_score(written, [right]).score)
    assert found["bleu"] == pytest.approx(BLEU(tokenize="zh").corpus_score(written, [right]).score)
    drawn = problem.measure(frame).iloc[[1, 1, 2]]
    expected = CHRF().corpus_score([written[1], *written[1:3]], [[right[1], *right[1:3]]]).score
    assert problem.score(drawn)["chrf"] == pytest.approx(expected)


def test_right_translations_have_the_highest_scores_and_no_higher_ones() -> None:
    """BLEU of perfect answers is a mean of logarithms, and may come out a little above 100."""
    right = [f"他弄丟了{count}張票。" for count in range(100, 160)]
    for chosen in (right, right[:7], right[:38]):
        frame = pd.DataFrame({"target": [*characters(chosen).numpy()], "written": [*characters(chosen).numpy()]})
        found = problem.score(problem.measure(frame))
        assert found["exact_match"] == 100
        for value in found.values():
            assert 99.99 < value <= 100


def test_a_memory_answers_with_what_it_knows() -> None:
    known, translated = ["Nov 7 – 12, 2026", "in 3 days"], ["2026年11月7日至12日", "3 天後"]
    found = remembered(known, translated, ["Nov 8 – 9, 1999", "in 44 days"])
    assert found["translation_memory"] == translated
    assert found["memory_with_numbers"] == ["1999年11月8日至9日", "44 天後"]
    assert with_numbers("7/7/26", "2026/7/7", "8/9/31") == "2026/8/9"
    assert with_numbers("1 and 2", "一和二", "3") == "一和二"


def loaded(table: pd.DataFrame, folder: Path) -> dict[str, Batch]:
    table.to_parquet(folder / "examples.parquet")
    test = table["id"][::5].tolist()
    train = [identity for identity in table["id"] if identity not in test]
    return cast(dict[str, Batch], problem.load(folder, {"train": train, "test": test}))


def test_own_sentences_train_by_settings_alone(tmp_path: Path) -> None:
    """A table with Chinese names and a gap, and files of lines; from Chinese to English."""
    english = [f"{count} {thing}" for thing in ("cats", "dogs", "birds") for count in range(1, 41)]
    chinese = [f"{count}隻{thing}" for thing in "貓狗鳥" for count in range(1, 41)]
    table = pd.DataFrame({"中文": chinese, "英文": english, "註": "某人譯的"})
    table.loc[3, "英文"] = None
    table.to_csv(tmp_path / "句子.csv", index=False, encoding="cp950")
    given = {"source": "table", "path": str(tmp_path / "句子.csv"), "encoding": "cp950"}
    options = DataSettings.model_validate(given | {"columns": {"text": "中文", "target": "英文"}, "longest": 7})
    examples, source = problem.collect(tmp_path, options)
    assert len(examples) == 119 - 31  # "10 birds" has eight characters
    assert localised("1 rows without target are left out") in source.notes
    assert localised("31 with more than 7 characters are left out") in source.notes
    found = loaded(examples, tmp_path)
    for method in methods(found["train"]):
        learn(method, found["train"], 60)
        assert method.eval().loss(found["test"])["loss"] < 0.9, type(method)
    assert {rule.column for rule in problem.expectations(examples, options) if hasattr(rule, "column")} >= {
        "kind",
        "text",
        "target",
    }


def lines(folder: Path, **files: str) -> DataSettings:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8", newline="")
    return DataSettings.model_validate({"source": "folder", "path": str(folder), "languages": ["en", "zh"]})


def test_lines_are_pairs(tmp_path: Path) -> None:
    options = lines(
        tmp_path / "行", a_en="one\r\ntwo\u2028too\r\n\r\nfour", a_zh="一\n二\n三\n四\n", b_en_txt="five", b_zh_txt="五"
    )
    examples, _ = problem.collect(tmp_path, options)
    assert examples["text"].tolist() == ["one", "two too", "four", "five"]
    assert examples["target"].tolist() == ["一", "二", "四", "五"]
    assert examples["id"].tolist() == ["a:000001", "a:000002", "a:000004", "b:000001"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a_en": "one\ntwo", "a_zh": "一"}, "a.en has 2 lines and a.zh 1"),
        ({"a_en": "one", "b_zh": "一"}, "a, b is there in one language alone"),
        ({"a_de": "eins"}, r"no files whose names end in \.en and \.zh"),
    ],
)
def test_lines_that_are_no_pairs_are_named(files: dict[str, str], told: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=told):
        problem.collect(tmp_path, lines(tmp_path / "lines", **files))


def test_lines_in_another_encoding_are_named(tmp_path: Path) -> None:
    options = lines(tmp_path / "行", a_en="one\ntwo\nthree", a_zh="")
    (tmp_path / "行/a.zh").write_bytes("一\n二\n三".encode("cp950"))
    with pytest.raises(UserError, match=r"1 texts are no utf-8 \(a\.zh\): .*data\.encoding"):
        problem.collect(tmp_path, options)
    examples, _ = problem.collect(tmp_path, options.model_copy(update={"encoding": "cp950"}))
    assert examples["target"].tolist() == ["一", "二", "三"]


def test_the_demo_sentences_have_one_right_translation_each() -> None:
    from lab.tasks.translation.sentences import KINDS, collect_sentences

    examples, _ = collect_sentences()
    told = examples.set_index("text")["target"]
    assert told.index.is_unique
    assert set(examples["kind"]) == set(KINDS)
    assert (examples["text"] != examples["target"]).all()
    dates = examples[examples["kind"].isin(["date", "date and time", "interval", "list"])]
    assert dates["group"].str.startswith("day ").all()
    assert dates.groupby("group").size().max() == 4
    large = told[told.index.str.fullmatch(r"[\d.]+ million")]
    for text, target in large.items():  # Chinese counts in ten thousands and hundred millions
        factor = 1e8 if target.endswith("億") else 1e4
        assert float(str(text).split()[0]) * 1e6 == pytest.approx(float(target[:-1]) * factor)
