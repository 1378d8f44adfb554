# The template's example. Delete this line when the method is your own.
"""Latent diffusion (Rombach et al. 2022) that is told the sentence, and guided by it (Ho & Salimans 2022)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.diffusion import GridDenoiser, denoise, velocity_loss
from lab.tasks.text_to_image.networks import SMALLER, Colours, Reader, enlarge, one_wording, shrink


class GuidedDiffusion(Method):
    """``width``: channels. ``text``: numbers of a sentence. ``code``: of each 8 × 8 pixels.

    ``hidden``: channels of the denoiser. ``blur``: noise that the decoder learns to tolerate. ``draws``: noise levels
    at which each code is seen in a step. ``untold``: share of the sentences that a step withholds. ``steps``: from
    noise to code. ``guidance``: how far a drawing is pushed towards its sentence: 0 knows of none, 1 is what was
    learned.
    """

    def __init__(
        self,
        examples: Batch,
        width: int,
        text: int,
        code: int,
        hidden: int,
        blur: float,
        draws: int,
        untold: float,
        guidance: float,
        steps: int,
    ) -> None:
        super().__init__()
        self.blur, self.draws, self.untold, self.guidance, self.steps = blur, draws, untold, guidance, steps
        channels, height, across = examples["picture"].shape[1:]
        self.small = (code, height // SMALLER, across // SMALLER)
        self.colours = Colours(examples)
        self.reader = Reader(examples, text)
        self.nothing = nn.Parameter(torch.zeros(text))
        self.encoder = nn.Sequential(
            shrink(channels, width),
            nn.Conv2d(2 * width, code, 1),
            nn.BatchNorm2d(code, affine=False),  # codes of mean 0 and variance 1, like the noise
        )
        self.decoder = nn.Sequential(nn.Conv2d(code, 2 * width, 3, padding=1), nn.ReLU(), enlarge(channels, width))
        self.denoiser = GridDenoiser(self.small, hidden, blocks=3, told=text)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Both networks learn at once; the diffusion model takes codes as they are and does not move them."""
        picture = self.colours(batch["picture"])
        code = self.encoder(picture)
        reconstruction = functional.mse_loss(self.decoder(code + self.blur * torch.randn_like(code)), picture)
        told = self.reader(one_wording(batch["tokens"], self.training)).repeat(self.draws, 1)
        withheld = torch.rand(len(told), 1, device=told.device) < self.untold
        told = torch.where(withheld, self.nothing, told)
        diffusion = velocity_loss(
            lambda mixture, angle: self.denoiser(mixture, angle, told), code.detach().repeat(self.draws, 1, 1, 1)
        )
        return {"loss": reconstruction + diffusion, "reconstruction": reconstruction, "diffusion": diffusion}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The two losses, and no ``loss``: the last epoch is kept, for codes move while they are learned."""
        measured = self.loss(batch)
        return {"reconstruction": measured["reconstruction"], "diffusion": measured["diffusion"]}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """A drawing with ``guidance``, or with the batch's own where that is a number."""
        told = self.reader(one_wording(batch["tokens"], training=False))
        nothing = self.nothing.expand_as(told)
        scale = batch["guidance"].nan_to_num(self.guidance)[:, None, None, None]

        def guided(mixture: Tensor, angle: Tensor) -> Tensor:
            """Away from what is drawn without a sentence (their equation 6)."""
            with_it, without = self.denoiser(mixture, angle, told), self.denoiser(mixture, angle, nothing)
            return without + scale * (with_it - without)

        code = denoise(guided, batch["noise"][:, : self.small[0]], self.steps)
        return {"sample": self.colours.pixels(self.decoder(code))}
