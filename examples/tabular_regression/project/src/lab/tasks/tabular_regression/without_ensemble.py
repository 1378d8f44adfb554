"""The shared ensemble with a single member: what is left of it, the learned pieces of the numbers bring."""

from lab.contract import Batch
from lab.tasks.tabular_regression.novel import SharedEnsemble


class WithoutEnsemble(SharedEnsemble):
    """``bins``, ``embedding``, ``width`` and ``dropout`` as in the shared ensemble."""

    def __init__(self, examples: Batch, bins: int, embedding: int, width: int, dropout: float) -> None:
        super().__init__(examples, bins, embedding, 1, width, dropout)
