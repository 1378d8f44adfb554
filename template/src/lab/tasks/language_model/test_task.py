"""What must hold for this task's tokens and methods, whatever the data."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from lab.console import localised
from lab.contract import Batch
from lab.data.passages import size
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.sentences import in_utf8
from lab.tasks.language_model import problem
from lab.tasks.language_model.baseline import RecurrentLanguageModel
from lab.tasks.language_model.model import WRITTEN, LanguageModel
from lab.tasks.language_model.novel import Transformer, rotated
from lab.tasks.language_model.tokens import BEGIN, Tokens
from lab.training.sanity import learn

LINES = [
    "The cat sat on the mat.",
    "The dog sat on the cat!",
    "A cat and a dog.\nThe mat.",
    "山中何事？松花釀酒，春水煎茶。",
]
STRANGE = ["Ein Ærger: “naïve” 🐶 — 狗", "x"]


@pytest.fixture
def batch() -> Batch:
    return given(LINES)


def given(lines: list[str], width: int = 90) -> Batch:
    return {"text": in_utf8(lines, width), "opening": torch.zeros(len(lines), dtype=torch.int64)}


def methods(examples: Batch, vocabulary: int = 300) -> list[LanguageModel]:
    torch.manual_seed(0)
    return [
        RecurrentLanguageModel(examples, vocabulary, width=16, state=24, layers=1, dropout=0.0),
        Transformer(examples, vocabulary, width=16, layers=2, heads=2, dropout=0.0),
    ]


def test_any_text_becomes_tokens_and_comes_back(batch: Batch) -> None:
    tokens = Tokens(batch["text"], 300)
    assert tokens.size == 300
    for lines in (LINES, STRANGE):
        read = tokens.read(in_utf8(lines, 90))
        assert (read[:, 0] == BEGIN).all()
        assert [row.decode() for row in tokens.write(read)] == lines
    assert (tokens.read(batch["text"]) > BEGIN).sum() < sum(map(size, LINES)), "no pair was joined"
    assert tokens.counts.sum() == (tokens.read(batch["text"]) > BEGIN).sum()
    assert torch.equal(Tokens(batch["text"].clone(), 300).read(batch["text"]), tokens.read(batch["text"]))


def test_bits_stand_where_their_token_begins(batch: Batch) -> None:
    tokens = Tokens(batch["text"], 300)
    following = tokens.read(batch["text"])[:, 1:]
    ones = (following != BEGIN).float()
    spread = tokens.spread(ones, following, 90)
    assert torch.equal(spread.sum(dim=1), ones.sum(dim=1))
    first = len(tokens.pieces[int(following[0, 0]) - 1])
    assert spread[0].nonzero().flatten()[:2].tolist() == [0, first]


def test_before_training_a_token_is_as_likely_as_it_is_frequent(batch: Batch) -> None:
    for method in methods(batch):
        read = method.tokens.read(batch["text"])[:, 1:]
        share = (method.tokens.counts + 0.1) / (method.tokens.counts + 0.1).sum()
        aim = -share[read[read != BEGIN]].log().mean().item()
        assert method.eval().loss(batch)["loss"].item() == pytest.approx(aim, abs=0.4), type(method)


def test_bits_are_those_of_probabilities_that_sum_to_one(batch: Batch) -> None:
    for method in methods(batch):
        read = method.eval().tokens.read(batch["text"])
        probability = method.logits(read[:, :-1]).softmax(dim=2)
        expected = -probability[0].gather(1, read[0, 1:, None]).log2()[read[0, 1:] != BEGIN].sum()
        assert method.predict(batch)["bits"][0].sum().item() == pytest.approx(expected.item(), rel=1e-4)


def test_nothing_that_comes_later_is_seen(batch: Batch) -> None:
    other = given(["The cat sat on a log, far away", *LINES[1:]])
    for method in methods(batch):
        with torch.no_grad():
            for value in method.eval().parameters():
                value.add_(0.3 * torch.randn_like(value))  # so that places matter
            bits, changed = (method.predict(each)["bits"][0] for each in (batch, other))
        same = len("The cat sat on")
        torch.testing.assert_close(bits[:same], changed[:same], rtol=1e-4, atol=1e-3)
        assert not torch.allclose(bits[same:], changed[same:], atol=0.1)


def test_a_method_that_looks_ahead_is_told(batch: Batch) -> None:
    class Cheat(RecurrentLanguageModel):
        def read(self, vectors: Tensor) -> Tensor:
            return 500 * vectors.roll(-1, dims=1)

    cheat = Cheat(batch, 300, width=16, state=24, layers=1, dropout=0.0)
    assert cheat.loss(batch)["loss"] < methods(batch)[0].loss(batch)["loss"]
    with pytest.raises(UserError, match=r"Cheat\.read sees tokens that come later"):
        cheat.predict(batch)


def test_answers_depend_on_no_neighbour_and_no_padding(batch: Batch) -> None:
    batch["opening"][:2] = 7
    wider = {"text": torch.nn.functional.pad(batch["text"], (0, 9)), "opening": batch["opening"]}
    for method in methods(batch):
        method.eval()
        together = method.predict(batch)
        alone = method.predict({name: value[1:2] for name, value in batch.items()})
        torch.testing.assert_close(alone["bits"][0], together["bits"][1], rtol=1e-4, atol=1e-4)
        assert torch.equal(alone["written"][0], together["written"][1])
        torch.testing.assert_close(method.predict(wider)["bits"][:, :90], together["bits"], rtol=1e-4, atol=1e-4)


def test_a_method_goes_on_after_its_opening_alone_and_the_same_each_time(batch: Batch) -> None:
    batch["opening"][0] = len("The cat")
    for method in methods(batch):
        torch.manual_seed(1)
        written = method.eval().predict(batch)["written"]
        assert written.shape == (4, WRITTEN)
        assert bytes(written[0]).startswith(b"The cat")
        assert (written[1:] == 0).all()
        torch.manual_seed(2)
        other = given(["The cat is gone", *LINES[1:]]) | {"opening": batch["opening"]}
        assert torch.equal(method.predict(other)["written"], written)


def test_positions_turn_but_do_not_stretch() -> None:
    vectors = torch.randn(1, 1, 8, 6)
    turned = rotated(vectors)
    torch.testing.assert_close(turned.norm(dim=-1), vectors.norm(dim=-1))
    torch.testing.assert_close(turned[..., 0, :], vectors[..., 0, :])
    same = rotated(torch.ones(1, 1, 8, 6))[0, 0]  # only how far tokens are apart counts
    torch.testing.assert_close(same[0] @ same[3], same[4] @ same[7])


def test_score() -> None:
    frame = pd.DataFrame({"bytes": [4, 8], "words": [1, 3], "bits": [np.array([3.0, 0, 1, 0]), np.array([8.0])]})
    assert problem.score(problem.measure(frame)) == {"bits_per_byte": 1, "perplexity": 8}


def loaded(table: pd.DataFrame, folder: Path) -> dict[str, Batch]:
    table.to_parquet(folder / "examples.parquet")
    groups = sorted(table["group"].unique())[::4]
    test = table.loc[table["group"].isin(groups), "id"].tolist()
    train = [identity for identity in table["id"] if identity not in test]
    return cast(dict[str, Batch], problem.load(folder, {"train": train, "test": test}))


def test_own_chinese_files_train_by_settings_alone(tmp_path: Path) -> None:
    """Files of Windows in Big5, one of them a picture."""
    folder = tmp_path / "小說"
    folder.mkdir()
    for number in range(3):
        lines = [
            f"{who}{does}了{count}{what}。"
            for who in "你我他"
            for does in "買吃"
            for what in ("個梨", "顆桃")
            for count in "三五七"
        ]
        (folder / f"第{number}回.txt").write_text("\r\n".join(lines[number:] * 2), encoding="cp950", newline="")
    (folder / "cover.png").write_bytes(b"no text")
    settings = {"source": "folder", "path": str(folder), "passage": 100}
    with pytest.raises(UserError, match=r"3 texts are no utf-8.*cp950"):
        problem.collect(tmp_path, DataSettings.model_validate(settings))
    options = DataSettings.model_validate(settings | {"encoding": "cp950"})
    examples, source = problem.collect(tmp_path, options)
    assert localised("3 texts") in source.notes
    assert examples["id"][0] == "第0回.txt:00001"
    found = loaded(examples, tmp_path)
    assert len({split["text"].shape[1] for split in found.values()}) == 1  # as tables of predictions need
    assert found["openings"]["opening"].max() <= problem.OPENING
    assert bytes(found["openings"]["text"][0]).rstrip(b"\0").decode()
    for method in methods(found["train"]):
        before = method.loss(found["test"])["loss"].item()
        learn(method, found["train"], 40)
        assert method.eval().loss(found["test"])["loss"].item() < 0.5 * before, type(method)
    assert {rule.column for rule in problem.expectations(examples, options) if hasattr(rule, "column")} >= {
        "text",
        "group",
    }


def test_a_figure_is_drawn_of_each(batch: Batch) -> None:
    import matplotlib.pyplot as plt

    from lab.comparison.drawing import PAPER, SLIDES, looks
    from lab.tasks.language_model.drawing import draw_positions, draw_surprise, draw_written

    texts = pd.Series(LINES, index=[f"t{row}" for row in range(4)])
    frame = pd.DataFrame({"id": texts.index, "bytes": texts.map(size)})
    with torch.no_grad():
        tests = {type(one).__name__: frame.assign(bits=[*one.predict(batch)["bits"].numpy()]) for one in methods(batch)}
    for medium, language in ((PAPER, "en"), (SLIDES, "zh-TW")):
        with looks(medium, language):
            written = {"novel": [b"The cat is $5_000$", "山水".encode()[:5]]}
            found = draw_positions(tests), draw_surprise(tests, texts), draw_written(["The cat", "山"], written)
            for drawn in found:
                assert drawn.caption
                assert drawn.alt
                drawn.figure.draw_without_rendering()
                plt.close(drawn.figure)
