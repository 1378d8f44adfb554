"""A multi-layer perceptron: it sees a list of pixels, and nothing says which of them are neighbours."""

from torch import Tensor, nn

from lab.classifier import Classifier
from lab.contract import Batch, Examples
from lab.data.labelled import some_labelled
from lab.distortion import distorted


class Perceptron(Classifier):
    """``width``: units in each of the two hidden layers; ``augment``: how far pictures are moved and turned."""

    def __init__(self, examples: Examples, width: int, augment: float) -> None:
        super().__init__()
        self.augment = augment
        some, classes = some_labelled(examples)
        shape = some["picture"].shape[1:]
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(shape.numel(), width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, classes),
        )

    def logits(self, batch: Batch) -> Tensor:
        picture = distorted(batch["picture"], self.augment) if self.training else batch["picture"]
        return self.layers(picture)
