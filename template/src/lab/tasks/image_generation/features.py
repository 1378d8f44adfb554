"""A fixed feature space for comparing sets of pictures, made by a network that has never seen MNIST.

Distances between pixels say little about pictures, so generators are judged in the features of a classifier.
Inception does this for photographs. Here it is a small network trained on another collection of handwritten
digits, scikit-learn's: no picture that a method learns from or is judged on has shaped it, and it is the same
for each method and seed.

Other pictures than scans of digits are seen by a network of random weights: it knows no kind of picture better than
another, which makes it a fair judge of any (Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics for Generative
Models").
"""

from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional

WIDTH = 32


class Encoder(nn.Module):
    """Pictures (n, 1, 28, 28) to features (n, 32), each with mean 0 and variance 1 over the digits it learned from."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(64 * 4 * 4, WIDTH),
            nn.BatchNorm1d(WIDTH, affine=False, momentum=None),  # no momentum: the mean over all batches
        )

    def forward(self, pictures: Tensor) -> Tensor:
        return self.layers(pictures)


def other_digits() -> tuple[Tensor, Tensor]:
    """Scikit-learn's digits drawn as MNIST's are, 20 pixels high in a frame of 28: (1797, 1, 28, 28), and labels."""
    digits = load_digits()
    small = torch.tensor(digits.images / digits.images.max()).unsqueeze(1)
    large = functional.interpolate(small, size=(20, 20), mode="bicubic")
    sharp = torch.sigmoid(10 * (large - 0.5))  # enlarged strokes are grey; those of MNIST are white with a thin rim
    return functional.pad(sharp, (4, 4, 4, 4)), torch.tensor(digits.target)


@cache
def encoder(epochs: int = 20, batch_size: int = 64) -> Encoder:
    """Train the encoder: seconds, with fixed seed, in float64 so that other machines agree in all digits shown."""
    pictures, labels = other_digits()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Encoder().double()
        head = nn.Linear(WIDTH, 10).double()
        classifier = nn.Sequential(network, nn.ReLU(), head)
        steps = epochs * (len(labels) // batch_size)
        optimizer = torch.optim.AdamW(classifier.parameters(), weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
        for _ in range(epochs):
            for rows in torch.randperm(len(labels)).split(batch_size)[: len(labels) // batch_size]:
                spread = torch.tensor([[0.12, 0.12, 0.08]], dtype=torch.float64)  # slant, size, place
                affine = (
                    torch.eye(2, 3, dtype=torch.float64) + torch.randn(len(rows), 2, 3, dtype=torch.float64) * spread
                )
                grid = functional.affine_grid(affine, [len(rows), 1, 28, 28], align_corners=False)
                moved = functional.grid_sample(pictures[rows], grid, align_corners=False)
                loss = functional.cross_entropy(classifier(moved), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
    return network.eval()


@cache
def stranger(channels: int) -> nn.Module:
    """A network that has learned nothing, the same for each method, seed and machine; of pictures of any size."""
    layers: list[nn.Module] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for inputs, outputs in ((channels, 32), (32, 64), (64, 128)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.ReLU()]
        layers += [nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * 128, WIDTH)]
        for layer in layers:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.orthogonal_(layer.weight, gain=2**0.5)
    return nn.Sequential(*layers).double().eval()


def features(pictures: np.ndarray, shape: tuple[int, int, int] = (1, 28, 28)) -> np.ndarray:
    """Features (n, 32) of pictures (n, channels · height · width) with values from 0 to 1."""
    network = encoder() if shape == (1, 28, 28) else stranger(shape[0])
    parts = torch.tensor(pictures, dtype=torch.float64).view(-1, *shape).split(256)
    with torch.no_grad():
        return torch.cat([network(part) for part in parts]).numpy()
