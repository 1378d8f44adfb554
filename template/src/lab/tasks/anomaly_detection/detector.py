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


def corners(count: int, height: int, width: int, seed: int) -> Tensor:
    """(count, 2, 2): where a patch of half the height and half the width is cut out, and where it is put."""
    generator = torch.Generator().manual_seed(seed)
    room = torch.tensor([height - height // 2, width - width // 2]) + 1
    return (torch.rand(count, 2, 2, generator=generator) * room).long()


def altered(picture: Tensor, places: Tensor) -> Tensor:
    """A copy of each picture (n, channels, height, width) with a patch of it in another place: see ``corners``.

    Li et al. 2021, CutPaste.
    """
    height, width = (side // 2 for side in picture.shape[2:])
    changed = picture.clone()
    for row, ((down, across), (to, beside)) in enumerate(places.tolist()):
        patch = picture[row, :, down : down + height, across : across + width]
        changed[row, :, to : to + height, beside : beside + width] = patch
    return changed
