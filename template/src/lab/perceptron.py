"""What networks for rows of numbers share: layers in which each unit sees all units of the layer before."""

from torch import nn


def perceptron(inputs: int, width: int, outputs: int, dropout: float = 0) -> nn.Sequential:
    """Two hidden layers of ``width`` units; a training step leaves out ``dropout`` of them, a share."""
    layers: list[nn.Module] = []
    for wide in (inputs, width):
        layers += [nn.Linear(wide, width), nn.ReLU(), *([nn.Dropout(dropout)] if dropout else [])]
    return nn.Sequential(*layers, nn.Linear(width, outputs))
