# The template's example. Delete this line when the method is your own.
"""Latent diffusion (Rombach et al. 2022) that is told the sentence, and guided by it (Ho & Salimans 2022)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.diffusion import WAVES, Waves, denoise, velocity_loss
from lab.errors import UserError
from lab.tasks.text_to_image.networks import Colours, Reader, decoder, encoder, one_wording


class QuarterDenoiser(nn.Module):
    """Mixtures of noise and the codes of four quarters, (n, code · 4), to v: a Transformer, each quarter a token.

    What a digit looks like is learned once for all quarters; what the sentence says is told to each in its own way.
    """

    def __init__(self, code: int, width: int, layers: int, text: int) -> None:
        super().__init__()
        self.code = code
        self.waves = Waves()
        self.angle, self.enter = nn.Linear(WAVES, width), nn.Linear(code, width)
        self.told = nn.Linear(text, 4 * width)  # its bias tells the quarters apart
        layer = nn.TransformerEncoderLayer(
            width, 4, 2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, code))
        for value in self.leave[1].parameters():
            nn.init.zeros_(value)  # guess 0 at first

    def forward(self, mixture: Tensor, angle: Tensor, told: Tensor) -> Tensor:
        x = self.enter(mixture.view(-1, self.code, 4).transpose(1, 2))
        x = x + self.angle(self.waves(angle)).unsqueeze(1) + self.told(told).unflatten(1, (4, -1))
        return self.leave(self.blocks(x)).transpose(1, 2).flatten(1)


class GuidedDiffusion(Method):
    """``channels``: of the autoencoder. ``code``: numbers of each quarter of a picture. ``text``: of a sentence.

    ``width`` and ``layers``: of the denoiser. ``blur``: noise that the decoder learns to tolerate. ``draws``: noise
    levels at which each code is seen in a step. ``untold``: share of the sentences that a step withholds. ``steps``:
    from noise to code. ``guidance``: how far a drawing is pushed towards its sentence: 0 knows of none, 1 is what was
    learned.
    """

    def __init__(
        self,
        examples: Batch,
        channels: int,
        code: int,
        text: int,
        width: int,
        layers: int,
        blur: float,
        draws: int,
        untold: float,
        guidance: float,
        steps: int,
    ) -> None:
        super().__init__()
        self.blur, self.draws, self.untold, self.guidance, self.steps = blur, draws, untold, guidance, steps
        self.latent = 4 * code
        if self.latent > examples["noise"].shape[1]:
            raise UserError(f"params.yaml: methods.novel: code: {code}: at most {examples['noise'].shape[1] // 4}")
        shape = examples["picture"].shape[1:]
        self.colours = Colours(examples)
        self.reader = Reader(examples, text)
        self.nothing = nn.Parameter(torch.zeros(text))
        self.encoder = nn.Sequential(
            encoder(shape, channels, code),
            nn.Flatten(),
            nn.BatchNorm1d(self.latent, affine=False),  # codes of mean 0 and variance 1, like the noise
        )
        self.decoder = nn.Sequential(nn.Unflatten(1, (code, 2, 2)), decoder(shape, channels, code))
        self.denoiser = QuarterDenoiser(code, width, layers, text)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Both networks learn at once; the diffusion model takes codes as they are and does not move them."""
        picture = self.colours(batch["picture"])
        code = self.encoder(picture)
        reconstruction = functional.mse_loss(self.decoder(code + self.blur * torch.randn_like(code)), picture)
        told = self.reader(one_wording(batch["tokens"], self.training)).repeat(self.draws, 1)
        withheld = torch.rand(len(told), 1, device=told.device) < self.untold
        told = torch.where(withheld, self.nothing, told)
        diffusion = velocity_loss(
            lambda mixture, angle: self.denoiser(mixture, angle, told), code.detach().repeat(self.draws, 1)
        )
        return {"loss": reconstruction + diffusion, "reconstruction": reconstruction, "diffusion": diffusion}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The two losses, and no ``loss``: the last epoch is kept, for codes move while they are learned."""
        measured = self.loss(batch)
        return {"reconstruction": measured["reconstruction"], "diffusion": measured["diffusion"]}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """A drawing with ``guidance``, or with the batch's own where that is not negative."""
        told = self.reader(one_wording(batch["tokens"], training=False))
        nothing = self.nothing.expand_as(told)
        asked = batch["guidance"].unsqueeze(1)
        scale = torch.where(asked < 0, self.guidance, asked)

        def guided(mixture: Tensor, angle: Tensor) -> Tensor:
            """Away from what is drawn without a sentence (their equation 6)."""
            with_it, without = self.denoiser(mixture, angle, told), self.denoiser(mixture, angle, nothing)
            return without + scale * (with_it - without)

        code = denoise(guided, batch["noise"][:, : self.latent], self.steps)
        return {"sample": self.colours.pixels(self.decoder(code))}
