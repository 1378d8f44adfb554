"""How pictures that a method draws are judged: by how far a set of them is from real ones, in some features."""

from __future__ import annotations

import math

import numpy as np
import torch

from lab.contract import Metric
from lab.words import term

FRECHET_DISTANCE = Metric(
    "frechet_distance",
    higher_is_better=False,
    digits=2,
    bounds=(0, None),
    biased=True,
    label=term("frechet_distance"),
)


def frechet_distance(real: np.ndarray, generated: np.ndarray) -> float:
    """Squared distance between the Gaussians fitted to two sets of features, (n, d) and (m, d).

    Heusel et al. 2017, equation 6: the squared distance of the means + Tr(A + B - 2 (AB)^½) for covariances A, B.
    NaN of a single picture, which has no covariance.
    """
    if min(len(real), len(generated)) < 2:
        return math.nan
    a, b = np.cov(real, rowvar=False), np.cov(generated, rowvar=False)
    values, vectors = np.linalg.eigh(a)
    root = vectors * np.sqrt(values.clip(0))  # root @ root.T is a, so root.T @ b @ root has the eigenvalues of ab
    overlap = np.sqrt(np.linalg.eigvalsh(root.T @ b @ root).clip(0)).sum()
    means = np.square(real.mean(axis=0) - generated.mean(axis=0)).sum()
    return max(0.0, float(means + np.trace(a) + np.trace(b) - 2 * overlap))  # rounding may leave less than nothing


def within_manifold(points: np.ndarray, reference: np.ndarray, neighbours: int = 3) -> np.ndarray:
    """Whether each of ``points`` (n, d) is as near to one of ``reference`` (m, d) as its third-nearest neighbour is.

    Kynkäänniemi et al. 2019, equation 1: of generated points in the manifold of real ones, the mean is precision;
    of real points in the manifold of generated ones, it is recall. Of fewer than four points, the farthest counts.
    """
    others = torch.tensor(reference)
    place = min(neighbours + 1, len(others))  # each point is its own nearest
    radii = torch.cdist(others, others).kthvalue(place, dim=1).values
    return (torch.cdist(torch.tensor(points), others) <= radii).any(dim=1).numpy()
