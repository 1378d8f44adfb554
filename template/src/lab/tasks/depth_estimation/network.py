"""What the methods of this task share: what they see, how depth becomes a loss, and what is predicted."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Examples, Method
from lab.data.picture_maps import some_examples


def layers(inputs: int, outputs: int, step: int = 1) -> nn.Sequential:
    """Two convolutions, the first of which may make what it sees smaller."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=step, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def resized(found: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(found, size=like.shape[2:], mode="bilinear", align_corners=False)


class DepthNetwork(Method):
    """An encoder of ``width`` channels at full size, twice as many at each of the ``depth`` smaller sizes.

    A method adds a decoder: ``maps`` draws depth in standard deviations from its mean.
    """

    shade: Tensor
    contrast: Tensor
    mean: Tensor
    spread: Tensor
    nearest: Tensor
    farthest: Tensor

    def __init__(self, examples: Examples, width: int, depth: int) -> None:
        super().__init__()
        seen = some_examples(examples)
        known = seen["depth"][torch.isfinite(seen["depth"])]
        colours = seen["picture"]
        given = {"shade": colours.mean(), "contrast": colours.std(), "mean": known.mean(), "spread": known.std()}
        for name, value in {**given, "nearest": known.min(), "farthest": known.max()}.items():
            self.register_buffer(name, value)
        self.widths = [width * 2**level for level in range(depth + 1)]
        steps = [layers(one, other, step=2) for one, other in pairwise(self.widths)]
        self.encoder = nn.ModuleList([layers(colours.shape[1] + 1, width), *steps])

    def encoded(self, batch: Batch) -> list[Tensor]:
        """What the encoder sees at each size, the full size first. Each pixel's row is a channel beside the colours."""
        found = (batch["picture"] - self.shade) / self.contrast
        top, bottom = batch["rows"].to(found.dtype).unbind(dim=1)
        steps = (torch.arange(found.shape[2], device=found.device) + 0.5) / found.shape[2]
        rows = 4 * torch.lerp(top[:, None], bottom[:, None], steps) - 2  # from -2 at the top to 2 at the bottom
        found = torch.cat([found, rows[:, None, :, None].expand(-1, 1, -1, found.shape[3])], dim=1)
        seen: list[Tensor] = []
        for step in self.encoder:
            found = step(found)
            seen.append(found)
        return seen

    def maps(self, batch: Batch) -> list[Tensor]:
        """Each (n, 1, height, width) of its size; the last one has the size of the picture and is the answer."""
        raise NotImplementedError

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """The mean squared error of the known pixels, over all maps; and the answer's RMSE in the depth's unit."""
        truth = batch["depth"][:, None]
        known = torch.isfinite(truth)
        wanted = torch.where(known, (truth - self.mean) / self.spread, 0)
        errors = [
            ((resized(drawn, truth) - wanted).square() * known).sum() / known.sum().clamp(min=1)
            for drawn in self.maps(batch)
        ]
        return {"loss": torch.stack(errors).mean(), "rmse": errors[-1].sqrt() * self.spread}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``predicted``: (n, height, width) in the depth's unit, never nearer or farther than in training."""
        drawn = self.maps(batch)[-1][:, 0] * self.spread + self.mean
        return {"predicted": drawn.clamp(self.nearest, self.farthest)}
