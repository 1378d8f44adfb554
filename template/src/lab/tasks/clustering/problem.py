# The template's example. Delete this line when the problem and its data are your own.
"""Sort pictures into kinds that nobody has named; the demo data are scans of digits, whose labels only judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.data.labelled import collect_pictures
from lab.data.mnist import collect_scans, scan_rules
from lab.data.rules import class_rules, picture_rules
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import write_json
from lab.tasks.clustering.agreement import agreement

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""
CLUSTERS = "clusters.json"
MOST = 5000
"""Training pictures that the classical references learn from: the time of some grows with their square."""
NOTES = "The labels stratify the split and judge the clusters; no method sees them, though each is told their number."

metrics = (
    Metric("nmi", higher_is_better=True, bounds=(0, 1), biased=True, label="NMI"),
    Metric("ari", higher_is_better=True, bounds=(-1, 1), label="ARI"),
    Metric(
        "accuracy",
        higher_is_better=True,
        unit="%",
        digits=1,
        bounds=(0, 100),
        biased=True,
        label={"en": "accuracy after matching", "zh-TW": "配對後準確率"},
    ),
)
targets = ("label",)
stratify = "label"


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``, (n, height, width[, 3]), uint8; ``label``; ``clusters.json``: how many clusters to make.

    Own pictures are a folder with a folder for each class, or a table: without classes nobody could judge the clusters.
    """
    wanted = options.own(clusters=None)["clusters"]
    if options.source == "demo":
        examples, source = collect_scans(raw, NOTES)
    else:
        plain = {key: value for key, value in options.record().items() if key != "clusters"}
        examples, source = collect_pictures(raw, DataSettings.model_validate(plain))
    wanted = examples["label"].nunique() if wanted is None else wanted
    if not isinstance(wanted, int) or not 2 <= wanted <= len(examples) // 10:
        most = len(examples) // 10
        raise UserError(
            f"params.yaml: data.clusters: {wanted}: it must be a number from 2 to {most}, a tenth of the data"
        )
    write_json(raw / CLUSTERS, wanted)
    return examples, source


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    if options.source == "demo":  # whose rules are in lab/data/mnist.py; yours are below
        return scan_rules()
    return [*class_rules(), *picture_rules(examples, smallest=4, fewest=50)]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``: (n, channels, height, width), float, from 0 to 1. ``row``: (n,), its number.

    ``label``: (n,), the class's number; -1 in training, where nobody says it. ``clusters``: (n,), how many to make.
    """
    pixels = torch.from_numpy(np.load(raw / "pictures.npy"))
    pictures = (pixels.unsqueeze(1) if pixels.ndim == 3 else pixels.movedim(3, 1)).contiguous() / 255
    table = pd.read_parquet(raw / "examples.parquet", columns=["id", "label"])
    place, labels = pd.Series(range(len(table)), table["id"]), torch.tensor(pd.factorize(table["label"], sort=True)[0])
    clusters = json.loads((raw / CLUSTERS).read_text(encoding="utf-8"))
    examples: dict[str, Examples] = {}
    for name, ids in splits.items():
        rows = torch.tensor(place.loc[ids].to_numpy())
        examples[name] = {
            "picture": pictures[rows],
            "row": rows,
            "clusters": torch.full((len(rows),), clusters),
            "label": torch.full((len(rows),), -1) if name == "train" else labels[rows],
        }
    return examples


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """k-means, a mixture of Gaussians, and two that merge or cut a graph of neighbours: all on pixels.

    The last two know training pictures alone: a test picture is in the cluster of its nearest neighbour.
    """
    from sklearn.cluster import AgglomerativeClustering, KMeans, SpectralClustering
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture
    from sklearn.neighbors import KNeighborsClassifier

    examples: Any = load(raw, splits)
    number = int(examples["train"]["clusters"][0])
    train, test = (examples[name]["picture"].flatten(1).numpy() for name in ("train", "test"))
    train = train[:MOST]
    components = PCA(min(50, *train.shape), random_state=0).fit(train)
    few, seen = components.transform(train), components.transform(test)
    near = min(10, len(train) - 1)
    graph = SpectralClustering(number, affinity="nearest_neighbors", n_neighbors=near, random_state=0)
    neighbour = KNeighborsClassifier(1)
    found = {
        "k_means": KMeans(number, n_init=10, random_state=0).fit(train).predict(test),
        "gaussian_mixture": GaussianMixture(number, reg_covar=1e-3, random_state=0).fit(few).predict(seen),
        "ward": neighbour.fit(few, AgglomerativeClustering(number).fit_predict(few)).predict(seen),
        "spectral": neighbour.fit(few, graph.fit_predict(few)).predict(seen),
    }
    more = {"distance": np.zeros(len(test)), "feature": seen}
    return {name: {"cluster": cluster, **more} for name, cluster in found.items()}


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """How well clusters agree with classes, whatever the clusters are called: see ``agreement``."""
    return agreement(predictions["label"].to_numpy(), predictions["cluster"].to_numpy())


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """The pictures nearest to each centre, which classes are in which cluster, and a map of the features."""
    from lab.tasks.clustering.drawing import draw_nearest
    from lab.tasks.clustering.maps import draw_map
    from lab.tasks.clustering.tables import draw_table

    table = pd.read_parquet(RAW / "examples.parquet", columns=["id", "label"])
    names = [str(name) for name in pd.factorize(table["label"], sort=True)[1]]
    tests = {method: frame[frame["split"] == "test"].reset_index(drop=True) for method, frame in predictions.items()}
    return {
        "nearest": draw_nearest(tests, names, table, RAW),
        "table": draw_table(tests, names),
        "map": draw_map(tests, names),
    }


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures = np.load(raw / "pictures.npy")
    return Contents(hashed=(picture.tobytes() for picture in pictures), pictures=pictures, target="label")
