# The template's example. Delete this line when the method is your own.
"""DeepCluster (Caron et al. 2018): the clusters that a network makes are what it learns next.

Now and then k-means sorts the features of all training pictures. Until the next time the network learns to tell these
clusters apart as if they were classes, on pictures that are moved and turned: so it must find what a cluster has in
common, and its features get better, and with them the clusters.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch
from lab.distortion import distorted
from lab.tasks.clustering.clusterer import Clusterer, k_means


class DeepCluster(Clusterer):
    """``pseudo_classes``: clusters that are learnt from, some more than are asked for in the end.

    ``every``: epochs until the next k-means. ``augment``: how far pictures are moved and turned.
    """

    pseudo_label: Tensor
    seen: Tensor
    rows: Tensor

    def __init__(self, examples: Batch, width: int, pseudo_classes: int, every: int, augment: float) -> None:
        super().__init__(examples, width)
        self.every, self.augment = every, augment
        self.head = nn.Linear(4 * width, pseudo_classes)
        # A run that was interrupted goes on with these.
        self.register_buffer("pseudo_label", torch.zeros(1 + int(examples["row"].max()), dtype=torch.int64))
        self.register_buffer("seen", torch.tensor(every * len(examples["row"])))
        self.register_buffer("rows", examples["row"], persistent=False)

    @torch.no_grad()
    def sort(self) -> None:
        """New pseudo-labels; the layer that told the old ones apart forgets them."""
        was_training = self.training
        self.eval()
        _, found = k_means(whitened(self.features(self.pictures)), self.head.out_features, starts=1)
        self.pseudo_label[self.rows] = found
        self.train(was_training)
        for part in self.head.parameters():
            part.zero_()
        self.seen.zero_()

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the pseudo-labels. Each counts as much as another, however few pictures have it."""
        if self.seen >= self.every * len(self.pictures):
            self.sort()
        self.seen += len(batch["row"])
        label = self.pseudo_label[batch["row"]]
        logits = self.head(functional.relu(self.network(distorted(batch["picture"], self.augment))))
        sizes = torch.bincount(self.pseudo_label[self.rows], minlength=self.head.out_features)
        loss = functional.cross_entropy(logits, label, weight=1 / sizes.clamp(min=1))
        return {"loss": loss, "accuracy": (logits.argmax(dim=1) == label).float().mean()}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """How often a picture and its moved and turned copy are told to be of one pseudo-class; no loss: see contract.

        The loss says nothing of validation pictures, which have no pseudo-label, and starts anew with each k-means.
        """
        views = (batch["picture"], distorted(batch["picture"], self.augment))
        first, second = (self.head(functional.relu(self.network(view))).argmax(dim=1) for view in views)
        return {"agreement": (first == second).float().mean()}


def whitened(features: Tensor) -> Tensor:
    """Features in directions that are uncorrelated and vary alike, each again of length 1 (as Caron et al. do)."""
    centred = features - features.mean(dim=0)
    variance, directions = torch.linalg.eigh(centred.T @ centred / len(centred))
    return functional.normalize(centred @ directions / (variance.clamp(min=0).sqrt() + 1e-3), dim=1)
