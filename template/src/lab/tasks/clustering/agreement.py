"""How well clusters agree with classes that no method has seen."""

from __future__ import annotations

import numpy as np


def agreement(label: np.ndarray, cluster: np.ndarray) -> dict[str, float]:
    """``nmi``, ``ari``, and ``accuracy`` (%) if each cluster is named after a class of its own, as well as can be.

    NMI is divided by the mean of both entropies; ARI is that of Hubert & Arabie (1985). Not a number where all examples
    are of one class. Clusters that no class is left for are wrong as a whole.
    """
    if len(np.unique(label)) < 2:
        return dict.fromkeys(("nmi", "ari", "accuracy"), float("nan"))
    table = counts(label, cluster)
    right = sum(int(table[one, name]) for one, name in matched(label, cluster).items())
    share = table / len(label)
    of_clusters, of_classes = share.sum(axis=1), share.sum(axis=0)
    shared = entropy(of_clusters) + entropy(of_classes) - entropy(share.ravel())
    both, in_cluster, in_class = (pairs(part) for part in (table.ravel(), table.sum(axis=1), table.sum(axis=0)))
    by_chance, most = in_cluster * in_class / pairs(np.array([len(label)])), (in_cluster + in_class) / 2
    return {
        "nmi": float(np.clip(2 * shared / (entropy(of_clusters) + entropy(of_classes)), 0, 1)),
        "ari": float((both - by_chance) / (most - by_chance)),
        "accuracy": 100 * right / len(label),
    }


def entropy(shares: np.ndarray) -> float:
    """In nats."""
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum())


def pairs(sizes: np.ndarray) -> float:
    """How many pairs can be made within groups of these sizes."""
    return float((sizes * (sizes - 1.0) / 2).sum())


def counts(label: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """(clusters, classes): how many examples of each class are in each cluster, by their numbers."""
    shape = 1 + int(cluster.max()), 1 + int(label.max())
    return np.bincount(cluster * shape[1] + label, minlength=shape[0] * shape[1]).reshape(shape)


def matched(label: np.ndarray, cluster: np.ndarray) -> dict[int, int]:
    """For each cluster the class that it is named after: each class once, most examples right (Kuhn 1955)."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(counts(label, cluster), maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True)}
