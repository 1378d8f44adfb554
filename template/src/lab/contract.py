"""What a task gives the machinery: one problem and a few methods. Nothing else is needed.

A *problem* is a module, ``problem.py``, with the names of ``Problem``. A *method* is a module of any
other name with one subclass of ``Method`` in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from lab.data_results import Kind
from lab.words import Text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from great_expectations.expectations import Expectation
    from matplotlib.figure import Figure

    from lab.data_settings import DataSettings
    from lab.train_settings import TrainSettings

Batch = dict[str, Tensor]
"""Some examples: each value has one row for each example."""

Examples = Batch | Dataset[Batch]
"""All examples of a split: tensors if they fit in memory, else a map-style dataset of single examples."""

Update = Callable[..., None]
"""``update(loss, optimizer="main")``: gradients, clipping and one step of the named optimizer."""


@dataclass(frozen=True)
class Metric:
    """A figure by which methods are judged. The first of ``Problem.metrics`` is the primary one."""

    name: str
    higher_is_better: bool
    unit: str = ""
    digits: int = 3
    bounds: tuple[float | None, float | None] = (None, None)
    """The lowest and the highest value that is possible, None where there is none: no interval goes beyond."""
    biased: bool = False
    """Whether few examples make it too high or too low on average, as they do a distance between distributions."""
    of_target: bool = False
    """Whether it is in the target's unit, ``data.unit`` of params.yaml; ``digits`` then follow from its size."""
    label: Text = ""
    """What it is called in print, as in ``{"en": "log loss", "zh-TW": …}``; without one, its name."""


@dataclass(frozen=True)
class Drawn:
    """A figure, and what documents say of it: each text as it is, or by language, ``{"en": …, "zh-TW": …}``."""

    figure: Figure
    caption: Text
    """What one sees. The seed and the methods that are shown are added."""
    alt: Text = ""
    """The same for those who cannot see it, with the numbers that it shows."""


@dataclass(frozen=True)
class Provenance:
    """Where data come from. ``kind`` is shown wherever the data are: synthetic data (``made``) must say so."""

    title: str
    kind: Kind
    source: str
    licence: str
    citation: str
    notes: str = ""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each downloaded file, by name."""


@dataclass(frozen=True)
class Pretrained:
    """Weights that a method begins with and that others have trained, for ``run.json`` and the model card."""

    name: str
    source: str
    """The package and its version, or the address."""
    licence: str
    sha256: str
    """Of the file, or of the weights as they were loaded."""
    citation: str = ""


@dataclass(frozen=True)
class Contents:
    """What the examples are, for the checks of the data: one entry for each row of ``examples.parquet``."""

    hashed: Iterable[bytes]
    """What each ``sha256`` is the digest of."""
    pictures: np.ndarray | None = None
    """(n, height, width) or (n, height, width, channels)."""
    texts: Sequence[str] | None = None
    table: pd.DataFrame | None = None
    """What a method may know of each example, without the answer."""
    target: str | None = None
    """The column of ``examples.parquet`` that has the answer."""
    sentences: bool = False
    """Whether the answers are sentences, as captions and translations are: then they are no classes."""
    sounds: np.ndarray | None = None
    """(n, samples)."""
    maps: np.ndarray | None = None
    """(n, height, width): the answer for each pixel of ``pictures``. Integers are classes, 255 where nobody knows;
    else quantities, NaN where nobody knows."""
    boxes: pd.DataFrame | None = None
    """A row for each object of ``pictures``: ``id`` of the example, ``label``, ``x``, ``y``, ``width``, ``height``."""
    series: pd.DataFrame | None = None
    """Values by time, where examples are windows of them: the index has the times, each column is a series."""
    classes: Sequence[str] = ()
    """Names of the classes of ``maps`` or ``boxes``, in the order of their numbers."""


class Problem(Protocol):
    """The question, and how answers to it are judged: the names that ``problem.py`` must have."""

    metrics: tuple[Metric, ...]
    """What ``score`` returns, the primary metric first."""
    targets: tuple[str, ...]
    """Keys of ``load``'s examples that are the answers: a method never sees them for a test example.

    What nobody knows of an answer may be NaN."""
    stratify: str | None
    """Column of ``examples.parquet`` whose shares each split keeps; None splits at random."""

    def collect(self, raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
        """Write the payload (pictures, sound, …) into ``raw``; return one row for each example, and its source.

        Columns: ``id`` (str), ``sha256`` of the example's content, and whatever describes it. A column
        ``group`` keeps examples that belong together in one split; those of a column ``held_out`` (bool) that are true
        are only tested, as outliers are that no method may know; ``date`` and ``until`` are when an example is, and
        when its answer is known, for ``split.method: time``. ``options`` is ``data:`` of params.yaml.
        """

    def expectations(self, examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
        """One Great Expectations rule or more for each column of ``examples``, the table that ``collect`` returned."""

    def load(self, raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
        """Examples of each split, in the order of its ids. Fit scalers and vocabularies on ``splits["train"]`` alone.

        ``splits`` has ``train``, ``validation`` and ``test``. Any further split that is returned is only
        predicted, for figures.
        """

    def score(self, predictions: pd.DataFrame) -> dict[str, float]:
        """A value for each of ``metrics``, from one row for each example of a split: ``id``, targets, predictions."""

    def figures(self, predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn | Figure]:
        """What a person wants to see first, by file name, from the first seed's predictions of each method.

        The rows are those of every predicted split (``validation``, ``test`` and what ``load`` adds), named in the
        column ``split``. It is called once for paper and once for slides, where letters are larger: leave font sizes
        as they are. Of many methods it is given the baseline and the champion. See ``lab.comparison.drawing``.
        """


# A problem may also have `contents(raw: Path, examples: DataFrame) -> Contents`. With it the data gate sees the payload
# itself: it finds stale digests, blank pictures, near-duplicates, features that are the answer, and suspicious labels.
#
# A problem may also have `measure(predictions: DataFrame) -> DataFrame`. It is called once for each run and split
# before `score`, to add columns that are costly to compute (features of a fixed network, say): `score` is called
# for hundreds of resamples of the examples.


# A problem may also have `references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]`:
# cheap classical methods by name. Each learns from the examples of `splits["train"]` and gives, for those of
# `splits["test"]` in their order, the columns that `predict` gives. Compare says whether the champion is better.


class Method(nn.Module):
    """An answer to the problem: ``loss`` says how it learns, ``predict`` what it answers.

    ``__init__(self, examples, **options)`` receives the training examples (sizes, means and scales come
    from there) and the method's entries in ``methods:`` of params.yaml.

    A method that does not learn by one loss and one optimizer defines
    ``train_step(self, batch, update) -> dict[str, Tensor]`` as well and calls ``update(loss, "name")``
    for each of its optimizers; see ``Update``.
    """

    pretrained: Sequence[Pretrained] = ()
    """What it begins with, if others have trained it: see ``lab.pretrained``."""

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Scalars: ``loss``, which is minimised, and any others worth watching. Shown and tracked for each epoch."""
        raise TypeError(f"{type(self).__name__} has neither loss nor train_step: add one of them")

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """Columns of ``predictions.parquet``: one row for each example, whatever else is in the batch."""
        raise TypeError(f"{type(self).__name__} has no predict: add it")

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Scalars on validation data. The weights with the lowest ``loss`` are kept; without one, the last are."""
        return self.loss(batch)

    def configure_optimizers(self, train: TrainSettings) -> dict[str, torch.optim.Optimizer]:
        """Optimizers by name. The schedule of params.yaml moves the learning rate of each.

        Parts that learn at rates of their own are groups, as in
        ``train.adamw([{"params": …}, {"params": …, "lr": …}])``.
        """
        return {"main": train.adamw(self.parameters())}

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The loss: what compilation and data parallelism wrap."""
        return self.loss(batch)
