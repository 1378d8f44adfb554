"""What both methods share: how a language model learns, how it is asked, and how it writes."""

from __future__ import annotations

import math
from abc import abstractmethod
from zlib import crc32

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lab.contract import Batch, Method
from lab.errors import UserError
from lab.sentences import as_bytes
from lab.tasks.language_model.tokens import BEGIN, Tokens

TEMPERATURE = 0.8
"""Below 1, likely tokens become likelier still when a method writes: fewer slips, less variety."""
WRITTEN = 260
"""Bytes that a method writes after an opening, which is a part of them."""


class LanguageModel(Method):
    """A method has ``read`` alone. ``vocabulary``: how many tokens there are; ``width``: numbers of each.

    The vectors that tokens come in by are those that they are told by (Press & Wolf 2017), and before any training a
    token is as likely as it is frequent.
    """

    def __init__(self, examples: Batch, vocabulary: int, width: int, dropout: float) -> None:
        super().__init__()
        self.tokens = Tokens(examples["text"], vocabulary)
        self.vectors = nn.Embedding(self.tokens.size, width)
        nn.init.normal_(self.vectors.weight, std=0.02)
        share = (self.tokens.counts + 0.1) / (self.tokens.counts + 0.1).sum()
        self.frequency = nn.Parameter(share.log())
        self.dropout = nn.Dropout(dropout)

    @abstractmethod
    def read(self, vectors: Tensor) -> Tensor:
        """(n, length, width) tokens to the same of what comes next: each may see those before it, and itself."""

    def logits(self, tokens: Tensor) -> Tensor:
        """(n, length) tokens to (n, length, vocabulary): of the token after each."""
        states = self.read(self.dropout(self.vectors(tokens)))
        return self.dropout(states) @ self.vectors.weight.T + self.frequency

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """In nats a token: what teaches, but of two methods with other tokens no comparison."""
        tokens = self.tokens.read(batch["text"])
        logits, following = self.logits(tokens[:, :-1]), tokens[:, 1:]
        loss = cross_entropy(logits.flatten(0, 1).float(), following.flatten(), ignore_index=BEGIN)
        return {"loss": loss}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``bits``: (n, bytes), minus the logarithm of each token's probability, at the token's first byte.

        ``written``: (n, ``WRITTEN``) bytes, how the method goes on where ``opening`` asks for it.
        """
        tokens = self.tokens.read(batch["text"])
        shown, following = tokens[:, :-1], tokens[:, 1:]
        logits = self.logits(shown).float()
        self.check_that_nothing_is_foreseen(shown, logits)
        bits = cross_entropy(logits.transpose(1, 2), following, ignore_index=BEGIN, reduction="none") / math.log(2)
        spread = self.tokens.spread(bits, following, batch["text"].shape[1])
        return {"bits": spread, "written": self.write(batch["text"], batch["opening"])}

    def check_that_nothing_is_foreseen(self, tokens: Tensor, logits: Tensor) -> None:
        """A model that sees the answer is perfect and worth nothing: the half of a text must be enough for its half."""
        half = max(1, int((tokens[0] != BEGIN).sum()) // 2)
        if not torch.allclose(self.logits(tokens[:1, :half]).float(), logits[:1, :half], rtol=0.01, atol=0.05):
            name = type(self).__name__
            raise UserError(f"{name}.read sees tokens that come later: its answers must depend on earlier ones alone")

    def write(self, texts: Tensor, opening: Tensor) -> Tensor:
        """Go on after the first ``opening`` bytes of each text, token by token, drawn at ``TEMPERATURE``.

        The random numbers follow from the opening: they are the same for each method, and each time.
        """
        written = texts.new_zeros(len(texts), WRITTEN)
        for row in opening.nonzero().flatten().tolist():
            tokens = self.tokens.read(texts[row : row + 1, : int(opening[row])])
            said = as_bytes(texts[row : row + 1, : int(opening[row])])[0]
            draws = torch.rand(WRITTEN, generator=torch.Generator().manual_seed(crc32(said)))
            for draw in draws.tolist():
                likely = (self.logits(tokens)[0, -1].float() / TEMPERATURE).softmax(dim=0)
                likely[BEGIN] = 0
                reached = likely.cumsum(dim=0)
                chosen = torch.searchsorted(reached, draw * reached[-1], right=True).clamp(max=self.tokens.size - 1)
                tokens = torch.cat([tokens, chosen.view(1, 1)], dim=1)
                said += self.tokens.write(chosen.view(1, 1))[0]
                if len(said) >= WRITTEN:
                    break
            written[row] = torch.frombuffer(bytearray(said[:WRITTEN]), dtype=torch.uint8)
        return written
