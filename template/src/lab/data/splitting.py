"""Which example goes into which split: by shares, seeded or by time, and never half of a group here, half there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.data.time_splitting import LEFT_OUT, ORDER, split_by_time
from lab.errors import UserError
from lab.settings import SplitSettings

NAMES = ORDER
HELD_OUT = "held_out"
"""A column of ``examples.parquet``, true or false: what is true is in the test split, and nowhere else."""


def split(
    examples: pd.DataFrame,
    settings: SplitSettings,
    stratify: str | None,
    duplicates: list[list[str]] | None = None,
    fold: int | None = None,
) -> pd.Series:
    """Name a split for each row: seeded, keeping a ``group`` together and the shares of ``stratify`` alike.

    ``duplicates`` are ids of near-duplicates, which belong together as well. With ``fold``, one of ``settings.folds``
    parts is for testing instead of the share ``settings.test``, and each group is in it in one of the folds.

    Groups are shuffled, then distributed within each class, so that each class and each split
    gets its share to within one group. With ``split.method: time`` dates decide instead: see ``split_by_time``.
    What is held out, and its group, is in the test split (of every fold): the shares are those of the others. By time
    the others of its group are left out, for the test split begins at a date.
    """
    # Without groups, examples of the same content still belong together.
    groups = examples["group" if "group" in examples else "sha256"].astype(str)
    if duplicates:
        groups = merged(groups, examples["id"], duplicates)
    if HELD_OUT in examples:
        away = groups.isin(groups[is_held_out(examples)])
        others = examples[~away].drop(columns=HELD_OUT)
        named = split(others, settings, stratify, duplicates, fold).reindex(examples.index, fill_value="test")
        return named.mask(away & ~is_held_out(examples), LEFT_OUT) if settings.method == "time" else named
    if settings.method == "time":
        return split_by_time(examples, groups, settings)
    first = examples.assign(_group=groups.to_numpy()).drop_duplicates("_group")
    classes = first[stratify].astype(str) if stratify else pd.Series("all", index=first.index)
    random = np.random.default_rng(settings.seed)
    tested = settings.test if fold is None else 1 / settings.folds
    edges = np.cumsum([tested, settings.validation])
    assigned: dict[str, str] = {}
    for _, members in sorted(first.groupby(classes.to_numpy())):
        shuffled = random.permutation(members["_group"].to_numpy())
        # The offset deals the remainders of small classes to different splits instead of always to the last.
        position = (np.arange(len(shuffled)) + random.random()) / len(shuffled)
        if fold is not None:
            position = (position - fold / settings.folds) % 1
        places = np.searchsorted(edges, position, side="right")
        for place in range(len(NAMES)) if len(shuffled) >= len(NAMES) else ():
            if place not in places:  # a small class's share of a split may be less than one, and each must have one
                places[np.argmax(places == np.bincount(places).argmax())] = place
        for group, place in zip(shuffled, places, strict=True):
            assigned[group] = ("test", "validation", "train")[place]
    return groups.map(assigned).rename("split")


def is_held_out(examples: pd.DataFrame) -> pd.Series:
    """Which rows may be in the test split alone: none, where no column says so.

    Raises:
        UserError: the column has other values than true and false.
    """
    if HELD_OUT not in examples:
        return pd.Series(False, index=examples.index)
    if not pd.api.types.is_bool_dtype(examples[HELD_OUT]):
        raise UserError(
            f"data/raw/examples.parquet: {HELD_OUT} is {examples[HELD_OUT].dtype}: it must be true or false"
        )
    return examples[HELD_OUT]


def merged(groups: pd.Series, ids: pd.Series, duplicates: list[list[str]]) -> pd.Series:
    """Groups, those united that share near-duplicates: each has the name of its first row's group."""
    if not duplicates:
        return groups
    heads: dict[str, str] = {}

    def head(name: str) -> str:
        while name in heads:
            name = heads[name]
        return name

    group_of = dict(zip(ids.astype(str), groups, strict=True))
    for cluster in duplicates:
        known = [head(group_of[identity]) for identity in cluster if identity in group_of]
        for other in known[1:]:
            if head(other) != head(known[0]):
                heads[head(other)] = head(known[0])
    return groups.map(head) if heads else groups
