"""Data sets of Hugging Face and Kaggle, as folders on this machine. Each needs its extra: `uv sync --extra …`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import digest_of, sha256, whole_folder
from lab.paths import DOWNLOADS

TABLE = "examples.parquet"
"""What a data set of Hugging Face becomes: all of its splits, one below the other."""


class Hub(NamedTuple):
    address: str
    fetch: Callable[[DataSettings], tuple[Path, dict[str, str]]]
    """Returns the folder, and the SHA-256 of each of its tables by name."""


def huggingface(options: DataSettings) -> tuple[Path, dict[str, str]]:
    """``examples.parquet``; pictures and sounds are next to it, and their column holds the files' names.

    ``data.inside`` is the configuration, if the data set has several.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    folder = DOWNLOADS / "huggingface" / sha256(f"{options.name}\n{options.inside}".encode())[:16]
    if not folder.exists():
        datasets = _needed("datasets", "huggingface")
        cache = str(DOWNLOADS / "huggingface/cache")
        loaded = _asked("Hugging Face", datasets.load_dataset, options.name, options.inside or None, cache_dir=cache)
        with whole_folder(folder) as new:
            _written(datasets, datasets.concatenate_datasets(list(loaded.values())), new)
    return folder, {f"{options.name}/{TABLE}": digest_of(folder / TABLE)}


def _written(datasets: ModuleType, rows: Any, folder: Path) -> None:
    """Names in place of classes' numbers, files in place of pictures and sounds."""
    columns: dict[str, list[Any]] = {}
    for name, feature in rows.features.items():
        if isinstance(feature, datasets.ClassLabel):
            columns[name] = [None if value is None or value < 0 else feature.int2str(value) for value in rows[name]]
        elif isinstance(feature, datasets.Image | datasets.Audio):
            raw = rows.cast_column(name, type(feature)(decode=False))
            columns[name] = [_file(each[name], folder, name, row) for row, each in enumerate(raw)]
        else:
            columns[name] = list(rows[name])
    import pandas as pd

    pd.DataFrame(columns).to_parquet(folder / TABLE, index=False)


def _file(content: dict[str, Any] | None, folder: Path, column: str, row: int) -> str | None:
    if content is None:
        return None
    data, path = content["bytes"], content["path"] or ""
    target = folder / column / f"{row:07d}{Path(path).suffix or '.png'}"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data if data is not None else Path(path).read_bytes())
    return target.relative_to(folder).as_posix()


def kaggle(options: DataSettings) -> tuple[Path, dict[str, str]]:
    """The files of the data set, as they are there. Most need a token: see kaggle.com/settings."""
    os.environ.setdefault("KAGGLEHUB_CACHE", str((DOWNLOADS / "kaggle").resolve()))
    kagglehub = _needed("kagglehub", "kaggle")
    folder = Path(_asked("Kaggle", kagglehub.dataset_download, options.name))
    tables = [path for path in sorted(folder.rglob("*")) if path.suffix in (".csv", ".tsv", ".parquet", ".jsonl")]
    return folder, {f"{options.name}/{path.relative_to(folder).as_posix()}": digest_of(path) for path in tables[:20]}


def _needed(package: str, extra: str) -> ModuleType:
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError:
        raise UserError(
            f"params.yaml: data.source: {extra} needs one more package: run `uv sync --extra {extra}`"
        ) from None


def _asked(hub: str, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What the library returns; an error in it, or between it and its server, is shown in one line."""
    try:
        return call(*arguments, **options)
    except Exception as error:
        text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")[:300]
        raise UserError(
            f"params.yaml: data.name: {hub} gave no {arguments[0]}: {type(error).__name__}: {text}"
        ) from None


HUBS = {
    "huggingface": Hub("https://huggingface.co/datasets/", huggingface),
    "kaggle": Hub("https://www.kaggle.com/datasets/", kaggle),
}
