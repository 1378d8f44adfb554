"""An encoder-decoder: what it sees is made smaller and smaller, then a mask is drawn from what is left."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Examples, Method
from lab.convolutions import Encoder, convolutions, enlarged
from lab.data.picture_maps import UNKNOWN, some_examples


class EncoderDecoder(Method):
    """``width``: channels at full size; twice as many at each of the ``depth`` smaller sizes."""

    mean: Tensor
    scale: Tensor

    def __init__(self, examples: Examples, width: int, depth: int) -> None:
        super().__init__()
        seen = some_examples(examples)
        channels, known = seen["picture"].shape[1], seen["mask"][seen["mask"] != UNKNOWN]
        classes = 1 + int(known.max())
        self.register_buffer("mean", seen["picture"].mean())
        self.register_buffer("scale", seen["picture"].std())
        self.encoder = Encoder(channels, width, depth)
        widths = reversed(self.encoder.widths[:-1])
        self.decoder = nn.ModuleList(convolutions(self.decoder_inputs(wide), wide) for wide in widths)
        self.answer = nn.Conv2d(width, classes, 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # convolutions are faster so

    def decoder_inputs(self, width: int) -> int:
        """Channels that arrive where ``width`` of them leave: those of the smaller size."""
        return 2 * width

    def joined(self, above: Tensor, skipped: Tensor) -> Tensor:
        """What is drawn from: of ``skipped``, which the encoder saw at this size, the size alone."""
        return enlarged(above, skipped)

    def logits(self, batch: Batch) -> Tensor:
        """(n, classes, height, width)."""
        *seen, found = self.encoder((batch["picture"] - self.mean) / self.scale)
        for layers, skipped in zip(self.decoder, reversed(seen), strict=True):
            found = layers(self.joined(found, skipped))
        return self.answer(found)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the known pixels, and their accuracy."""
        logits, mask = self.logits(batch), batch["mask"].long()
        known = mask != UNKNOWN
        right = (logits.argmax(dim=1) == mask)[known].float().sum() / known.sum().clamp(min=1)
        total = functional.cross_entropy(logits, mask, ignore_index=UNKNOWN, reduction="sum")
        return {"loss": total / known.sum().clamp(min=1), "pixel_accuracy": right}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``predicted``: (n, height, width), the number of each pixel's class."""
        return {"predicted": self.logits(batch).argmax(dim=1).to(torch.uint8)}
