"""The actor-critic that learns once from each batch of games: what is left, the critic brings."""

from lab.contract import Examples
from lab.tasks.reinforcement_learning.novel import ActorCritic


class SingleUpdate(ActorCritic):
    """``width``, ``depth``, ``discount``, ``entropy`` and ``trace`` as in the actor-critic."""

    def __init__(
        self, examples: Examples, width: int, depth: int, discount: float, entropy: float, trace: float
    ) -> None:
        super().__init__(examples, width, depth, discount, entropy, trace, passes=1, parts=1, clip=0.2)
