# The template's example. Delete this line when the problem and its data are your own.
"""What comes next in a text? Any language; the demo data are chapters of the King James Bible."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.data.passages import collect_passages, passage_rules, size
from lab.errors import UserError
from lab.sentences import in_utf8, words
from lab.tasks.language_model.bible import bible_rules, collect_bible

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the texts that ``figures`` shows."""
OPENINGS, OPENING = 4, 40
"""How many test passages are begun for the methods to go on, and after how many bytes."""

BITS = {"en": "bits per byte", "zh-TW": "每位元組位元數"}
PERPLEXITY = {"en": "perplexity per word", "zh-TW": "每詞困惑度"}
metrics = (
    Metric("bits_per_byte", higher_is_better=False, bounds=(0, None), label=BITS),
    Metric("perplexity", higher_is_better=False, digits=1, bounds=(1, None), label=PERPLEXITY),
)
targets = ("bytes", "words")
stratify = None


def own(options: DataSettings) -> int:
    """The task's own key: ``passage``, bytes of a passage at most."""
    most = options.own(passage=500)["passage"]
    if not isinstance(most, int) or not 100 <= most <= 5000:
        raise UserError(f"params.yaml: data.passage is {most!r}: it is a whole number of bytes, from 100 to 5000")
    return most


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """The table alone: ``text``, a passage, and ``group``, what it is from.

    Own texts are files in a folder, or a table with a column ``text``.
    """
    most = own(options)
    return collect_bible(most) if options.source == "demo" else collect_passages(options, most)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    if options.source == "demo":  # whose rules are in bible.py; add yours to those of passages
        return bible_rules(own(options))
    return passage_rules(examples, own(options))


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``text``: (n, bytes), in UTF-8. ``opening``: (n,), after how many bytes a method shall go on by itself, 0 if not.

    ``bytes`` and ``words``: (n,), how many a text has. Methods find their own tokens. A further split ``openings``
    has the beginnings of some test passages.
    """
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    width = max(map(size, table["text"]))  # rows of predictions are as long in each split
    examples: dict[str, Examples] = {}
    texts = {split: table.loc[ids, "text"].tolist() for split, ids in splits.items()}
    if "test" in texts:
        texts["openings"] = openings(texts["test"])
    for split, found in texts.items():
        sizes = torch.tensor(list(map(size, found)))
        examples[split] = {
            "text": in_utf8(found, width),
            "opening": sizes if split == "openings" else torch.zeros_like(sizes),
            "bytes": sizes,
            "words": torch.tensor([len(words(text)) for text in found]),
        }
    return examples


def openings(texts: list[str]) -> list[str]:
    """How some of ``texts`` begin, spread over all: whole words where there are blanks."""
    chosen = texts[:: max(1, len(texts) // OPENINGS)][:OPENINGS]
    begun = [text.encode("utf-8", "replace")[:OPENING].decode("utf-8", "ignore") for text in chosen]
    return [text.rpartition(" ")[0] or text for text in begun]


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """How frequent each token is, and 4-grams of tokens: see ngrams.py."""
    from lab.tasks.language_model.ngrams import counted

    texts = pd.read_parquet(raw / "examples.parquet").set_index("id")["text"]
    train, test = (texts.loc[splits[split]].tolist() for split in ("train", "test"))
    bits = counted(*(in_utf8(some, max(map(size, some))) for some in (train, test)))
    nothing = np.zeros((len(test), 1), np.uint8)  # they are not asked to write
    return {name: {"bits": found, "written": nothing} for name, found in bits.items()}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Of each text the sum of its bits, and how many bytes and words it has."""
    bits = [float(np.sum(row, dtype=np.float64)) for row in predictions["bits"]]
    return predictions[["bytes", "words"]].assign(bits=bits)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """Of all texts together, so that it does not matter how they were cut."""
    bits = float(predictions["bits"].sum())
    a_word = min(bits / max(1, int(predictions["words"].sum())), 1000.0)  # else the power may be infinite
    return {"bits_per_byte": bits / max(1, int(predictions["bytes"].sum())), "perplexity": 2.0**a_word}


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """What a method writes, what surprises it in a passage, and where in passages it does well."""
    from lab.tasks.language_model.drawing import draw_positions, draw_surprise, draw_written

    texts = pd.read_parquet(RAW / "examples.parquet").set_index("id")["text"]
    tests = {method: frame[frame["split"] == "test"] for method, frame in predictions.items()}
    first = next(iter(tests.values()))
    begun = openings(texts.loc[first["id"]].tolist())
    written = {method: frame.loc[frame["split"] == "openings", "written"] for method, frame in predictions.items()}
    return {
        "written": draw_written(begun, {method: list(map(bytes, rows)) for method, rows in written.items()}),
        "surprise": draw_surprise(tests, texts),
        "positions": draw_positions(tests),
    }


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    texts = [str(text) for text in examples["text"]]
    hashed = (text.encode("utf-8", "surrogatepass") for text in texts)
    # What has other signs than letters, or no blanks between its words, is no text.
    letters = [sum(sign.isalpha() for sign in text) for text in texts]
    table = examples[["text"]].assign(
        letters=[number / max(1, len(text)) for number, text in zip(letters, texts, strict=True)],
        word_length=[number / max(1, len(words(text))) for number, text in zip(letters, texts, strict=True)],
    )
    return Contents(hashed=hashed, texts=texts, table=table)
