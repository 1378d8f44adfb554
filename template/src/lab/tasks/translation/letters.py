"""Sentences as rows of numbers. Outside a method each number is a character's code, so that anybody can read it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lab.contract import Batch

PADDING, BEGIN, END, UNKNOWN, FIRST = range(5)
"""Tokens that are no characters: what fills a row up, what begins and ends a sentence, and a character that training
did not have. Characters are numbered from ``FIRST`` on."""
LOST = 0xFFFD
"""The code that is written for ``UNKNOWN``."""


class Alphabet(nn.Module):
    """The characters of the training sentences, in both languages: a digit is the same in both."""

    signs: Tensor

    def __init__(self, examples: Batch) -> None:
        super().__init__()
        found = torch.cat([examples["text"].unique(), examples["target"].unique()]).unique()
        self.register_buffer("signs", found[found > 0])
        self.size = FIRST + len(self.signs)

    def read(self, codes: Tensor) -> Tensor:
        """Codes to tokens, without the columns that are padding in all rows."""
        codes = codes[:, : max(1, int((codes > 0).sum(dim=1).max()))].contiguous()
        place = torch.searchsorted(self.signs, codes).clamp(max=len(self.signs) - 1)
        tokens = torch.where(self.signs[place] == codes, place + FIRST, UNKNOWN)
        return tokens.masked_fill(codes == 0, PADDING)

    def lesson(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """What a decoder is shown of a sentence, and what it should say next: ``END`` after the last character."""
        tokens = nn.functional.pad(self.read(codes), (1, 1))
        ends = (tokens > 0).sum(dim=1)
        shown, following = tokens[:, :-1].clone(), tokens[:, 1:].clone()
        shown[:, 0] = BEGIN
        following.scatter_(1, ends[:, None], END)
        return shown, following

    def write(self, tokens: Tensor) -> Tensor:
        """Tokens to codes; nothing after ``END``."""
        ended = (tokens == END).cumsum(dim=1) > 0
        special = self.signs.new_tensor([0, 0, 0, LOST])
        return torch.cat([special, self.signs])[tokens].masked_fill(ended, 0)


def cross_entropy(logits: Tensor, following: Tensor) -> Tensor:
    """Mean over the characters: (n, length, tokens) against (n, length)."""
    flat = logits.flatten(0, 1).float()
    return nn.functional.cross_entropy(flat, following.flatten(), ignore_index=PADDING)
