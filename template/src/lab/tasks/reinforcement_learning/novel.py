# The template's example. Delete this line when the method is your own.
"""Actor-critic: a second head foretells the points to come, and each batch of games is learnt from several times.

Generalised advantage estimation (Schulman et al. 2016) and proximal policy optimisation (Schulman et al. 2017).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Update
from lab.tasks.reinforcement_learning.player import Player

SCALE = 5.0
"""Points in one unit of the critic: what it learns should be near one."""


class ActorCritic(Player):
    """``trace``: how far the critic is corrected by what really followed; 0 = by one move, 1 = by all.

    ``passes`` over the moves of a batch of games, in ``parts`` each. ``clip``: how far a probability may move
    from the one that was played with. ``discount`` and ``entropy`` as in REINFORCE.
    """

    def __init__(
        self,
        examples: Batch,
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
        self.critic = nn.Sequential(nn.Linear(width, 64), nn.GELU(), nn.Linear(64, 1))

    def judge(self, squares: Tensor, moves: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the moves (n, MOST_LEGAL), and the value of the positions (n,) in SCALE points."""
        features = self.features(squares)
        return self.scores(features, moves).log_softmax(1), self.critic(features.mean(1))[:, 0].float()

    def train_step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        turns = self.explore(batch)
        live = turns["live"]
        squares, moves, choice = (turns[name][live] for name in ("squares", "moves", "choice"))
        with torch.no_grad():
            log_policy, value = self.judge(squares, moves)
            played = log_policy.gather(1, choice[:, None])
            values = torch.zeros(live.shape, device=value.device).masked_scatter(live, value)
            advantages = generalised_advantages(turns["reward"] / SCALE, values, live, self.discount, self.trace)
            advantage, target = advantages[live], (advantages + values)[live]
            advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
        for _ in range(self.passes):
            for part in torch.randperm(len(choice)).to(choice.device).tensor_split(self.parts):
                log_policy, value = self.judge(squares[part], moves[part])
                ratio = (log_policy.gather(1, choice[part, None]) - played[part])[:, 0].exp()
                limited = ratio.clamp(1 - self.clip, 1 + self.clip)
                gain = torch.minimum(ratio * advantage[part], limited * advantage[part]).mean()
                entropy = -(log_policy.exp() * log_policy).sum(1).mean()
                error = functional.mse_loss(value, target[part])
                update(0.5 * error - gain - self.entropy * entropy)
        mean = turns["reward"].sum(0).mean()
        return {"loss": -mean, "return": mean, "entropy": entropy, "critic_error": error}


def generalised_advantages(rewards: Tensor, values: Tensor, live: Tensor, discount: float, trace: float) -> Tensor:
    """How much better each move was than foretold, (moves, games): equation 16 of Schulman et al. 2016.

    ``values`` are those of the positions before the moves; where ``live`` is False a game is over, and nothing follows.
    """
    advantages = torch.zeros_like(rewards)
    following = following_value = torch.zeros_like(rewards[0])
    for move in reversed(range(len(rewards))):
        surprise = rewards[move] + discount * following_value - values[move]
        following = advantages[move] = (surprise + discount * trace * following) * live[move]
        following_value = values[move] * live[move]
    return advantages
