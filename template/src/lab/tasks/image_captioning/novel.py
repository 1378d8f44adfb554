# The template's example. Delete this line when the method is your own.
"""The recurrent network looks at the picture again for each word, and chooses where (Xu et al. 2015).

Which of 100 places matters for the next word is told by what was written so far: each place is weighed by the product
of what it offers and what is asked (Luong, Pham & Manning 2015; scaled as by Vaswani et al. 2017).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch
from lab.tasks.image_captioning.captioner import Captioner, Told


class Attentive(Captioner):
    """``width``: channels of the last layer, and numbers in the memory. ``dropout``: of words and memory."""

    def __init__(self, examples: Batch, width: int, dropout: float) -> None:
        super().__init__(examples, width, width, dropout)
        self.place = nn.Parameter(0.1 * torch.randn(width, 10, 10))
        self.key = nn.Conv2d(width, width, 1)
        self.query = nn.Linear(width, width)
        self.first = nn.Linear(width, width)
        self.recurrent = nn.GRUCell(2 * width, width)
        self.answer = nn.Linear(2 * width, len(self.vocabulary.words))

    def seen(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """What is in each place, (n, 100, width), and what is asked is compared with, (n, width, 100)."""
        found = super().seen(picture) + self.place
        return found.flatten(2).transpose(1, 2), self.key(found).flatten(2)

    def begin(self, seen: tuple[Tensor, Tensor]) -> Tensor:
        whole = seen[0].mean(dim=1)
        return torch.cat([torch.tanh(self.first(whole)), whole], dim=1)

    def tell(self, before: Tensor, memory: Tensor, seen: tuple[Tensor, Tensor]) -> Told:
        """The memory's second half is what was looked at last: without it, nothing knows what is told already."""
        found, keys = seen
        state, looked = memory.chunk(2, dim=1)
        told, looks = [], []
        for word in before.unbind(dim=1):
            state = self.recurrent(torch.cat([word, looked], dim=1), state)
            fits = self.query(state).unsqueeze(1) @ keys / math.sqrt(keys.shape[1])
            attention = functional.softmax(fits, dim=2)
            looked = (attention @ found).squeeze(1)
            told.append(torch.cat([state, looked], dim=1))
            looks.append(attention)
        memories = torch.stack(told, dim=1)
        return Told(told[-1], self.answer(self.dropout(memories)), torch.cat(looks, dim=1))
