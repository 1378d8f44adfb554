"""The whole picture goes through one vector, which a recurrent network gets with each word (Mao et al. 2015)."""

import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.image_captioning.captioner import Captioner, Told


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
        self.recurrent = nn.GRU(2 * memory, memory, batch_first=True)
        self.answer = nn.Linear(memory, len(self.vocabulary.words))

    def seen(self, picture: Tensor) -> Tensor:
        """(n, memory): the whole picture."""
        return self.summary(super().seen(picture))

    def begin(self, seen: Tensor) -> Tensor:
        return seen

    def tell(self, before: Tensor, memory: Tensor, seen: Tensor) -> Told:
        whole = seen.unsqueeze(1).expand(-1, before.shape[1], -1)
        states, last = self.recurrent(torch.cat([before, whole], dim=2), memory.unsqueeze(0))
        return Told(last[0], self.answer(self.dropout(states)), None)
