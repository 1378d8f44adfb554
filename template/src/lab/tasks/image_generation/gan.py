# The template's example. Delete this line when the method is your own.
"""Generative adversarial network (Goodfellow et al. 2014): one network draws, another judges."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from lab.contract import Batch, Method, Update
from lab.train_settings import TrainSettings


class AdversarialNetworks(Method):
    """``latent``: random numbers a picture is drawn from. ``width``: channels. ``penalty``: on the judge's gradient."""

    def __init__(self, examples: Batch, latent: int, width: int, penalty: float) -> None:
        super().__init__()
        self.latent, self.penalty = latent, penalty
        channels, height, across = examples["image"].shape[1:]
        small = (2 * width, height // 4, across // 4)
        self.generator = nn.Sequential(  # as in DCGAN, Radford et al. 2016
            nn.Linear(latent, math.prod(small)),
            nn.Unflatten(1, small),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )
        self.discriminator = nn.Sequential(
            nn.Conv2d(channels, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(math.prod(small), 1),
        )

    def configure_optimizers(self, train: TrainSettings) -> dict[str, torch.optim.Optimizer]:
        optimizers: dict[str, torch.optim.Optimizer] = {
            "generator": train.adamw(self.generator.parameters()),
            "discriminator": train.adamw(self.discriminator.parameters()),
        }
        for optimizer in optimizers.values():
            optimizer.param_groups[0]["betas"] = (0.5, 0.99)  # less momentum: the other network moves the goal
        return optimizers

    def train_step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        """The judge learns, then the generator against it: losses that do not saturate, and the penalty R1.

        The penalty on the judge's gradient at real pictures makes the game converge (Mescheder et al. 2018, eq. 9).
        """
        real = batch["image"].requires_grad_()
        drawn = self.generator(torch.randn(len(real), self.latent, device=real.device))
        real_score = self.discriminator(real)
        loss = (softplus(-real_score) + softplus(self.discriminator(drawn.detach()))).mean()
        (slope,) = torch.autograd.grad(real_score.sum(), real, create_graph=True)
        steepness = slope.square().sum(dim=(1, 2, 3)).mean()
        update(loss + self.penalty / 2 * steepness, "discriminator")
        generator_loss = softplus(-self.discriminator(drawn)).mean()
        update(generator_loss, "generator")
        return {"discriminator": loss, "generator": generator_loss, "steepness": steepness}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """How the judge takes real pictures that it has not seen. No ``loss`` names a best epoch: the last is kept."""
        return {"discriminator": softplus(-self.discriminator(batch["image"])).mean()}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        return {"sample": self.generator(batch["noise"].flatten(1)[:, : self.latent])}
