"""A convolutional network tells a recurrent one what it saw, once, before the first word (Vinyals et al. 2015)."""

from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.image_captioning.captioner import Captioner, Step


class Recurrent(Captioner):
    """``width``: channels of the last layer, and numbers in the memory. ``dropout``: of words and memory."""

    def __init__(self, examples: Batch, width: int, dropout: float) -> None:
        super().__init__(examples, width, dropout)
        # Without the norm, a step moves a sum of so many numbers to where tanh is flat.
        summed = (nn.Linear(25 * width, width), nn.LayerNorm(width), nn.Tanh())
        self.summary = nn.Sequential(nn.AdaptiveMaxPool2d(5), nn.Flatten(), *summed)
        self.recurrent = nn.GRUCell(width, width)
        self.answer = nn.Linear(width, len(self.vocabulary.words))

    def begin(self, seen: Tensor) -> Tensor:
        return self.summary(seen)

    def step(self, word: Tensor, memory: Tensor, seen: Tensor) -> Step:
        memory = self.recurrent(word, memory)
        return Step(memory, self.answer(self.dropout(memory)), None)
