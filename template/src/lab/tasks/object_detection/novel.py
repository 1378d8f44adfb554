# The template's example. Delete this line when the method is your own.
"""Objects as points (CenterNet, Zhou, Wang & Krähenbühl 2019): each class has a map whose peaks are its centres.

The maps are finer than the baseline's grid, since a decoder sees again what the encoder saw at a larger size. Each
place near a centre tells how far away the four sides are (FCOS, Tian et al. 2019; Liu et al. 2020).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch
from lab.convolutions import convolutions, enlarged
from lab.tasks.object_detection.detector import Detector, cell_sides, centres, corners, generalised_overlap

SPREAD = 0.1
"""Standard deviation of a centre's spot, as a share of the object's sides."""
NEAR = 0.3
"""Height of the spot from which on a place learns the object's box."""


class Points(Detector):
    """``finer``: how often the map is doubled after the smallest size. ``place``: how much errors of boxes count."""

    def __init__(self, examples: Batch, width: int, depth: int, finer: int, place: float) -> None:
        super().__init__(examples, width, depth)
        self.place = place
        widths = self.widths[:-1][::-1][:finer]
        self.decoder = nn.ModuleList(convolutions(3 * wide, wide) for wide in widths)
        last = [self.widths[-1], *widths][-1]
        self.peaks, self.sides = nn.Conv2d(last, self.classes, 1), nn.Conv2d(last, 4, 1)
        nn.init.constant_(self.peaks.bias, -4.0)  # type: ignore[arg-type]  # objects are rare: the first steps need not learn it
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Logits of centres, (n, classes, height, width), and the box of each place, (n, height, width, 4)."""
        *seen, found = self.seen(batch)
        for layers, skipped in zip(self.decoder, reversed(seen), strict=False):
            found = layers(torch.cat([enlarged(found, skipped), skipped], dim=1))
        cells = found.shape[2:]
        side = cell_sides(batch, cells)
        middle = (corners(cells, found.device).movedim(0, 2) + 0.5) * side
        before, after = (self.sides(found).clamp(max=8).exp().movedim(1, 3) * side.repeat(2)).chunk(2, dim=3)
        return self.peaks(found), torch.cat([middle - before, before + after], dim=3)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Focal loss of the maps (Law & Deng 2018), and overlap of the boxes that places near centres tell of."""
        logits, boxes = self.answers(batch)
        cells = boxes.shape[1:3]
        there, middle, sides = centres(batch, cells)
        away = corners(cells, boxes.device) - middle.long()[..., None, None]
        spread = SPREAD * sides / cell_sides(batch, cells) + 0.3
        spots = torch.exp(-((away / spread[..., None, None]) ** 2).sum(dim=2) / 2) * there[..., None, None]
        wanted, rows = torch.zeros_like(logits), torch.arange(len(logits), device=logits.device)
        for spot, kind in zip(spots.unbind(dim=1), batch["classes"].clamp(min=0).unbind(dim=1), strict=True):
            wanted[rows, kind] = torch.maximum(wanted[rows, kind], spot)
        sure = logits.sigmoid()
        hit = (1 - sure) ** 2 * functional.logsigmoid(logits) * (wanted == 1)
        miss = (1 - wanted) ** 4 * sure**2 * functional.logsigmoid(-logits) * (wanted < 1)
        centre = -(hit + miss).sum() / there.sum().clamp(min=1)
        height, nearest = spots.max(dim=1)
        weight = height * (height >= NEAR)
        truth = batch["boxes"][rows[:, None, None], nearest]
        place = ((1 - generalised_overlap(boxes, truth)) * weight).sum() / weight.sum().clamp(min=1)
        return {"loss": centre + self.place * place, "centre": centre, "place": place}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``found``: (n, most, 6), x, y, width, height, class and score of each peak, the best first."""
        logits, boxes = self.answers(batch)
        scores = logits.sigmoid()
        peaks = scores * (functional.max_pool2d(scores, 3, stride=1, padding=1) == scores)
        return {"found": self.found(boxes.flatten(1, 2), peaks.flatten(2).movedim(1, 2))}
