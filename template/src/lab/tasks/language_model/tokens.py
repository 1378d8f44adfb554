"""Texts as rows of token numbers, by byte-pair encoding (Sennrich et al. 2016), which starts from single bytes.

So any text can be read, whatever its language: a letter that training did not have is two to four tokens.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from torch import Tensor

from lab.sentences import as_bytes

BEGIN = 0
"""The token before the first one of a text; it also fills short rows up. Pieces of text are numbered from 1 on."""


class Tokens:
    """``size`` tokens that the training texts, (n, bytes) of UTF-8, are best told with."""

    def __init__(self, texts: Tensor, size: int) -> None:
        self.tokenizer, self.pieces, self.counts = learned(tuple(as_bytes(texts)), size - 1)
        self.size = 1 + len(self.pieces)
        self.lengths = torch.tensor([0, *map(len, self.pieces)])

    def read(self, texts: Tensor) -> Tensor:
        """(n, 1 + length): ``BEGIN`` and each text's tokens, filled up with ``BEGIN``."""
        rows = [row.decode("utf-8", "replace") for row in as_bytes(texts)]
        numbers = [[BEGIN, *(1 + number for number in found.ids)] for found in self.tokenizer.encode_batch(rows)]
        length = max([2, *map(len, numbers)])
        filled = [row + [BEGIN] * (length - len(row)) for row in numbers]
        return torch.tensor(filled, device=texts.device)

    def write(self, tokens: Tensor) -> list[bytes]:
        """What rows of tokens say. It may end within a letter."""
        return [b"".join(self.pieces[number - 1] for number in row if number != BEGIN) for row in tokens.tolist()]

    def spread(self, bits: Tensor, tokens: Tensor, width: int) -> Tensor:
        """(n, length) bits of tokens to (n, width): each stands at the first byte of its token."""
        lengths = self.lengths.to(tokens.device)[tokens]
        first = (lengths.cumsum(dim=1) - lengths).clamp(max=width - 1)
        return bits.new_zeros(len(bits), width).scatter_add_(1, first, bits)


@lru_cache(maxsize=4)  # each seed asks for the same
def learned(texts: tuple[bytes, ...], size: int) -> tuple[Tokenizer, list[bytes], Tensor]:
    """The tokenizer, the bytes of each of its tokens, and how often each number occurs."""
    rows = [text.decode("utf-8", "replace") for text in texts]
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    trainer = BpeTrainer(vocab_size=size, initial_alphabet=ByteLevel.alphabet(), show_progress=False)  # type: ignore[call-arg]
    tokenizer.train_from_iterator(rows, trainer)
    # The tokenizer writes each byte as a letter that can be seen: these as themselves, the others from 256 on.
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(byte): byte for byte in seen}
    letters |= {chr(256 + place): byte for place, byte in enumerate(sorted(set(range(256)) - set(seen)))}
    spelt = [tokenizer.id_to_token(number) or "" for number in range(tokenizer.get_vocab_size())]
    occur = [1 + number for found in tokenizer.encode_batch(rows) for number in found.ids]
    counts = torch.tensor(occur).bincount(minlength=1 + len(spelt))
    return tokenizer, [bytes(letters[letter] for letter in piece) for piece in spelt], counts
