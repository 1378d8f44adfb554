"""An autoencoder (Vincent et al. 2010): a picture with a hole becomes a few numbers, from which the whole is drawn."""

import torch
from torch import Tensor, nn

from lab.contract import Examples
from lab.data.picture_maps import some_examples
from lab.tasks.inpainting.network import Filler


class Autoencoder(Filler):
    """``latent``: numbers that describe a picture. ``width``: units of the hidden layers."""

    def __init__(self, examples: Examples, latent: int, width: int) -> None:
        super().__init__()
        shape = some_examples(examples)["seen"].shape[1:]
        inputs = shape.numel() + shape[1:].numel()
        self.network = nn.Sequential(
            nn.Flatten(),
            nn.Linear(inputs, width),
            nn.ReLU(),
            nn.Linear(width, latent),
            nn.ReLU(),
            nn.Linear(latent, width),
            nn.ReLU(),
            nn.Linear(width, shape.numel()),
            nn.Unflatten(1, shape),
        )

    def logits(self, seen: Tensor, hole: Tensor) -> Tensor:
        return self.network(torch.cat([seen, hole], dim=1))
