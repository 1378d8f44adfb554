"""REINFORCE (Williams 1992): actions that were followed by more reward than usual become more likely."""

from torch import Tensor

from lab.contract import Batch, Examples, Update
from lab.tasks.reinforcement_learning.environment import returns_to_go
from lab.tasks.reinforcement_learning.player import Player


class Reinforce(Player):
    """``discount``: what a reward is worth a step later. ``entropy``: weight of the bonus for variety."""

    def __init__(self, examples: Examples, width: int, depth: int, discount: float, entropy: float) -> None:
        super().__init__(examples, width, depth)
        self.discount, self.entropy = discount, entropy

    def train_step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        steps, states, choice = self.explore(batch)
        live = steps["live"]
        to_go = returns_to_go(steps["reward"], self.discount)
        # The mean of all games at the same step: what is usual does not depend on the choice, so it adds no bias.
        usual = (to_go * live).sum(1, keepdim=True) / live.sum(1, keepdim=True).clamp(min=1)
        advantage = (to_go - usual)[live]
        advantage = advantage / (advantage.std() + 1e-6)
        log_policy = self.network(states)[0].log_softmax(1)
        chosen = log_policy.gather(1, choice[:, None])[:, 0]
        entropy = -(log_policy.exp() * log_policy).sum(1).mean()
        update(-(chosen * advantage).mean() - self.entropy * entropy)
        mean = steps["reward"].sum(0).mean()
        return {"loss": -mean, "return": mean, "entropy": entropy}
