"""What all methods of this task have in common: features of pictures, and the clusters of those features."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.embedding import Embedding, embedded


class Clusterer(Method):
    """Learns ``features`` of pictures; their clusters in the training split are found once it has learnt.

    ``width``: channels of the network.
    """

    pictures: Tensor

    def __init__(self, examples: Batch, width: int) -> None:
        super().__init__()
        self.clusters = int(examples["clusters"][0])
        network = Embedding(examples["picture"].shape[1:], width)
        self.network = nn.Sequential(network, nn.Linear(network.size, 4 * width))
        self.register_buffer("pictures", examples["picture"], persistent=False)
        self.centres: Tensor | None = None

    def features(self, picture: Tensor) -> Tensor:
        """(n, 4 * ``width``), each of length 1."""
        return functional.normalize(embedded(self.network, picture).float(), dim=1)

    def train(self, mode: bool = True) -> Clusterer:
        """Before and after training features are others: their clusters are forgotten."""
        self.centres = None
        return super().train(mode)

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``cluster``: the nearest centre's number. ``distance``: to that centre. ``feature``: see ``features``."""
        if self.centres is None:
            self.centres = k_means(self.features(self.pictures), self.clusters, starts=10)[0]
        found = self.features(batch["picture"])
        distance, cluster = torch.cdist(found, self.centres).min(dim=1)
        return {"cluster": cluster, "distance": distance, "feature": found}


def k_means(features: Tensor, clusters: int, starts: int) -> tuple[Tensor, Tensor]:
    """Centres (clusters, …) and the cluster of each row: the best of so many ``starts``."""
    from sklearn.cluster import KMeans

    found = KMeans(min(clusters, len(features)), n_init=starts, random_state=0).fit(features.cpu().numpy())
    centres, labels = found.cluster_centers_.astype(np.float32), found.labels_.astype(np.int64)
    return torch.from_numpy(centres).to(features.device), torch.from_numpy(labels).to(features.device)
