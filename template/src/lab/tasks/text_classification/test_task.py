"""What must hold for this task besides what holds for every project."""

import io
import math
import subprocess
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch

from lab.contract import Batch, Method
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.sentences import words
from lab.tasks.text_classification import problem, sentences
from lab.tasks.text_classification.baseline import BagOfWords
from lab.tasks.text_classification.from_scratch import TransformerEncoder, neighbour_vectors
from lab.tasks.text_classification.outputs import UNKNOWN

SENTENCES = ["A good film.", "A bad film!", "I like it, I do.", "I do not like it."] * 5
OWN = {"好": "正面", "壞": "負面", "行": "普通"}
SMALL: dict = {
    "width": 8,
    "heads": 2,
    "layers": 1,
    "dropout": 0.2,
    "embedding_dropout": 0.5,
    "word_dropout": 0.3,
}
IDS = [str(number) for number in range(len(SENTENCES))]


def load(folder: Path, sentences: list[str]) -> dict[str, Batch]:
    """All but the last two sentences are for training."""
    rows = pd.DataFrame(
        {"id": IDS, "text": sentences, "label": ["positive", "negative"] * 10, "rating": [2.0, -1.0] * 10}
    )
    rows.to_parquet(folder / "examples.parquet")
    return problem.load(folder, {"train": IDS[:-2], "validation": IDS[-2:-1], "test": IDS[-1:]})  # type: ignore[return-value]


@pytest.fixture(params=["baseline", "from_scratch"])
def method(request: pytest.FixtureRequest, tmp_path: Path) -> Method:
    torch.manual_seed(0)
    train = load(tmp_path, SENTENCES)["train"]
    if request.param == "baseline":
        return BagOfWords(train)
    return TransformerEncoder(train, **SMALL)


def with_opinions(method: Method) -> Method:
    """Before training, every answer is one half, whatever is read."""
    for parameter in method.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return method.eval()


def test_words() -> None:
    assert words("Isn’t it GOOD?") == ["isn't", "it", "good", "?"]
    assert words("這部片好看 very good，カメラ3台") == [*"這部片好看", "very", "good", "，", *"カメラ", "3", "台"]


def test_own_texts_of_three_classes(tmp_path: Path) -> None:
    path = tmp_path / "評論.csv"
    rows = [{"評論": f"第{row}則，{word * 3}", "情緒": label} for row in range(20) for word, label in OWN.items()]
    pd.DataFrame(rows).to_csv(path, index=False)
    options = {"source": "table", "path": str(path), "columns": {"text": "評論", "target": "情緒"}}
    table, _ = problem.collect(tmp_path, DataSettings.model_validate(options))
    table.to_parquet(tmp_path / "examples.parquet")
    train = cast(Batch, problem.load(tmp_path, {"train": table["id"].tolist()})["train"])
    torch.testing.assert_close(train["opinion"].argmax(dim=1), train["label"])
    for method in (BagOfWords(train), TransformerEncoder(train, **SMALL)):
        assert method.eval().loss(train)["loss"].item() == pytest.approx(math.log(3), abs=1e-6)
        assert method.predict({"tokens": train["tokens"]})["log_probability"].exp().sum(dim=1).allclose(torch.ones(60))


def test_the_vocabulary_comes_from_training_sentences_alone(tmp_path: Path) -> None:
    usual = load(tmp_path, SENTENCES)
    other = load(tmp_path, [*SENTENCES[:-2], "Zebra zebra zebra film.", "Zebra zebra zebra."])
    assert torch.equal(usual["train"]["tokens"], other["train"]["tokens"])
    assert other["test"]["tokens"][0, :3].tolist() == [UNKNOWN] * 3


def test_before_training_the_loss_is_that_of_a_coin(method: Method, tmp_path: Path) -> None:
    batch = load(tmp_path, SENTENCES)["train"]
    for mode in (True, False):
        assert method.train(mode).loss(batch)["loss"].item() == pytest.approx(math.log(2), abs=1e-6)


def test_answers_depend_on_neither_padding_nor_the_rest_of_the_batch(method: Method, tmp_path: Path) -> None:
    method, tokens = with_opinions(method), load(tmp_path, SENTENCES)["train"]["tokens"]
    together = method.predict({"tokens": tokens})["log_probability"]
    assert together[:4, 1].std() > 0.005
    for row, expected in zip(tokens[:4], together, strict=False):
        unpadded = row[row != 0].unsqueeze(0)
        torch.testing.assert_close(method.predict({"tokens": unpadded})["log_probability"][0], expected)


def test_only_the_transformer_reads_the_order(method: Method, tmp_path: Path) -> None:
    method, tokens = with_opinions(method), load(tmp_path, SENTENCES)["train"]["tokens"][:1]
    turned = tokens.clone()
    turned[0, :3] = tokens[0, :3].flip(0)
    first, second = (method.predict({"tokens": each})["log_probability"][0, 1].item() for each in (tokens, turned))
    assert (abs(first - second) < 1e-6) == isinstance(method, BagOfWords)


def archive(lines: list[str]) -> bytes:
    """As the real one: an archive in an archive."""
    content, files = "\r\n".join(lines).encode("utf-8-sig"), "hutto_ICWSM_2014"
    names = [
        f"{files}/amazonReviewSnippets_GroundTruth.txt",
        f"vaderSentiment-3.3.2/additional_resources/{files}.tar.gz",
    ]
    for name in names:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as tar:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        content = stream.getvalue()
    return content


def test_collect_groups_by_review_and_leaves_out_what_is_undecided_or_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["7_1\t1.5\tGood &amp; cheap.", "7_2\t-2\tIt broke.", "8_1\t0.4\tIt is grey.", "8_2\t-1\tIT BROKE."]
    monkeypatch.setattr(sentences, "_fetch", lambda: archive(lines))
    rows, _ = problem.collect(tmp_path, DataSettings.model_validate({"reviews": ["products"], "undecided": 0.5}))
    assert rows["id"].tolist() == ["products-7_1", "products-7_2"]
    assert rows["group"].tolist() == ["products-7"] * 2
    assert rows["label"].tolist() == ["positive", "negative"]
    assert rows["text"][0] == "Good & cheap."


@pytest.mark.parametrize("options", [{"reviews": ["tweets"], "undecided": 0.5}, {"reviews": [], "undecided": 0.5}])
def test_collect_names_an_unknown_source(options: dict, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.reviews"):
        problem.collect(tmp_path, DataSettings.model_validate(options))


def test_without_a_network_collect_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(returncode=1, stderr="WARNING: retrying\nERROR: no route to host\n")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: failed)
    with pytest.raises(UserError, match=r"ERROR: no route to host.*PIP_FIND_LINKS"):
        sentences._fetch()


def test_score() -> None:
    probability = np.array([0.8, 0.4, 0.4, 0.4])
    table = pd.DataFrame({"label": [1, 1, 0, 0], "log_probability": list(np.log([1 - probability, probability]).T)})
    found = problem.score(problem.measure(table))
    assert found["accuracy"] == 0.75
    assert found["negative_log_likelihood"] == pytest.approx(-(math.log(0.8 * 0.4 * 0.6 * 0.6)) / 4)


def test_few_words_and_single_words_have_vectors_too() -> None:
    few = neighbour_vectors(torch.tensor([[2, 3, 4], [3, 2, 0]]), width=16)
    lonely = neighbour_vectors(torch.tensor([[2, 0, 0], [3, 0, 0]]), width=16)
    assert few.shape == (5, 16)
    assert lonely.shape == (4, 16)
    assert all(torch.isfinite(each).all() and each.std() > 0 for each in (few, lonely))
