"""Examples that belong together are one piece of evidence: what is hard for one of them is hard for its neighbours.

Sentences of one review, molecules of one family, forecasts of one week: a bootstrap that draws single examples takes
them for independent, and its intervals are too narrow. So whole groups are drawn (the cluster bootstrap: Davison &
Hinkley 1997, "Bootstrap Methods and their Application", section 3.8; with blocks of time it is a block bootstrap).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.console import tell

Groups = list[np.ndarray]
"""The rows of each group."""


def rows_by_group(ids: pd.Series, group_of: pd.Series | None) -> Groups | None:
    """The rows of ``ids`` by their group, or None if each stands for itself. ``group_of`` is indexed by id.

    None too if all are of one group: of that group alone nothing is known about others, and ``compare`` says so.
    """
    if group_of is None:
        return None
    codes, names = pd.factorize(group_of.loc[ids].astype(str))
    if len(names) in (1, len(ids)):
        return None
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1])


def groups_of(examples: pd.DataFrame) -> pd.Series | None:
    """The column ``group`` of ``examples.parquet``, by id; None without one."""
    return examples.set_index("id")["group"] if "group" in examples else None


def warn_of_one(ids: pd.Series, group_of: pd.Series | None) -> None:
    """Say where intervals can only be about other examples of the same group."""
    if group_of is not None and len(ids) > 1 and group_of.loc[ids].nunique() == 1:
        tell("console.one_group")
