"""What the methods share: the network that sees the picture, and geometry of many boxes at once."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lab.contract import Batch, Method
from lab.convolutions import Encoder
from lab.data.boxes import NOTHING

MOST = 20
"""Boxes that are kept of a picture, or twice as many as any training picture has."""


class Detector(Method):
    """``width``: channels at half the size of a picture; twice as many at each of the ``depth`` smaller sizes."""

    mean: Tensor
    scale: Tensor

    def __init__(self, examples: Batch, width: int, depth: int) -> None:
        super().__init__()
        pictures = examples["picture"][:500].float()
        self.register_buffer("mean", pictures.mean())
        self.register_buffer("scale", pictures.std())
        self.classes = 1 + int(examples["classes"].max())
        self.most = max(MOST, 2 * examples["classes"].shape[1])
        first = nn.Conv2d(
            pictures.shape[1], width, 4, stride=2, padding=1, bias=False
        )  # full size would cost most time
        self.encoder = nn.Sequential(first, nn.BatchNorm2d(width), nn.ReLU(), Encoder(width, width, depth))
        self.widths = [width * 2**level for level in range(depth + 1)]
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # convolutions are faster so

    def seen(self, batch: Batch) -> list[Tensor]:
        """What the encoder sees at each size, half of the picture's first."""
        return self.encoder((batch["picture"] - self.mean) / self.scale)

    def found(self, boxes: Tensor, scores: Tensor) -> Tensor:
        """(n, most, 6): the best of ``boxes``, (n, places, 4), and of ``scores``, (n, places, classes)."""
        best, places = scores.flatten(1).topk(min(self.most, scores[0].numel()), dim=1)
        chosen = boxes.gather(1, (places // self.classes).unsqueeze(2).expand(-1, -1, 4))
        found = torch.cat([chosen, (places % self.classes).unsqueeze(2), best.unsqueeze(2)], dim=2)
        return nn.functional.pad(found, (0, 0, 0, self.most - found.shape[1]))


def centres(batch: Batch, cells: tuple[int, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """Whether each box is there, (n, most), its centre in cells and its sides in pixels, both (n, most, 2)."""
    boxes = batch["boxes"]
    middle = (boxes[..., :2] + boxes[..., 2:] / 2) / cell_sides(batch, cells)
    last = torch.tensor(cells[::-1], device=boxes.device) - 1e-3
    return batch["classes"] != NOTHING, torch.minimum(middle.clamp(min=0), last), boxes[..., 2:]


def cell_sides(batch: Batch, cells: tuple[int, ...]) -> Tensor:
    """Pixels that a cell is wide and high."""
    height, width = batch["picture"].shape[2:]
    return torch.tensor([width / cells[1], height / cells[0]], device=batch["picture"].device)


def corners(cells: tuple[int, ...], device: torch.device) -> Tensor:
    """(2, height, width): x and y of each cell, counted in cells."""
    y, x = torch.meshgrid(*(torch.arange(length, device=device) for length in cells), indexing="ij")
    return torch.stack([x, y])


def shared(some: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    """Intersection and union of boxes, (…, 4) each: x, y, width, height."""
    low = torch.maximum(some[..., :2], others[..., :2])
    high = torch.minimum(some[..., :2] + some[..., 2:], others[..., :2] + others[..., 2:])
    both = (high - low).clamp(min=0).prod(dim=-1)
    return both, some[..., 2:].prod(dim=-1) + others[..., 2:].prod(dim=-1) - both


def generalised_overlap(some: Tensor, others: Tensor) -> Tensor:
    """Intersection over union, less the share of the hull that is in neither (Rezatofighi et al. 2019)."""
    both, either = shared(some, others)
    low = torch.minimum(some[..., :2], others[..., :2])
    high = torch.maximum(some[..., :2] + some[..., 2:], others[..., :2] + others[..., 2:])
    hull = (high - low).prod(dim=-1).clamp(min=1e-6)
    return both / either.clamp(min=1e-6) - (hull - either) / hull


def suppressed(found: Tensor, most: float = 0.5) -> Tensor:
    """``found``, best first, with score 0 where a better one of the same class covers more than ``most`` of it.

    Known as non-maximum suppression.
    """
    both, either = shared(found[:, :, None, :4], found[:, None, :, :4])
    clash = (both > most * either) & (found[:, :, None, 4] == found[:, None, :, 4])
    kept = torch.ones_like(found[..., 5], dtype=torch.bool)
    for place in range(1, found.shape[1]):
        kept[:, place] = ~(clash[:, place, :place] & kept[:, :place]).any(dim=1)
    return torch.cat([found[..., :5], (found[..., 5] * kept).unsqueeze(2)], dim=2)
