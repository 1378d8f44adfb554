"""Pictures of any size and kind, as one array: ``pictures.npy``, a row for each example."""

from __future__ import annotations

import math
import os
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from tqdm import tqdm

from lab.console import localised
from lab.data.sources import some
from lab.errors import UserError

ENDINGS = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".avif"}
UNREAD = {".heic": "HEIC: save it as JPEG", ".heif": "HEIF: save it as JPEG", ".svg": "SVG: save it as PNG"}
"""Pictures that Pillow cannot read, and what to do."""
SIZE = 64
"""Pictures of mixed sizes are brought to it, if ``data.size`` is not set."""
GREY = ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I")


class UnreadableError(UserError):
    """Files that are no pictures, or no sounds: ``reasons`` says why, by name."""

    def __init__(self, reasons: dict[str, str], of: int, what: str = "pictures") -> None:
        self.reasons = reasons
        named = some([f"{name} ({reason})" for name, reason in reasons.items()], most=3)
        super().__init__(f"{len(reasons)} of {of} {what} cannot be read: {named}: repair or remove them")


@dataclass(frozen=True)
class Header:
    """What a file says of its picture before it is decoded."""

    width: int
    height: int
    mode: str
    frames: int


def write(
    files: list[Path], folder: Path, raw: Path, size: int | None, whole: bool = False
) -> tuple[list[Header], str]:
    """Write ``raw / "pictures.npy"``: (n, height, width) if all are grey, else (n, height, width, 3), uint8.

    Returns what each file was, and in words what was done with them. Names are told as seen from ``folder``. A picture
    of another shape gives its middle, or is kept ``whole`` between black margins.

    Raises:
        UnreadableError: some files are no pictures, or broken ones.
    """
    headers, reasons = [], {}
    for path, header in zip(files, each(_header, files, "looking at pictures"), strict=True):
        if isinstance(header, str):
            reasons[_name(path, folder)] = header
        else:
            headers.append(header)
    if not headers:
        if reasons:
            raise UnreadableError(reasons, len(files))
        raise UserError(f"there are no pictures in {folder.as_posix()}")
    shape, channels = _shape(headers, size), 1 if all(header.mode in GREY for header in headers) else 3
    array = np.lib.format.open_memmap(
        raw / "pictures.npy",
        mode="w+",
        dtype=np.uint8,
        shape=(len(files), *shape, *([] if channels == 1 else [channels])),
    )

    def decode(number: int) -> str | None:
        picture = _decoded(files[number], shape, channels, ImageOps.pad if whole else ImageOps.fit)
        if isinstance(picture, str):
            return picture
        array[number] = picture
        return None

    for path, reason in zip(files, each(decode, list(range(len(files))), "reading pictures"), strict=True):
        if reason:
            reasons.setdefault(_name(path, folder), reason)
    array.flush()
    if reasons:
        raise UnreadableError(reasons, len(files))
    return headers, _said(headers, shape, channels, "whole, with margins" if whole else "the middle of each")


def each(work, items: list, what: str) -> list:  # type: ignore[no-untyped-def, type-arg]
    """``work`` done on each item, several at once: Pillow decodes while Python goes on."""
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        shown, few = localised(what), len(items) < 500
        return list(tqdm(pool.map(work, items), desc=shown, total=len(items), leave=False, disable=few))


def _header(path: Path) -> Header | str:
    if path.suffix.lower() in UNREAD:
        return UNREAD[path.suffix.lower()]
    try:
        with _opened(path) as image:
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            width, height = image.size[::-1] if turned else image.size
            return Header(width, height, image.mode, getattr(image, "n_frames", 1))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return reason_of(path, error)


def _decoded(path: Path, shape: tuple[int, int], channels: int, bring: Callable[..., Image.Image]) -> np.ndarray | str:
    """The upright picture, brought to ``shape`` if it has another one; transparent parts are white."""
    try:
        with _opened(path) as image:
            # A JPEG is decoded at a half, a quarter or an eighth, if that is enough: photographs take most time here.
            image.draft(None, (2 * max(shape), 2 * max(shape)))  # type: ignore[arg-type]
            upright = ImageOps.exif_transpose(image)
            if upright.mode in ("I", "I;16", "I;16B", "I;16L"):
                values = np.asarray(upright).astype(np.int64)
                if values.min() < 0 or values.max() > 65535:
                    return "its values do not fit into 16 bits: save it with 8 or 16 bits"
                upright = Image.fromarray((values // 257).astype(np.uint8))
            elif upright.mode == "F":
                return "its values are fractions: save it with 8 or 16 bits"
            if "A" in upright.getbands() or "a" in upright.getbands() or "transparency" in upright.info:
                upright = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
            upright = upright.convert("L" if channels == 1 else "RGB")
            if upright.size != shape[::-1]:
                upright = bring(upright, shape[::-1], Image.Resampling.BICUBIC)
            return np.asarray(upright)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return reason_of(path, error)


def _opened(path: Path) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of large pictures; bombs are an error
        return Image.open(path)


def reason_of(path: Path, error: Exception) -> str:
    if path.stat().st_size == 0:
        return "empty"
    text = str(error)
    if isinstance(error, Image.UnidentifiedImageError):
        return "no picture"
    return "cut off" if "truncated" in text or "broken" in text else text.replace(str(path), path.name)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _shape(headers: list[Header], size: int | None) -> tuple[int, int]:
    """As asked for; else as they are, if they are alike and small; else SIZE."""
    if size:
        return size, size
    shapes = {(header.height, header.width) for header in headers}
    first = next(iter(shapes))
    return first if len(shapes) == 1 and max(first) <= SIZE else (SIZE, SIZE)


def _said(headers: list[Header], shape: tuple[int, int], channels: int, how_brought: str) -> str:
    modes = Counter(header.mode for header in headers)
    usual = "RGB" if channels == 3 else "L"
    others = len(headers) - modes[usual]
    parts = []
    if others:
        named = ", ".join(f"{count} {mode}" for mode, count in sorted(modes.items()) if mode != usual)
        parts.append(f"{others} of them not {'RGB' if channels == 3 else '8-bit grey'} ({named})")
    if moving := sum(header.frames > 1 for header in headers):
        parts.append(f"{moving} of several frames, of which the first is taken")
    scaled = sum((header.height, header.width) != shape for header in headers)
    how = f"{scaled} of them brought to " if scaled else ""
    return ", ".join([*parts, f"{how}{shape[1]} × {shape[0]} pixels{f' ({how_brought})' if scaled else ''}"])


def square(values: int) -> tuple[int, int, int]:
    """(channels, height, width) of a square picture of so many values: grey or coloured, which differ in number."""
    side = math.isqrt(values)
    return (1, side, side) if side**2 == values else (3, math.isqrt(values // 3), math.isqrt(values // 3))


def contact_sheet(pictures: np.ndarray, path: Path, labels: list[str], across: int = 10, most: int = 80) -> None:
    """Some pictures of each class, a class after the other, as one PNG."""
    order = sorted(range(len(pictures)), key=lambda row: labels[row])
    rows = [order[place] for place in np.linspace(0, len(order) - 1, min(most, len(order))).astype(int)]
    scale = max(1, 64 // pictures.shape[1])
    tiles = [Image.fromarray(shades(pictures[row])).convert("RGB") for row in rows]
    width, height = pictures.shape[2] * scale, pictures.shape[1] * scale
    sheet = Image.new("RGB", (across * (width + 2), -(-len(tiles) // across) * (height + 2)), "white")
    for place, tile in enumerate(tiles):
        at = (place % across * (width + 2), place // across * (height + 2))
        sheet.paste(tile.resize((width, height), Image.Resampling.NEAREST), at)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, format="PNG")


def shades(picture: np.ndarray) -> np.ndarray:
    """A picture of few shades (0 to 16, say) with all of a screen's."""
    return picture if picture.max() > 64 else (picture * (255 // max(1, int(picture.max())))).astype(np.uint8)
