# The template's example. Delete this line when the method is your own.
"""A U-Net (Ronneberger, Fischer & Brox 2015): the decoder sees again what the encoder saw at each size.

So it knows both what a thing is, from the small sizes, and where exactly it ends, from the large ones.
"""

import torch
from torch import Tensor

from lab.convolutions import enlarged
from lab.tasks.image_segmentation.baseline import EncoderDecoder


class UNet(EncoderDecoder):
    """The baseline with skip connections: all else is the same, so that they are what is compared."""

    def decoder_inputs(self, width: int) -> int:
        """Channels of the smaller size, and those that the encoder saw at this size."""
        return 3 * width

    def joined(self, above: Tensor, skipped: Tensor) -> Tensor:
        """What came from the smaller size, and beside it what the encoder saw."""
        return torch.cat([enlarged(above, skipped), skipped], dim=1)
