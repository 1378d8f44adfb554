"""Pairs of a picture and a map, which has a class (a mask) or a quantity (a depth) for each of its pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.utils.data import Dataset

from lab.contract import Batch, Contents, Examples
from lab.data import pictures
from lab.data.labelled import labelled, located, sizes
from lab.data.sources import Found, find, identity, listed, some
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import sha256

UNKNOWN = 255
"""The class of pixels of which nobody knows it: they are neither learnt nor judged."""
MEMORY = 500_000_000
"""Bytes of pictures up to which they are kept as tensors; more are read from the disk when they are needed."""
SCALES = (1, 2, 4, 8)
"""Standard deviations, in pixels, of the surroundings that ``pixel_features`` looks at."""


@dataclass(frozen=True)
class Pairs:
    """The files of own pictures and of their maps, in the same order."""

    found: Found
    pictures: list[Path]
    maps: list[Path]
    columns: dict[str, list]
    """``id``, and of a table ``group`` and ``date``."""
    told: str = ""


def find_pairs(options: DataSettings, folders: tuple[str, str], endings: set[str]) -> Pairs:
    """Pictures and maps of the same name in two ``folders`` of ``data.path``; or those that a table names in each row.

    Raises:
        UserError: a picture has no map, or a map no picture.
    """
    found = find(options)
    if found.table is not None:
        files, columns, told = labelled(found, options, set(), "pictures")
        return Pairs(found, files, located(found, columns.pop("label")), columns, told)
    for name in folders:
        if not (found.folder / name).is_dir():
            there = some(sorted(path.name for path in found.folder.iterdir() if path.is_dir())) or "none"
            raise UserError(f"{found.folder.as_posix()} needs the folders {' and '.join(folders)}; there is {there}")
    kinds = ({*pictures.ENDINGS, *pictures.UNREAD}, endings)
    named = [
        {
            identity(path.with_suffix(""), found.folder / folder): path
            for path in listed(found.folder / folder)
            if path.suffix.lower() in kind
        }
        for folder, kind in zip(folders, kinds, strict=True)
    ]
    for one, other, folder in ((0, 1, folders[1]), (1, 0, folders[0])):
        if alone := sorted(named[one].keys() - named[other].keys()):
            text = f"{len(alone)} of {len(named[one])} files of {folders[one]} have none of the same name in {folder}"
            raise UserError(f"{found.folder.as_posix()}: {text}: {some(alone)}")
    names = list(named[0])
    columns = {"id": [identity(named[0][name], found.folder / folders[0]) for name in names]}
    return Pairs(found, list(named[0].values()), [named[1][name] for name in names], columns)


def write_pairs(
    pairs: Pairs, raw: Path, options: DataSettings, read: Callable[[Path], np.ndarray], dtype: type
) -> tuple[pd.DataFrame, str]:
    """Write ``pictures.npy`` and ``maps.npy``: (n, height, width), as ``read`` gives them, cut and scaled alike.

    Returns the table (``id``, ``sha256``, what the files were) and in words what was done.

    Raises:
        UnreadableError: some maps are broken, or of another size than their pictures.
    """
    folder = pairs.found.folder
    headers, done = pictures.write(pairs.pictures, folder, raw, options.size)
    images = np.load(raw / "pictures.npy", mmap_mode="r")
    shape = images.shape[1:3]
    maps = np.lib.format.open_memmap(raw / "maps.npy", mode="w+", dtype=dtype, shape=(len(images), *shape))

    def write(number: int) -> str | None:
        values, header = reading(read, pairs.maps[number]), headers[number]
        if isinstance(values, str):
            return values
        if values.shape != (header.height, header.width):
            sides = f"{values.shape[1]} × {values.shape[0]}"
            return f"{sides} pixels, its picture has {header.width} × {header.height}"
        # Never a mean of neighbours: between the classes 1 and 3 there is no 2.
        image = Image.fromarray(np.ascontiguousarray(values, np.float32))
        maps[number] = np.asarray(ImageOps.fit(image, shape[::-1], Image.Resampling.NEAREST)).astype(dtype)
        return None

    told = pictures.each(write, list(range(len(images))), "reading maps")
    refuse([(path, reason) for path, reason in zip(pairs.maps, told, strict=True)], folder)
    maps.flush()
    examples = pd.DataFrame(
        {
            "id": pairs.columns["id"],
            "sha256": [sha256(content) for content in hashed(images, maps)],
            **{name: values for name, values in pairs.columns.items() if name != "id"},
            **sizes(headers),
            "brightness": [float(image.mean()) / 255 for image in images],
        }
    )
    return examples, done


def reading(read: Callable[[Path], np.ndarray], path: Path) -> np.ndarray | str:
    """What ``read`` gives, or why it cannot."""
    try:
        return read(path)
    except UserError as error:
        return str(error)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return pictures.reason_of(path, error)


def refuse(told: list[tuple[Path, str | None]], folder: Path) -> None:
    """Raise an ``UnreadableError`` if there is a reason beside any path."""
    reasons = {identity(path, folder) if path.is_relative_to(folder) else path.name: why for path, why in told if why}
    if reasons:
        raise pictures.UnreadableError(reasons, len(told), "maps")


def hashed(images: np.ndarray, maps: np.ndarray) -> list[bytes]:
    """What each ``sha256`` is the digest of: the picture's bytes, then the map's."""
    return [image.tobytes() + values.tobytes() for image, values in zip(images, maps, strict=True)]


def pair_contents(raw: Path, classes: list[str] | None = None) -> Contents:
    images, maps = np.load(raw / "pictures.npy"), np.load(raw / "maps.npy")
    if len(images) != len(maps):
        raise UserError(f"{raw.as_posix()} has {len(images):,} pictures and {len(maps):,} maps")
    return Contents(hashed=hashed(images, maps), pictures=images, maps=maps, classes=classes or ())


class PictureMaps(Dataset[Batch]):
    """Pairs that are read from the disk one by one, by as many ``train.workers`` as there are."""

    def __init__(
        self, raw: Path, rows: Tensor, name: str, more: Batch, change: Callable[[Batch], Batch] | None
    ) -> None:
        self.raw, self.rows, self.name, self.more, self.change = raw, rows, name, more, change

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int | slice) -> Batch:
        rows = self.rows[index].numpy()
        pixels = torch.from_numpy(np.load(self.raw / "pictures.npy", mmap_mode="r")[rows])
        channel = rows.ndim
        picture = pixels.unsqueeze(channel) if pixels.ndim == channel + 2 else pixels.movedim(-1, channel)
        values = torch.from_numpy(np.load(self.raw / "maps.npy", mmap_mode="r")[rows])
        more = {name: each[self.rows[index]] for name, each in self.more.items()}
        pair = {"picture": picture.contiguous() / 255, self.name: values, **more}
        return self.change(pair) if self.change else pair


def load_pairs(
    raw: Path,
    splits: dict[str, list[str]],
    name: str,
    change: Callable[[Batch], Batch] | None = None,
    **more: Tensor,
) -> dict[str, Examples]:
    """``picture``: (n, channels, height, width), from 0 to 1. The map by its ``name``: (n, height, width).

    ``more`` has further values by name, a row for each row of ``examples.parquet``. ``change`` makes of one pair, or of
    many, what is given instead: a function of a module, which processes can hand over.
    """
    table = pd.read_parquet(raw / "examples.parquet", columns=["id"])
    place = pd.Series(range(len(table)), table["id"])
    rows = {split: torch.tensor(place.loc[ids].to_numpy()) for split, ids in splits.items()}
    found = {split: PictureMaps(raw, of_split, name, more, change) for split, of_split in rows.items()}
    small = 4 * np.load(raw / "pictures.npy", mmap_mode="r").size <= MEMORY
    return {split: pairs[:] if small else pairs for split, pairs in found.items()}


def some_examples(examples: Examples, most: int = 500) -> Batch:
    """As many of them as a mean, a spread and the number of classes need."""
    return examples[:most] if isinstance(examples, PictureMaps) else examples  # type: ignore[return-value]


def pixel_features(images: np.ndarray) -> np.ndarray:
    """(n, height, width, features), float32: shade, light around, edges and spots of several sizes, and the place.

    What classical methods know of a pixel. ``images`` are (n, height, width) or (n, height, width, channels).
    """
    from scipy import ndimage

    colours = (images if images.ndim == 4 else images[..., None]).astype(np.float32) / 255
    grey = colours.mean(axis=3)
    found = [*np.moveaxis(colours, 3, 0)]
    for scale in SCALES:
        size = (0, scale, scale)
        found += [ndimage.gaussian_filter(band, size) for band in np.moveaxis(colours, 3, 0)]
        found += [ndimage.gaussian_gradient_magnitude(grey, size), ndimage.gaussian_laplace(grey, size)]
    places = np.meshgrid(*(np.linspace(0, 1, side, dtype=np.float32) for side in grey.shape[1:]), indexing="ij")
    return np.stack([*found, *(np.broadcast_to(place, grey.shape) for place in places)], axis=3)
