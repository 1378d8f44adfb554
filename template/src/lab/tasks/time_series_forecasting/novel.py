# The template's example. Delete this line when the method is your own.
"""Straight lines, corrected step by step by a Transformer that knows the calendar of what is ahead."""

import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.time_series_forecasting.baseline import DecomposedLinear
from lab.tasks.time_series_forecasting.quantiles import LEVELS


class CalendarTransformer(DecomposedLinear):
    """Each step ahead, with its calendar and the straight lines' forecast, asks patches of the past what to change.

    Patches are those of PatchTST (Nie et al. 2023). ``patch``: values in each. ``width``: of a vector. ``layers``,
    ``heads``, ``dropout``: of the Transformer's decoder, whose queries are the steps ahead.
    """

    def __init__(
        self, examples: Batch, smooth: int, patch: int, width: int, layers: int, heads: int, dropout: float
    ) -> None:
        super().__init__(examples, smooth)
        features = examples["calendar"].shape[2]
        self.patch = patch
        self.of_past = nn.Linear(patch * (1 + features), width)
        self.of_step = nn.Linear(len(LEVELS) + features, width)
        self.place = nn.Parameter(0.02 * torch.randn(-(-self.past // patch), width))
        self.step = nn.Parameter(0.02 * torch.randn(self.horizon, width))
        layer = nn.TransformerDecoderLayer(width, heads, 2 * width, dropout, "gelu", batch_first=True, norm_first=True)
        self.look = nn.TransformerDecoder(layer, layers, nn.LayerNorm(width))
        self.correction = nn.Linear(width, len(LEVELS))
        for start in (self.correction.weight, self.correction.bias):
            nn.init.zeros_(start)  # at first, the straight lines

    def forecast(self, batch: Batch) -> Tensor:
        level = batch["past"].mean(dim=1)[:, None, None]
        straight = super().forecast(batch)
        seen = torch.cat([batch["past"].unsqueeze(2) - level, batch["calendar"][:, : self.past]], dim=2)
        asked = torch.cat([straight - level, batch["calendar"][:, self.past :]], dim=2)
        past = self.of_past(patches(seen, self.patch)) + self.place
        return straight + self.correction(self.look(self.of_step(asked) + self.step, past))


def patches(values: Tensor, size: int) -> Tensor:
    """(n, steps, features) to (n, steps / size, size · features); the last step fills what a patch lacks."""
    lacking = -values.shape[1] % size
    whole = torch.cat([values, values[:, -1:].expand(-1, lacking, -1)], dim=1)
    return whole.reshape(len(values), -1, size * values.shape[2])
