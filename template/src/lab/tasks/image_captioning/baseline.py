"""The whole picture goes through one vector, which a recurrent network gets with each word (Mao et al. 2015)."""

import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.image_captioning.captioner import Captioner, Step


class Recurrent(Captioner):
    """``width``: channels of the layers that all methods have. ``dropout``: of words and memory.

    ``memory``: numbers of a word, of the picture's vector, and of what is remembered.
    """

    def __init__(self, examples: Batch, width: int, memory: int, dropout: float) -> None:
        super().__init__(examples, width, memory, dropout)
        # Each of 5 x 5 places has numbers of its own in the vector: an average would lose what is where.
        places = (nn.Conv2d(width, 2 * width, 3, 2, padding=1, bias=False), nn.BatchNorm2d(2 * width), nn.ReLU())
        # Without the norm, a step moves a sum of so many numbers to where tanh is flat.
        summed = (nn.Linear(25 * 2 * width, memory), nn.LayerNorm(memory), nn.Tanh())
        self.summary = nn.Sequential(*places, nn.Flatten(), *summed)
        self.recurrent = nn.GRUCell(2 * memory, memory)
        self.answer = nn.Linear(memory, len(self.vocabulary.words))

    def seen(self, picture: Tensor) -> Tensor:
        """(n, memory): the whole picture."""
        return self.summary(super().seen(picture))

    def begin(self, seen: Tensor) -> Tensor:
        return seen

    def step(self, word: Tensor, memory: Tensor, seen: Tensor) -> Step:
        memory = self.recurrent(torch.cat([word, seen], dim=1), memory)
        return Step(memory, self.answer(self.dropout(memory)), None)
