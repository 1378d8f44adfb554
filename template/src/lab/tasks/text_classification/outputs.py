"""What methods read and answer: the numbers that are no words; one output for two classes, else one for each class."""

import torch
from torch import Tensor
from torch.nn import functional

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


def accuracy(logits: Tensor, label: Tensor) -> Tensor:
    """Share of the texts whose likeliest class is right; of two equally likely ones the first is taken."""
    return (log_probability(logits).argmax(dim=1) == label).float().mean()
