# The template's example. Delete this line when the method is your own.
"""Nearest neighbours among features that are learnt by contrast (Sohn et al. 2021, two-stage one-class classification).

The network learns which two pictures are the same one, moved and turned (Chen et al. 2020, SimCLR). What tells pictures
apart is then in its features, and what does not, such as where a stroke lies, is not: a distance between features says
more than one between pixels. How far a picture is from its nearest neighbour of training says how unusual it is.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch
from lab.distortion import distorted
from lab.embedding import Embedding, embedded
from lab.tasks.anomaly_detection.detector import Detector


class ContrastiveNeighbours(Detector):
    """``width``: channels of the network; ``augment``: how far pictures are moved and turned.

    ``temperature``: the lower, the more the nearest of the other pictures count.
    """

    pictures: Tensor

    def __init__(self, examples: Batch, width: int, augment: float, temperature: float) -> None:
        super().__init__()
        self.augment, self.temperature = augment, temperature
        self.network = Embedding(examples["picture"].shape[1:], width)
        self.projection = nn.Linear(self.network.size, 64)
        self.register_buffer("pictures", examples["picture"], persistent=False)
        self.known: Tensor | None = None

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Each picture is seen twice, and must be found again among all others of the batch (NT-Xent)."""
        views = torch.cat([distorted(batch["picture"], self.augment) for _ in range(2)])
        found = functional.normalize(self.projection(self.network(views)), dim=1).float()
        alike = (found @ found.T / self.temperature).fill_diagonal_(-torch.inf)
        same = torch.arange(len(views), device=views.device).roll(len(views) // 2)
        return {"loss": functional.cross_entropy(alike, same)}

    def train(self, mode: bool = True) -> "ContrastiveNeighbours":
        """Before and after training features are others: those of the training pictures are forgotten."""
        self.known = None
        return super().train(mode)

    def unusual(self, picture: Tensor) -> Tensor:
        """1 less the cosine of the angle to the nearest neighbour's features."""
        if self.known is None:
            self.known = functional.normalize(embedded(self.network, self.pictures), dim=1)
        found = functional.normalize(embedded(self.network, picture), dim=1)
        return 1 - (found @ self.known.T).amax(dim=1)
