"""Files of own pictures with a map each, as people have them: masks, depths, holes; any size, Chinese names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def make_masks(folder: Path, number: int = 150, values: tuple[int, ...] = (0, 100, 255)) -> Path:
    """Photographs of discs and bars (or discs alone, of two ``values``) in a folder, their masks in another."""
    for row in range(number):
        draw = np.random.default_rng(row)
        width, height = (int(side) for side in draw.integers(40, 90, 2))
        patches = Image.fromarray(draw.integers(0, 110, (4, 4, 3), dtype=np.uint8))
        image, mask = (
            patches.resize((width, height), Image.Resampling.BICUBIC),
            Image.new("L", (width, height), values[0]),
        )
        for value in values[1:]:
            side = int(draw.integers(6, 12))
            x, y = (int(draw.integers(side, length - side)) for length in (width, height))
            box = (x - side, y - side, x + side, y + (side if value == values[1] else side // 2 - side))
            for canvas, fill in ((image, tuple(int(shade) for shade in draw.integers(150, 255, 3))), (mask, value)):
                paint = ImageDraw.Draw(canvas)
                (paint.ellipse if value == values[1] else paint.rectangle)(box, fill=fill)  # type: ignore[arg-type]
        name, jpeg = f"照片 {row:03d}'s", row % 3 == 0
        for place in ("pictures", "masks"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        image.convert("L" if row % 5 == 0 else "RGB").save(folder / "pictures" / f"{name}.{'JPG' if jpeg else 'png'}")
        mask.save(folder / "masks" / f"{name}.png")
    return folder


def make_holes(folder: Path, number: int = 150) -> Path:
    """The photographs of ``make_masks``, and masks of a bar across the middle: white is removed."""
    make_masks(folder, number, (0, 255))
    (folder / "holes").mkdir(exist_ok=True)
    for row, path in enumerate(sorted((folder / "masks").iterdir())):
        with Image.open(path) as mask:
            hole = Image.new("L", mask.size)
        width, height = hole.size
        ImageDraw.Draw(hole).line((width // 3, height // 3, width // 2, 2 * height // 3), fill=255, width=6 + row % 5)
        hole.save(folder / "holes" / path.name)
        path.unlink()
    (folder / "masks").rmdir()
    return folder


def make_depths(folder: Path, number: int = 150) -> Path:
    """Rooms whose floor comes nearer, with a bright box in front, in a folder; their depths in mm in another."""
    for row in range(number):
        draw = np.random.default_rng(row)
        width, height = (int(side) for side in draw.integers(40, 90, 2))
        patches = Image.fromarray(draw.integers(0, 110, (4, 4, 3), dtype=np.uint8))
        image = patches.resize((width, height), Image.Resampling.BICUBIC)
        depth = np.linspace(6000, 2000, height)[:, None].repeat(width, axis=1)
        side = int(draw.integers(8, 16))
        x, y = (int(draw.integers(side, length - side)) for length in (width, height))
        box = (x - side, y - side, x + side, y + side)
        ImageDraw.Draw(image).rectangle(box, fill=tuple(int(shade) for shade in draw.integers(150, 255, 3)))
        depth[y - side : y + side + 1, x - side : x + side + 1] = 1500 + 10 * row
        depth[draw.random(depth.shape) < 0.02] = 0
        for place in ("pictures", "depths"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        name = f"房 {row:03d}'s"
        image.convert("L" if row % 5 == 0 else "RGB").save(
            folder / "pictures" / f"{name}.{'JPG' if row % 3 else 'png'}"
        )
        if row % 4:
            Image.fromarray(depth.astype(np.uint16)).save(folder / "depths" / f"{name}.png")
        else:
            np.save(folder / "depths" / f"{name}.npy", depth.astype(np.float32))
    return folder
