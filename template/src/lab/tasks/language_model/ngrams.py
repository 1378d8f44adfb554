"""What counting reaches: n-grams of tokens with interpolated Kneser-Ney smoothing (Chen & Goodman 1999)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from lab.tasks.language_model.tokens import BEGIN, Tokens

VOCABULARY = 2000
ORDERS = {"token_frequencies": 1, "kneser_ney_4_grams": 4}
"""Of each reference how many tokens an n-gram has."""
MOST = 2_000_000
"""Tokens that are counted: the n-grams of more do not fit into the memory of a small machine."""

Context = tuple[int, ...]


class KneserNey:
    """The probability of a token after the ``order - 1`` before it; ``rows`` are the tokens of each training text."""

    def __init__(self, rows: Sequence[Sequence[int]], size: int, order: int) -> None:
        self.order, self.size = order, size
        self.counts: list[dict[Context, Counter[int]]] = [defaultdict(Counter) for _ in range(order)]
        for row in rows:
            padded = self.padded(row)
            for place in range(order - 1, len(padded)):
                self.counts[-1][tuple(padded[place - order + 1 : place])][padded[place]] += 1
        # A shorter n-gram counts how many different tokens come before it, not how often it occurs.
        for longer, shorter in zip(self.counts[:0:-1], self.counts[-2::-1], strict=True):
            for context, found in longer.items():
                shorter[context[1:]].update(found.keys())
        self.totals = [{context: sum(found.values()) for context, found in table.items()} for table in self.counts]
        self.discounts = [discount(table) for table in self.counts]

    def padded(self, row: Sequence[int]) -> list[int]:
        return [BEGIN] * (self.order - 1) + [token for token in row if token != BEGIN]

    def probability(self, context: Context, token: int) -> float:
        """Of ``token`` after ``context``, which has ``order - 1`` tokens."""
        found = 1 / (self.size - 1)  # all tokens but BEGIN are alike before anything is counted
        for length, (table, totals, less) in enumerate(zip(self.counts, self.totals, self.discounts, strict=True)):
            seen = context[len(context) - length :]
            if seen not in totals:
                break  # nor does a longer one occur
            after, total = table[seen], totals[seen]
            found = (max(after.get(token, 0) - less, 0) + less * len(after) * found) / total
        return found

    def bits(self, row: Sequence[int]) -> list[float]:
        """Minus the logarithm of the probability of each token of a text."""
        padded, ahead = self.padded(row), self.order - 1
        found = [
            self.probability(tuple(padded[place - ahead : place]), padded[place]) for place in range(ahead, len(padded))
        ]
        return (-np.log2(found)).tolist()


def discount(table: dict[Context, Counter[int]]) -> float:
    """What is taken from each count, by how many n-grams were counted once and twice (Ney et al. 1994)."""
    often = Counter(count for found in table.values() for count in found.values())
    return often[1] / (often[1] + 2 * often[2]) if often[1] else 0.5


def counted(train: Tensor, test: Tensor) -> dict[str, np.ndarray]:
    """For each of ``ORDERS`` the bits of the test texts: (n, bytes), as methods give them."""
    tokens = Tokens(train, VOCABULARY)
    read = tokens.read(train)
    known = [row[row != BEGIN].tolist() for row in read[: max(1, MOST // read.shape[1])]]
    following = tokens.read(test)[:, 1:]
    answers = {}
    for name, order in ORDERS.items():
        model = KneserNey(known, tokens.size, order)
        bits = torch.zeros(following.shape)
        for row, one in zip(bits, following, strict=True):
            found = model.bits(one.tolist())
            row[: len(found)] = torch.tensor(found)
        answers[name] = tokens.spread(bits, following, test.shape[1]).numpy()
    return answers
