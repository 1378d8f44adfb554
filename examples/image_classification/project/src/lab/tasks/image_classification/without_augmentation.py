"""The residual network without distorted scans: what is left of it, the network itself has learned."""

from lab.contract import Examples
from lab.tasks.image_classification.novel import ResidualNetwork


class WithoutAugmentation(ResidualNetwork):
    """``width``: channels of the first block."""

    def __init__(self, examples: Examples, width: int) -> None:
        super().__init__(examples, width, augment=0.0)
