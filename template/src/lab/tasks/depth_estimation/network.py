"""What the methods of this task share: what they see, how depth becomes a loss, and what is predicted."""

import torch
from torch import Tensor

from lab.contract import Batch, Examples, Method
from lab.convolutions import Encoder, enlarged
from lab.data.picture_maps import some_examples


def mirrored(batch: Batch) -> Batch:
    """Left and right exchanged in about half of the pictures and in their depth maps, which is as true a scene."""
    turned = torch.rand(len(batch["depth"]), device=batch["depth"].device) < 0.5
    maps = {name: batch[name] for name in ("picture", "depth")}
    return batch | {
        name: torch.where(turned.view(-1, *[1] * (values.ndim - 1)), values.flip(-1), values)
        for name, values in maps.items()
    }


class DepthNetwork(Method):
    """An encoder; a method adds a decoder. ``maps`` draws depth in standard deviations from its mean."""

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
        self.encoder = Encoder(colours.shape[1] + 1, width, depth)

    def encoded(self, batch: Batch) -> list[Tensor]:
        """What the encoder sees at each size, the full size first. Each pixel's row is a channel beside the colours."""
        found = (batch["picture"] - self.shade) / self.contrast
        top, bottom = batch["rows"].to(found.dtype).unbind(dim=1)
        steps = (torch.arange(found.shape[2], device=found.device) + 0.5) / found.shape[2]
        rows = 4 * torch.lerp(top[:, None], bottom[:, None], steps) - 2  # from -2 at the top to 2 at the bottom
        found = torch.cat([found, rows[:, None, :, None].expand(-1, 1, -1, found.shape[3])], dim=1)
        return self.encoder(found)

    def maps(self, batch: Batch) -> list[Tensor]:
        """Each (n, 1, height, width) of its size; the last one has the size of the picture and is the answer."""
        raise NotImplementedError

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """The mean squared error of the known pixels, over all maps; and the answer's RMSE in the depth's unit."""
        batch = mirrored(batch) if self.training else batch
        truth = batch["depth"][:, None]
        known = torch.isfinite(truth)
        wanted = torch.where(known, (truth - self.mean) / self.spread, 0)
        errors = [
            ((enlarged(drawn, truth) - wanted).square() * known).sum() / known.sum().clamp(min=1)
            for drawn in self.maps(batch)
        ]
        return {"loss": torch.stack(errors).mean(), "rmse": errors[-1].sqrt() * self.spread}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``predicted``: (n, height, width) in the depth's unit, never nearer or farther than in training."""
        drawn = self.maps(batch)[-1][:, 0] * self.spread + self.mean
        return {"predicted": drawn.clamp(self.nearest, self.farthest)}
