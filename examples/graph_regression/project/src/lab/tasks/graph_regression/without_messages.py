"""Atoms that never hear of their neighbours: what is left is a bag of atoms, each with what its own kinds tell."""

from lab.contract import Batch
from lab.tasks.graph_regression.novel import MessagePassing


class WithoutMessages(MessagePassing):
    """``width`` and ``dropout`` as in message passing."""

    def __init__(self, examples: Batch, width: int, dropout: float) -> None:
        super().__init__(examples, width, 0, dropout)
