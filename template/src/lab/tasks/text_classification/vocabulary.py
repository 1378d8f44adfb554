"""Texts as rows of word numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import torch
from torch import Tensor

from lab.sentences import words

PADDING, UNKNOWN = 0, 1
"""Numbers of what fills a short sentence up, and of every word that the training split does not know."""


def usual_length(texts: Iterable[str], share: float = 0.96, most: int = 256) -> int:
    """Words of a text that are read: ``share`` of the texts have no more, but not above ``most``; others are cut."""
    lengths = sorted(len(words(text)) for text in texts)
    return min(max(lengths[int(share * (len(lengths) - 1))], 4), most)


def learn(texts: Iterable[str], length: int, at_least: int = 2) -> dict[str, int]:
    """Numbers of the words that occur ``at_least`` times among the first ``length`` of each text, by frequency."""
    counts = Counter(word for text in texts for word in words(text)[:length])
    known = sorted(
        (word for word, count in counts.items() if count >= at_least), key=lambda word: (-counts[word], word)
    )
    return {word: number for number, word in enumerate(known, start=UNKNOWN + 1)}


def encode(texts: Iterable[str], vocabulary: dict[str, int], length: int) -> Tensor:
    """Each text's first ``length`` words: (texts, length), filled up with ``PADDING`` on the right."""
    rows = [[vocabulary.get(word, UNKNOWN) for word in words(text)[:length]] for text in texts]
    return torch.tensor([row + [PADDING] * (length - len(row)) for row in rows])


def longest(texts: Iterable[str], most: int = 2048) -> int:
    """Bytes of the longest text, but not above ``most``; others are cut."""
    return min(max(len(text.encode("utf-8", "surrogatepass")) for text in texts), most)
