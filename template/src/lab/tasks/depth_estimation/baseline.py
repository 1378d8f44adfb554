"""An encoder-decoder: the picture is made smaller and smaller, then depth is drawn from what is left."""

from torch import Tensor, nn

from lab.contract import Batch, Examples
from lab.convolutions import convolutions, enlarged
from lab.tasks.depth_estimation.network import DepthNetwork


class EncoderDecoder(DepthNetwork):
    def __init__(self, examples: Examples, width: int, depth: int) -> None:
        super().__init__(examples, width, depth)
        self.decoder = nn.ModuleList(convolutions(2 * wide, wide) for wide in reversed(self.encoder.widths[:-1]))
        self.answer = nn.Conv2d(width, 1, 1)

    def maps(self, batch: Batch) -> list[Tensor]:
        *larger, found = self.encoded(batch)
        for step, like in zip(self.decoder, reversed(larger), strict=True):
            found = step(enlarged(found, like))
        return [self.answer(found)]
