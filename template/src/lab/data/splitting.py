"""Which example goes into which split: seeded, by shares, and never half of a group here and half there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.settings import SplitSettings

NAMES = ("train", "validation", "test")


def split(examples: pd.DataFrame, settings: SplitSettings, stratify: str | None) -> pd.Series:
    """Name a split for each row: seeded, keeping a ``group`` together and the shares of ``stratify`` alike.

    Groups are shuffled, then dealt out within each class, so that each class and each split
    gets its share to within one group.
    """
    # Without groups, examples of the same content still belong together.
    groups = examples["group" if "group" in examples else "sha256"].astype(str)
    first = examples.assign(_group=groups.to_numpy()).drop_duplicates("_group")
    classes = first[stratify].astype(str) if stratify else pd.Series("all", index=first.index)
    random = np.random.default_rng(settings.seed)
    edges = np.cumsum([settings.test, settings.validation])
    assigned: dict[str, str] = {}
    for _, members in sorted(first.groupby(classes.to_numpy())):
        shuffled = random.permutation(members["_group"].to_numpy())
        # The offset deals the remainders of small classes to different splits instead of always to the last.
        position = (np.arange(len(shuffled)) + random.random()) / len(shuffled)
        for group, where in zip(shuffled, np.searchsorted(edges, position, side="right"), strict=True):
            assigned[group] = ("test", "validation", "train")[where]
    return groups.map(assigned).rename("split")
