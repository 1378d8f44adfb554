"""A multi-layer perceptron: it sees a list of pixels, and nothing says which of them are neighbours."""

from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Examples, Method
from lab.data.labelled import some_labelled
from lab.distortion import distorted


class Perceptron(Method):
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

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        picture = distorted(batch["picture"], self.augment) if self.training else batch["picture"]
        logits = self.layers(picture)
        accuracy = (logits.argmax(dim=1) == batch["label"]).float().mean()
        return {"loss": functional.cross_entropy(logits, batch["label"]), "accuracy": accuracy}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``log_probability``: (n, classes)."""
        return {"log_probability": self.layers(batch["picture"]).float().log_softmax(dim=1)}
