# The template's example. Delete this line when the method is your own.
"""Actor-critic: a second head predicts the rewards to come, and each batch of games is learnt from several times.

Generalised advantage estimation (Schulman et al. 2016) and proximal policy optimisation (Schulman et al. 2017).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Examples, Update
from lab.tasks.reinforcement_learning.environment import State
from lab.tasks.reinforcement_learning.player import Player


class ActorCritic(Player):
    """``trace``: how far the critic is corrected by what really followed; 0 = by one step, 1 = by all.

    ``passes`` over the steps of a batch of games, in ``parts`` each. ``clip``: how far a probability may move
    from the one that was played with. ``discount`` and ``entropy`` as in REINFORCE.
    """

    def __init__(
        self,
        examples: Examples,
        width: int,
        depth: int,
        discount: float,
        entropy: float,
        trace: float,
        passes: int,
        parts: int,
        clip: float,
    ) -> None:
        super().__init__(examples, width, depth)
        self.discount, self.entropy, self.trace = discount, entropy, trace
        self.passes, self.parts, self.clip = passes, parts, clip
        self.scale = self.environment.scale(discount)
        self.critic = nn.Sequential(nn.Linear(width, 64), nn.GELU(), nn.Linear(64, 1))

    def judge(self, states: State) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the actions (n, actions), and the value of the states (n,) in units of ``scale``."""
        scores, features = self.network(states)
        return scores.log_softmax(1), self.critic(features)[:, 0].float()

    def train_step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        steps, states, choice = self.explore(batch)
        live = steps["live"]
        with torch.no_grad():
            log_policy, value = self.judge(states)
            played = log_policy.gather(1, choice[:, None])
            values = torch.zeros(live.shape, device=value.device).masked_scatter(live, value)
            advantages = generalised_advantages(steps["reward"] / self.scale, values, live, self.discount, self.trace)
            advantage, target = advantages[live], (advantages + values)[live]
            advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
        for _ in range(self.passes):
            for part in torch.randperm(len(choice)).to(choice.device).tensor_split(min(self.parts, len(choice))):
                log_policy, value = self.judge({name: seen[part] for name, seen in states.items()})
                ratio = (log_policy.gather(1, choice[part, None]) - played[part])[:, 0].exp()
                limited = ratio.clamp(1 - self.clip, 1 + self.clip)
                gain = torch.minimum(ratio * advantage[part], limited * advantage[part]).mean()
                entropy = -(log_policy.exp() * log_policy).sum(1).mean()
                error = functional.mse_loss(value, target[part])
                update(0.5 * error - gain - self.entropy * entropy)
        mean = steps["reward"].sum(0).mean()
        return {"loss": -mean, "return": mean, "entropy": entropy, "critic_error": error}


def generalised_advantages(rewards: Tensor, values: Tensor, live: Tensor, discount: float, trace: float) -> Tensor:
    """How much better each action was than foretold, (steps, games): equation 16 of Schulman et al. 2016.

    ``values`` are those of the states before the actions; where ``live`` is False a game is over, and nothing follows.
    """
    advantages = torch.zeros_like(rewards)
    following = following_value = torch.zeros_like(rewards[0])
    for step in reversed(range(len(rewards))):
        surprise = rewards[step] + discount * following_value - values[step]
        following = advantages[step] = (surprise + discount * trace * following) * live[step]
        following_value = values[step] * live[step]
    return advantages
