# The template's example. Delete this line when the method is your own.
"""Depth at several scales: a small map says how far things are, larger ones correct it where they begin and end.

As Eigen, Puhrsch & Fergus (2014) refine a coarse map, with the skip connections of a U-Net (Ronneberger et al. 2015).
"""

import torch
from torch import Tensor, nn

from lab.contract import Batch, Examples
from lab.convolutions import convolutions, enlarged
from lab.tasks.depth_estimation.network import DepthNetwork


class MultiScale(DepthNetwork):
    def __init__(self, examples: Examples, width: int, depth: int) -> None:
        super().__init__(examples, width, depth)
        self.decoder = nn.ModuleList(convolutions(3 * wide, wide) for wide in reversed(self.encoder.widths[:-1]))
        self.answers = nn.ModuleList(nn.Conv2d(wide, 1, 1) for wide in reversed(self.encoder.widths))
        for correction in self.answers[1:]:  # there is nothing to correct yet
            for values in correction.parameters():
                nn.init.zeros_(values)

    def maps(self, batch: Batch) -> list[Tensor]:
        """The smallest map first; each of the others is the one before, enlarged, and a correction."""
        *larger, found = self.encoded(batch)
        drawn = [self.answers[0](found)]
        for step, answer, skipped in zip(self.decoder, self.answers[1:], reversed(larger), strict=True):  # type: ignore[arg-type]
            found = step(torch.cat([enlarged(found, skipped), skipped], dim=1))
            drawn.append(enlarged(drawn[-1], skipped) + answer(found))
        return drawn
