"""How the data stages grow: seconds of collect, validate, split and a `dvc repro` with nothing to do.

``uv run benchmarks/data.py`` prints them for own tables of more and more rows and own folders of more and more
pictures, in a stamped project; and the ratio of validation to the same rules by hand in pandas.
``--rows 1e7 --files 1e5`` goes further; ``--only rules`` prints the ratio alone.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.append(sys.path.pop(0))  # the standard library's statistics, not the benchmark beside this file

from statistics import median

import numpy as np
import pandas as pd
import yaml
from copier import run_copy
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "template/src"))

from lab.data.gate import check  # noqa: E402
from lab.files import sha256  # noqa: E402

STAGES = ("collect", "validate", "split")
LIMIT = 600
"""Seconds after which a stage is given up."""


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


def grow(what: str, counts: list[int], folder: Path) -> None:
    """A line of the table for each count."""
    head = "".join(f"{name:>16}" for name in (*STAGES, "no-op"))
    print(f"{what:>12}{head}   seconds (of the processor)", flush=True)
    for count in counts:
        project = folder / f"{count}-{what}"
        task = "tabular_regression" if what == "rows" else "image_classification"
        run_copy(str(ROOT), project, data={"task": task}, vcs_ref="HEAD", defaults=True, quiet=True)
        data = (own_table if what == "rows" else own_pictures)(project, count)
        path = project / "params.yaml"
        params = yaml.safe_load(path.read_text(encoding="utf-8")) | {"data": data}
        path.write_text(yaml.safe_dump(params), encoding="utf-8")
        run(project, "git", "init", "--quiet")
        run(project, "python", "-m", "lab.stages.fingerprint")
        spent = [run(project, "python", "-m", f"lab.stages.{stage}") for stage in STAGES]
        run(project, "dvc", "commit", "--force", "fingerprint", *STAGES)
        spent.append(run(project, "dvc", "repro", "split"))
        print(f"{count:>12,}" + "".join(f"{wall:>8.1f} {f'({busy:.1f})':>7}" for wall, busy in spent), flush=True)


def run(folder: Path, *command: str) -> tuple[float, float]:
    """Seconds that a command takes in a project, and those of the processor."""
    paths = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]), "PYTHONPATH": "src"}
    started, before = time.perf_counter(), os.times()
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | paths, capture_output=True, encoding="utf-8", timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"{' '.join(command)} took more than {LIMIT} s")
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    busy = os.times()
    spent = busy.children_user + busy.children_system - before.children_user - before.children_system
    return time.perf_counter() - started, spent


def own_table(project: Path, rows: int) -> dict[str, Any]:
    random = np.random.default_rng(0)
    columns: dict[str, Any] = {f"number_{place}": random.normal(10, 2, rows) for place in range(4)}
    columns["place"] = random.choice(["Taipei", "Tainan", "Hualien"], rows)
    columns["year"] = random.integers(1990, 2025, rows)
    price = 1000 * columns["number_0"] + 500 * columns["number_1"] + random.normal(0, 300, rows)
    pd.DataFrame(columns | {"price": price}).to_parquet(project / "own_data/houses.parquet")
    return {"source": "table", "path": "own_data/houses.parquet", "columns": {"target": "price"}, "licence": "CC0 1.0"}


def own_pictures(project: Path, files: int) -> dict[str, Any]:
    """Discs or bars of any size, anywhere, on coloured noise."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:32, :32]
    for number in range(files):
        pixels = random.integers(0, 160, (32, 32, 3), dtype=np.uint8)
        row, column, size = random.integers(8, 24), random.integers(8, 24), random.integers(3, 8)
        flat = 1 + 3 * (number % 2)
        pixels[(flat * (y - row)) ** 2 + (x - column) ** 2 < size**2] = random.integers(160, 256, 3)
        path = project / f"own_data/pictures/{('disc', 'bar')[number % 2]}/{number:06d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, compress_level=1)
    return {"source": "folder", "path": "own_data/pictures", "size": 32, "licence": "CC0 1.0"}


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
            grow("rows", powers(3, options.rows), Path(name))
        if options.only in (None, "files"):
            grow("files", powers(2, options.files), Path(name))


if __name__ == "__main__":
    main()
