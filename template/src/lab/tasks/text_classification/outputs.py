"""What methods read and answer: the numbers that are no words; one output for two classes, else one for each."""

import torch
from torch import Tensor
from torch.nn import functional

from lab.classifier import Classifier
from lab.contract import Batch

PADDING, UNKNOWN = 0, 1
"""Numbers of what fills a short text up, and of every word that the training split does not know."""


def outputs(examples: Batch) -> int:
    """How many numbers tell the classes apart."""
    classes = examples["opinion"].shape[1]
    return 1 if classes == 2 else classes


def cross_entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    """Of logits (n, outputs) to classes (n,), or to shares of them (n, classes)."""
    if logits.shape[1] > 1:
        return functional.cross_entropy(logits, wanted)
    positive = wanted[:, 1] if wanted.ndim == 2 else wanted.float()
    return functional.binary_cross_entropy_with_logits(logits[:, 0], positive)


def log_probability(logits: Tensor) -> Tensor:
    """(n, outputs) to (n, classes)."""
    if logits.shape[1] > 1:
        return logits.log_softmax(dim=1)
    return torch.cat([functional.logsigmoid(-logits), functional.logsigmoid(logits)], dim=1)


class TextClassifier(Classifier):
    """A classifier whose ``logits`` are (n, outputs): see ``outputs``."""

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        logits = self.logits(batch)
        right = log_probability(logits).argmax(dim=1) == batch["label"]  # of two as likely ones, the first is taken
        return {"loss": cross_entropy(logits, batch["label"]), "accuracy": right.float().mean()}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``log_probability``: (n, classes)."""
        return {"log_probability": log_probability(self.logits(batch))}
