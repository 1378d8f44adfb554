# The template's example. Delete this line when the method is your own.
"""A U-Net (Ronneberger, Fischer & Brox 2015): strokes are followed to the hole's edge, where they are seen, and beyond.

It works on squares of 2 × 2 pixels as if they were one pixel of four channels, which is four times as fast.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Examples
from lab.convolutions import Encoder, convolutions, enlarged
from lab.data.picture_maps import some_examples
from lab.tasks.inpainting.network import Filler

STEP = 2
"""Pixels that are one, down and across."""


class UNet(Filler):
    """``width``: channels at the largest size; twice as many at each of the ``depth`` smaller sizes."""

    def __init__(self, examples: Examples, width: int, depth: int) -> None:
        super().__init__()
        channels = some_examples(examples)["seen"].shape[1]
        self.encoder = Encoder((channels + 1) * STEP**2, width, depth)
        self.decoder = nn.ModuleList(convolutions(3 * wide, wide) for wide in reversed(self.encoder.widths[:-1]))
        self.answer = nn.Conv2d(width, channels * STEP**2, 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # convolutions are faster so

    def logits(self, seen: Tensor, hole: Tensor) -> Tensor:
        height, width = seen.shape[2:]
        whole = functional.pad(torch.cat([seen, hole], dim=1), (0, width % STEP, 0, height % STEP))
        *larger, found = self.encoder(functional.pixel_unshuffle(whole, STEP))
        for layers, skipped in zip(self.decoder, reversed(larger), strict=True):
            found = layers(torch.cat([enlarged(found, skipped), skipped], dim=1))
        return functional.pixel_shuffle(self.answer(found), STEP)[:, :, :height, :width]
