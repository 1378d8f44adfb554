"""The classical reference: connected components of light or dark pixels, and a forest that says what each is."""

from __future__ import annotations

import numpy as np
from PIL import Image

from lab.contract import Batch
from lab.data.boxes import NOTHING, overlap
from lab.forests import fitted

SIDE, LEAST, MOST = 12, 3, 20
"""Pixels that a component is brought to, that it has at least on its longer side; components of a picture."""
SAME = 0.5
"""Intersection over union from which on a component is an object, when the forest learns."""


def otsu(shades: np.ndarray) -> float:
    """The shade that divides a picture best into two kinds of pixels (Otsu 1979)."""
    counts = np.bincount(shades.ravel(), minlength=256).astype(float)
    below, total = counts.cumsum(), (counts * np.arange(256)).cumsum()
    above = below[-1] - below
    means = total / np.maximum(below, 1), (total[-1] - total) / np.maximum(above, 1)
    return float(np.argmax(below * above * (means[0] - means[1]) ** 2))


def components(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of the largest connected parts of a picture, (n, 4), and what a forest sees of each: pixels and size.

    The picture is (channels, height, width), uint8.
    """
    from scipy import ndimage

    grey = picture.mean(axis=0).astype(np.uint8)
    light = grey > otsu(grey)
    places = [
        place for side in (light, ~light) for place in ndimage.find_objects(ndimage.label(side, np.ones((3, 3)))[0])
    ]
    found = np.array([[x.start, y.start, x.stop - x.start, y.stop - y.start] for y, x in places], float).reshape(-1, 4)
    areas = found[:, 2:].prod(axis=1)
    fit = (found[:, 2:].max(axis=1) >= LEAST) & (areas < 0.9 * grey.size)
    found = found[fit][np.argsort(-areas[fit], kind="stable")[:MOST]]
    seen = []
    for x, y, width, height in found.astype(int):
        cut = Image.fromarray(grey[y : y + height, x : x + width]).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        shades = np.asarray(cut, float)
        seen.append([*((shades - shades.mean()) / max(shades.std(), 1)).ravel(), width, height, shades.std()])
    return found, np.array(seen).reshape(-1, SIDE**2 + 3)


def judged_components(train: Batch, test: Batch) -> np.ndarray:
    """(test examples, MOST, 6): x, y, width, height, class and score, as methods answer."""
    from sklearn.ensemble import ExtraTreesClassifier

    learnt, asked = ([components(picture) for picture in part["picture"].numpy()] for part in (train, test))
    none, kinds = 1 + int(train["classes"].max()), []  # after all classes: no object
    for (found, _), truth, classes in zip(learnt, train["boxes"].numpy(), train["classes"].numpy(), strict=True):
        there = classes != NOTHING
        fits = np.column_stack([overlap(found, truth[there].astype(float)), np.full(len(found), SAME)])
        kinds.append(np.array([*classes[there], none])[fits.argmax(axis=1)])
    forest = ExtraTreesClassifier(100, min_samples_leaf=2, random_state=0)
    forest = fitted(forest, np.concatenate([seen for _, seen in learnt]), np.concatenate(kinds))
    judged = forest.predict_proba(np.concatenate([seen for _, seen in asked]))[:, forest.classes_ < none]
    answers = np.zeros((len(asked), MOST, 6), np.float32)
    starts = np.cumsum([len(found) for found, _ in asked])[:-1]
    for answer, (found, _), sure in zip(answers, asked, np.split(judged, starts), strict=True):
        best = np.argsort(-sure, axis=None, kind="stable")[:MOST]
        which, kind = np.unravel_index(best, sure.shape)
        answer[: len(best)] = np.column_stack([found[which], forest.classes_[kind], sure[which, kind]])
    return answers
