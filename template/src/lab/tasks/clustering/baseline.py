"""k-means among the features of a denoising autoencoder (Vincent et al. 2008)."""

from torch import Tensor, nn

from lab.contract import Batch
from lab.distortion import distorted
from lab.tasks.clustering.clusterer import Clusterer


class DenoisingAutoencoder(Clusterer):
    """It sees pictures as the novel method does, moved and turned by ``augment``, and draws them as they were.

    ``hidden``: units of the layer that draws.
    """

    def __init__(self, examples: Batch, width: int, hidden: int, augment: float) -> None:
        super().__init__(examples, width)
        self.augment = augment
        pixels = examples["picture"][0].numel()
        self.drawing = nn.Sequential(nn.Linear(4 * width, hidden), nn.ReLU(), nn.Linear(hidden, pixels))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        drawn = self.drawing(self.network(distorted(batch["picture"], self.augment)))
        return {"loss": (drawn - batch["picture"].flatten(1)).square().mean()}
