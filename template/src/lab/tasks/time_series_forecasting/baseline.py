"""Two straight lines for each quantile, from the trend and from what it leaves (DLinear: Zeng et al. 2023)."""

from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.tasks.time_series_forecasting.quantiles import LEVELS, in_order, pinball


class DecomposedLinear(Method):
    """``smooth``: values over which the trend is averaged, an odd number."""

    def __init__(self, examples: Batch, smooth: int) -> None:
        super().__init__()
        self.past, self.horizon = examples["past"].shape[1], examples["future"].shape[1]
        self.smooth = smooth
        self.trend, self.rest = (nn.Linear(self.past, self.horizon * len(LEVELS)) for _ in range(2))
        for layer in (self.trend, self.rest):  # at first, the mean of the past
            nn.init.constant_(layer.weight, 1 / self.past)
            nn.init.zeros_(layer.bias)

    def forecast(self, batch: Batch) -> Tensor:
        """(n, horizon, levels); the level of each window is taken away first, and added again."""
        level = batch["past"].mean(dim=1, keepdim=True)
        past = batch["past"] - level
        sides = (self.smooth // 2, self.smooth - 1 - self.smooth // 2)
        padded = functional.pad(past.unsqueeze(1), sides, mode="replicate")
        trend = functional.avg_pool1d(padded, self.smooth, stride=1).squeeze(1)
        ahead = self.trend(trend) + self.rest(past - trend)
        return ahead.view(-1, self.horizon, len(LEVELS)) + level.unsqueeze(2)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": pinball(self.forecast(batch), batch["future"]).mean()}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``forecast``: (n, horizon, levels), in errors of the seasonal naive forecast."""
        return {"forecast": in_order(self.forecast(batch))}
