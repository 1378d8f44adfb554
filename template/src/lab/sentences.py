"""Sentences that a method reads or writes: their words, the words' numbers, and texts as tensors.

A method's answers are kept as characters, not as the numbers of its words: then a sentence is judged as it stands,
whatever words a method knows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

PADDING, END, UNKNOWN = 0, 1, 2
"""Numbers of what fills a short sentence up, of a sentence's end (and its beginning), and of words not known."""

IDEOGRAPHS = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters and Japanese kana, which are written without blanks between words."""
LETTERS = rf"[^\W{IDEOGRAPHS}]+"
TOKEN = re.compile(rf"[{IDEOGRAPHS}]|{LETTERS}(?:'{LETTERS})*|[^\w\s]")
UNPARTED = r"\u3000-\u303f\uff00-\uffef" + IDEOGRAPHS
"""Signs without a blank on either side: those characters and their punctuation marks."""
TIGHT = re.compile(rf"(?<=[{UNPARTED}]) | (?=[{UNPARTED}])| (?=[,.;:!?%)\]}}’”])|(?<=[(\[{{‘“]) ")


def words(text: str) -> list[str]:
    """Words and punctuation marks, in lower case: ``"Isn't it?"`` is ``isn't``, ``it``, ``?``.

    Chinese and Japanese are taken character by character.
    """
    return TOKEN.findall(text.lower().replace("’", "'"))


def sentence(parts: Iterable[str]) -> str:
    """The text of some ``words``, with blanks where people write them."""
    return TIGHT.sub("", " ".join(parts))


@dataclass(frozen=True)
class Vocabulary:
    """``words`` by their numbers; the first three are no words."""

    words: tuple[str, ...]

    @classmethod
    def learn(cls, texts: Iterable[str], at_least: int = 2) -> Vocabulary:
        """The words that occur ``at_least`` times, the most frequent first."""
        counts = Counter(word for text in texts for word in words(text))
        known = sorted((word for word in counts if counts[word] >= at_least), key=lambda word: (-counts[word], word))
        return cls(("", "", "", *known))

    def encode(self, texts: Sequence[str], length: int) -> Tensor:
        """(texts, length), int64: each text's first words and ``END``, filled up with ``PADDING``."""
        number = {word: place for place, word in enumerate(self.words) if word}
        rows = [[number.get(word, UNKNOWN) for word in words(text)[: length - 1]] + [END] for text in texts]
        return torch.tensor([row + [PADDING] * (length - len(row)) for row in rows], dtype=torch.int64)

    def decode(self, numbers: Tensor) -> list[str]:
        """The texts of rows of numbers, each up to its ``END``."""
        found = []
        for row in numbers.tolist():
            known = row[: row.index(END)] if END in row else row
            found.append(sentence(word for number in known if (word := self.words[number])))
        return found


def longest(texts: Iterable[str], share: float = 0.99, most: int = 60) -> int:
    """Words of a text, its end among them: a ``share`` of the texts have no more, but not above ``most``."""
    lengths = sorted(len(words(text)) + 1 for text in texts)
    return min(lengths[int(share * (len(lengths) - 1))], most)


def characters(texts: Sequence[str], length: int = 0) -> Tensor:
    """(texts, length), int32: each text's characters as Unicode numbers them, filled up with 0, longer ones cut.

    Without a ``length``, that of the longest text.
    """
    length = length or max(map(len, texts))
    table = np.zeros((len(texts), length), np.int32)
    for row, text in enumerate(texts):
        table[row, : len(text)] = [ord(sign) for sign in text[:length]]
    return torch.from_numpy(table)


def read(rows: Iterable[Sequence[int] | np.ndarray | Tensor]) -> list[str]:
    """The texts of rows of ``characters``."""
    return ["".join(chr(number) for number in row if number) for row in rows]


def in_utf8(texts: Iterable[str], width: int) -> Tensor:
    """Each text as it is, for methods that have words of their own: (texts, width) bytes, filled up with 0."""
    rows = [text.encode("utf-8", "surrogatepass").replace(b"\0", b" ")[:width].ljust(width, b"\0") for text in texts]
    return torch.frombuffer(bytearray(b"".join(rows)), dtype=torch.uint8).view(len(rows), width)


def as_bytes(texts: Tensor) -> list[bytes]:
    """The rows of (n, bytes), less the zeros that fill them up."""
    return [bytes(row).rstrip(b"\0") for row in texts.cpu().numpy()]
