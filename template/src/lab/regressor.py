"""What methods that tell a quantity share: they learn it in standard deviations from its mean."""

from torch import Tensor

from lab.contract import Batch, Method


class Regressor(Method):
    """It knows the mean and the spread of ``target`` in training. A method of its own has ``standard_target`` and
    ``loss``, which asks for ``wanted``.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, examples: Batch) -> None:
        super().__init__()
        self.register_buffer("mean", examples["target"].mean())
        self.register_buffer("scale", examples["target"].std())

    def wanted(self, batch: Batch) -> Tensor:
        """(n,): ``target`` with mean 0 and variance 1 over training."""
        return (batch["target"] - self.mean) / self.scale

    def standard_target(self, batch: Batch) -> Tensor:
        """(n,): what is answered in place of ``wanted``."""
        raise TypeError(f"{type(self).__name__} has no standard_target: add it")

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``predicted``: (n,), in the unit of the target."""
        return {"predicted": self.mean + self.scale * self.standard_target(batch).float()}
