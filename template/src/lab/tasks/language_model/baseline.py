"""A recurrent network with long short-term memory (Hochreiter & Schmidhuber 1997): all it knows is in one state."""

from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.language_model.model import LanguageModel


class RecurrentLanguageModel(LanguageModel):
    """``width``: numbers of a token; ``state``: of the memory; ``dropout``: share hidden in training."""

    def __init__(self, examples: Batch, vocabulary: int, width: int, state: int, layers: int, dropout: float) -> None:
        super().__init__(examples, vocabulary, width, dropout)
        self.memory = nn.LSTM(width, state, layers, batch_first=True)
        self.answer = nn.Sequential(nn.Linear(state, width), nn.LayerNorm(width))

    def read(self, vectors: Tensor) -> Tensor:
        return self.answer(self.memory(vectors)[0])
