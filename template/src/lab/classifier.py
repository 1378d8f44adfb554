"""What methods that tell classes apart share: how they learn, and what they answer."""

import torch
from torch import Tensor
from torch.nn import functional

from lab.contract import Batch, Method


class Classifier(Method):
    """It learns by cross-entropy to ``label`` (n,); a method of its own has ``logits``, which say how it sees."""

    def logits(self, batch: Batch) -> Tensor:
        """(n, classes): the larger, the more probable. It may distort what it sees while ``self.training``."""
        raise TypeError(f"{type(self).__name__} has no logits: add it")

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        logits = self.logits(batch)
        accuracy = (logits.argmax(dim=1) == batch["label"]).float().mean()
        return {"loss": functional.cross_entropy(logits, batch["label"]), "accuracy": accuracy}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``log_probability``: (n, classes)."""
        return {"log_probability": torch.log_softmax(self.logits(batch).float(), dim=1)}
