"""What the methods of this task share: which holes they learn from, their loss, and that what is seen stays."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from lab.contract import Batch, Method


class Filler(Method):
    """A method adds ``logits``: of each pixel's shade, from what is seen and from where the hole is."""

    def logits(self, seen: Tensor, hole: Tensor) -> Tensor:
        """From (n, channels, height, width) and (n, 1, height, width) to the shape of ``seen``."""
        raise NotImplementedError

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Binary cross-entropy of the removed pixels, which is least at their mean, as the squared error is; and PSNR.

        In training the holes go round: what is behind every hole is known, so that each picture is seen with another
        hole in each epoch.
        """
        seen, hole = batch["seen"], batch["hole"]
        picture = torch.where(batch["truth"].isfinite(), batch["truth"], seen)
        if self.training:
            hole = hole[torch.randperm(len(hole), device=hole.device)]
            seen = picture * (1 - hole)
        logits = self.logits(seen, hole)
        values = hole.sum() * seen.shape[1]
        loss = functional.binary_cross_entropy_with_logits(logits, picture, weight=hole, reduction="sum") / values
        error = ((logits.sigmoid() - picture).square() * hole).sum() / values
        return {"loss": loss, "psnr": -10 / math.log(10) * error.clamp(min=1e-10).log()}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``filled``: (n, channels, height, width), what is seen as it is, and in the hole what the network says."""
        drawn = self.logits(batch["seen"], batch["hole"]).sigmoid()
        return {"filled": torch.where(batch["hole"] > 0, drawn, batch["seen"])}
