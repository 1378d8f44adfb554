"""How the data stages grow: seconds of collect's files, validation and split for more rows and more files.

``uv run benchmarks/data.py`` prints two tables and the ratio of validation to the same rules by hand in pandas.
``--rows 1e7`` goes further; ``--only rules`` prints the ratio alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "template/src"))

from lab.contract import Contents  # noqa: E402
from lab.data.gate import check  # noqa: E402
from lab.data.inspection import validate  # noqa: E402
from lab.data.rules import leakage_rules  # noqa: E402
from lab.data.splitting import split  # noqa: E402
from lab.files import sha256, tree_digest  # noqa: E402
from lab.settings import SplitSettings  # noqa: E402

SETTINGS = SplitSettings(validation=0.15, test=0.25, seed=0)


def table(rows: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    ids = [f"{row:08d}" for row in range(rows)]
    label = random.integers(0, 3, rows)
    return pd.DataFrame(
        {
            "id": ids,
            "sha256": [sha256(identity.encode()) for identity in ids],
            "label": np.array(["cat", "dog", "owl"])[label],
            "length": random.normal(20 + 5 * label, 4).clip(1),
            "weight": random.lognormal(label, 0.5),
            "year": random.integers(1990, 2025, rows),
            "place": random.choice(["Taipei", "Tainan", "Hualien"], rows),
        }
    )


def rules() -> list[Any]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnValuesToMatchRegex(column="sha256", regex="^[0-9a-f]{64}$"),
        gxe.ExpectColumnValuesToNotBeNull(column="weight"),
        gxe.ExpectColumnValuesToBeBetween(column="length", min_value=0, max_value=100),
        gxe.ExpectColumnValuesToBeBetween(column="year", min_value=1990, max_value=2025),
        gxe.ExpectColumnValuesToBeInSet(column="place", value_set=["Taipei", "Tainan", "Hualien"]),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="label", value_set=["cat", "dog", "owl"]),
        gxe.ExpectColumnValueLengthsToBeBetween(column="place", min_value=1, max_value=20),
    ]


def by_hand(rows: pd.DataFrame) -> bool:
    """The same eight rules."""
    return not any(
        (
            rows["id"].duplicated(keep=False).any(),
            (~rows["sha256"].str.match("^[0-9a-f]{64}$")).any(),
            rows["weight"].isna().any(),
            (~rows["length"].between(0, 100)).any(),
            (~rows["year"].between(1990, 2025)).any(),
            (~rows["place"].isin(["Taipei", "Tainan", "Hualien"])).any(),
            set(rows["label"].unique()) != {"cat", "dog", "owl"},
            (~rows["place"].str.len().between(1, 20)).any(),
        )
    )


def seconds(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def compare_rules(rows: int, rounds: int) -> None:
    data = table(rows)
    check("warm up", data.head(100), rules())
    pairs = [(seconds(lambda: check("raw", data, rules())), seconds(lambda: by_hand(data))) for _ in range(rounds)]
    ours, hand = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(one / other for one, other in pairs)
    print(f"8 rules on {rows:,} rows: gate {ours:.2f} s, by hand {hand:.2f} s: {ratio:.2f}")


def grow_rows(counts: list[int], folder: Path) -> None:
    print(f"{'rows':>12} {'write':>8} {'digest':>8} {'validate':>9} {'split':>8}   seconds")
    for count in counts:
        data = table(count)
        raw = folder / str(count)
        raw.mkdir()
        write = seconds(lambda: data.to_parquet(raw / "examples.parquet", index=False))  # noqa: B023
        digest = seconds(lambda: tree_digest(raw))  # noqa: B023
        problem: Any = SimpleNamespace(stratify="label", contents=as_table)
        source: Any = {"licence": "CC0", "citation": "x", "digest": tree_digest(raw)}
        held = seconds(lambda: validate(problem, rules(), raw, data, source))  # noqa: B023
        print(f"{count:>12,} {write:>8.2f} {digest:>8.2f} {held:>9.2f} {seconds(lambda: divide(data)):>8.2f}")  # noqa: B023


def as_table(raw: Path, rows: pd.DataFrame) -> Contents:
    features = rows[["length", "weight", "year", "place"]]
    return Contents((identity.encode() for identity in rows["id"]), table=features, target="label")


def divide(data: pd.DataFrame) -> None:
    rows = data.assign(split=split(data, SETTINGS, "label"))
    for kind, column in {"content": "sha256", "class": "label", "near_duplicates": "id"}.items():
        rows[f"splits_of_{kind}"] = rows.groupby(column)["split"].transform("nunique")
    assert check("splits", rows, leakage_rules(data, "label"))["success"]


def grow_files(counts: list[int], folder: Path) -> None:
    """Pictures of 32 × 32 as files, and the same as one array."""
    print(f"{'files':>12} {'write':>8} {'digest':>8} {'one file':>9} {'validate':>9}   seconds")
    random = np.random.default_rng(0)
    for count in counts:
        rows = table(count).drop(columns=["length", "weight", "year", "place"])
        pictures = random.integers(0, 256, (count, 32, 32), dtype=np.uint8)
        rows["sha256"] = [sha256(picture.tobytes()) for picture in pictures]
        many, one = folder / f"{count}-files", folder / f"{count}-array"
        for path in (many, one):
            path.mkdir()
        write = seconds(lambda: save_each(pictures, many))  # noqa: B023
        np.save(one / "pictures.npy", pictures)
        digests = [seconds(lambda path=path: tree_digest(path)) for path in (many, one)]  # type: ignore[misc]

        def contents(raw: Path, rows: pd.DataFrame) -> Contents:
            stacked = np.load(raw / "pictures.npy")
            return Contents((picture.tobytes() for picture in stacked), pictures=stacked, target="label")

        problem: Any = SimpleNamespace(stratify="label", contents=contents)
        source: Any = {"licence": "CC0", "citation": "x", "digest": tree_digest(one)}
        held = seconds(lambda: validate(problem, [], one, rows, source))  # noqa: B023
        print(f"{count:>12,} {write:>8.2f} {digests[0]:>8.2f} {digests[1]:>9.2f} {held:>9.2f}")


def save_each(pictures: np.ndarray, folder: Path) -> None:
    for row, each in enumerate(pictures):
        np.save(folder / f"{row}.npy", each)


def powers(low: int, high: float) -> list[int]:
    return [10**power for power in range(low, int(np.log10(high)) + 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=1e6)
    parser.add_argument("--files", type=float, default=1e4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["rules", "rows", "files"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if options.only in (None, "rules"):
            compare_rules(int(options.rows), options.rounds)
        if options.only in (None, "rows"):
            grow_rows(powers(3, options.rows), Path(name))
        if options.only in (None, "files"):
            grow_files(powers(2, options.files), Path(name))


if __name__ == "__main__":
    main()
