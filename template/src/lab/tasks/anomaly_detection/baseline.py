"""An autoencoder: what it cannot draw again from a few numbers is unlike what it has learnt from."""

from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.anomaly_detection.detector import Detector


class Autoencoder(Detector):
    """``width``: units of the hidden layers; ``code``: numbers from which a picture is drawn again."""

    def __init__(self, examples: Batch, width: int, code: int) -> None:
        super().__init__()
        pixels = examples["picture"][0].numel()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, width),
            nn.ReLU(),
            nn.Linear(width, code),
            nn.Linear(code, width),
            nn.ReLU(),
            nn.Linear(width, pixels),
        )

    def unusual(self, picture: Tensor) -> Tensor:
        """The mean squared error of what is drawn."""
        return (self.layers(picture) - picture.flatten(1)).square().mean(dim=1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": self.unusual(batch["picture"]).mean()}
