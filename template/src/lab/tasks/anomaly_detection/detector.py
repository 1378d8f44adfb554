"""What all detectors have in common: a score for each picture, and one for an altered copy of it."""

from __future__ import annotations

import torch
from torch import Tensor

from lab.contract import Batch, Method


class Detector(Method):
    """Learns from normal pictures alone. A method of this task says how ``unusual`` pictures are."""

    def unusual(self, picture: Tensor) -> Tensor:
        """(n,): the higher, the less a picture is like those of training. Only the order counts."""
        raise NotImplementedError

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``anomaly_score`` of the picture and ``altered_score`` of its altered copy, (n,) each."""
        names = {"anomaly_score": "picture", "altered_score": "altered"}
        return {name: self.unusual(batch[key]).float() for name, key in names.items()}


def altered(picture: Tensor, seed: int) -> Tensor:
    """A copy of each picture (n, channels, height, width) with a patch of another one in it.

    The patch has half the height and half the width, and comes from another place (after Li et al. 2021, CutPaste).
    """
    generator = torch.Generator().manual_seed(seed)
    height, width = (side // 2 for side in picture.shape[2:])
    others = torch.randint(1, max(len(picture), 2), (len(picture),), generator=generator)
    changed = picture.clone()
    for row, other in enumerate(others.tolist()):
        down, across = (torch.randint(side + 1, (2,), generator=generator).tolist() for side in (height, width))
        patch = picture[(row + other) % len(picture), :, down[0] : down[0] + height, across[0] : across[0] + width]
        changed[row, :, down[1] : down[1] + height, across[1] : across[1] + width] = patch
    return changed
