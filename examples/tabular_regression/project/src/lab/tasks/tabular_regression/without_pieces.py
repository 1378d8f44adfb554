"""The shared ensemble with one straight piece for each number: what is left of it, the ensemble brings."""

from lab.contract import Batch
from lab.tasks.tabular_regression.novel import SharedEnsemble


class WithoutPieces(SharedEnsemble):
    """``embedding``, ``members``, ``width`` and ``dropout`` as in the shared ensemble."""

    def __init__(self, examples: Batch, embedding: int, members: int, width: int, dropout: float) -> None:
        super().__init__(examples, 1, embedding, members, width, dropout)
