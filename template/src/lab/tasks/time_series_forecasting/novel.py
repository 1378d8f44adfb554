# The template's example. Delete this line when the method is your own.
"""Straight lines, corrected by a Transformer that looks at patches of the past and at the calendar of what is ahead."""

import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.time_series_forecasting.baseline import DecomposedLinear, patches
from lab.tasks.time_series_forecasting.quantiles import LEVELS


class CalendarTransformer(DecomposedLinear):
    """Patches as in PatchTST (Nie et al. 2023); patches of the future hold the calendar alone and ask the past ones.

    ``patch``: values in each. ``width``: of a patch's vector. ``layers``, ``heads``, ``dropout``: of the Transformer.
    """

    def __init__(
        self, examples: Batch, smooth: int, patch: int, width: int, layers: int, heads: int, dropout: float
    ) -> None:
        super().__init__(examples, smooth)
        features = examples["calendar"].shape[2]
        self.patch = patch
        self.of_past = nn.Linear(patch * (1 + features), width)
        self.of_future = nn.Linear(patch * features, width)
        number = -(-self.past // patch) + -(-self.horizon // patch)
        self.place = nn.Parameter(0.02 * torch.randn(number, width))
        layer = nn.TransformerEncoderLayer(width, heads, 2 * width, dropout, "gelu", batch_first=True, norm_first=True)
        self.look = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.correction = nn.Linear(width, patch * len(LEVELS))
        for start in (self.correction.weight, self.correction.bias):
            nn.init.zeros_(start)  # at first, the straight lines

    def forecast(self, batch: Batch) -> Tensor:
        past = batch["past"]
        centred = (past - past.mean(dim=1, keepdim=True)).unsqueeze(2)
        seen = torch.cat([centred, batch["calendar"][:, : self.past]], dim=2)
        ahead = batch["calendar"][:, self.past :]
        tokens = torch.cat([self.of_past(patches(seen, self.patch)), self.of_future(patches(ahead, self.patch))], dim=1)
        looked = self.norm(self.look(tokens + self.place))
        of_future = looked[:, -(-self.past // self.patch) :]
        correction = self.correction(of_future).view(len(past), -1, len(LEVELS))[:, : self.horizon]
        return super().forecast(batch) + correction
