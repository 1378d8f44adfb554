"""Own pictures with boxes as people have them: JPEG and PNG of any size, and one file in the format of COCO."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

KINDS = ("機車", "taxi's")


def make_boxes(folder: Path, number: int = 150, name: str = "annotations.json", pictures: str = "pictures") -> Path:
    """Bright discs and dark bars on blurred grounds, up to two in a picture, and their boxes; some have none."""
    (folder / pictures).mkdir(parents=True, exist_ok=True)
    images: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for row in range(number):
        draw = np.random.default_rng(row)
        width, height = (int(side) for side in draw.integers(40, 90, 2))
        patches = Image.fromarray(draw.integers(60, 150, (4, 4, 3), dtype=np.uint8))
        image = patches.resize((width, height), Image.Resampling.BICUBIC)
        for place in range(row % 3):
            wide, high = (int(side) for side in draw.integers(12, 18, 2))
            x, y = (
                int(draw.integers(0, width // 2 - wide + 1)) + place * (width // 2),
                int(draw.integers(0, height - high)),
            )
            kind = int(draw.integers(2))
            paint = ImageDraw.Draw(image)
            corners = (x, y, x + wide - 1, y + high - 1)
            (paint.ellipse if kind == 0 else paint.rectangle)(corners, fill=((255, 240, 220), (10, 10, 30))[kind])  # type: ignore[arg-type]
            notes.append(
                {
                    "id": len(notes),
                    "image_id": row,
                    "category_id": 5 * kind + 2,
                    "bbox": [x, y, wide, high],
                    "iscrowd": 0,
                }
            )
        file = f"照片 {row:03d}'s.{'JPG' if row % 4 == 1 else 'png'}"
        (image.convert("L") if row % 5 == 0 else image).save(folder / pictures / file)
        images.append({"id": row, "file_name": file, "width": width, "height": height})
    categories = [{"id": 5 * kind + 2, "name": label} for kind, label in enumerate(KINDS)]
    content = {"images": images, "annotations": notes, "categories": categories}
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder
