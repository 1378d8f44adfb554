"""Own depth maps: PNG files of 16 bits, or arrays of NumPy, of the same size as their pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from lab.contract import Provenance
from lab.data.picture_maps import find_pairs, write_pairs
from lab.data.pictures import ENDINGS
from lab.data.sources import provenance
from lab.data_settings import DataSettings
from lab.errors import UserError

LOSSLESS = {".png", ".tif", ".tiff", ".pgm"}
GREY = ("L", "I", "F", "I;16", "I;16B", "I;16L")


def read_depth(path: Path, scale: float = 1.0, unknown: float | None = None) -> np.ndarray:
    """(height, width), float32: values of the file times ``scale``. NaN where nobody knows: ``unknown``, 0 or less."""
    if path.suffix.lower() == ".npy":
        values = np.load(path, allow_pickle=False)
        if values.ndim != 2 or values.dtype.kind not in "fiu":
            raise UserError(f"it has numbers of shape {values.shape}: one for each pixel is needed")
    elif path.suffix.lower() not in LOSSLESS:
        raise UserError("such a file smears depth: save it as PNG of 16 bits, or as .npy")
    else:
        with Image.open(path) as image:
            if image.mode not in GREY:
                raise UserError(f"it has colours ({image.mode}): one number for each pixel is needed")
            values = np.asarray(image)
    known = np.isfinite(values) & (values > 0)
    if unknown is not None:
        known &= values != unknown
    return np.where(known, values.astype(np.float64) * scale, np.nan).astype(np.float32)


def collect_depths(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy`` and ``maps.npy`` (float32, in ``data.unit``) from own files."""
    own = options.own(pictures="pictures", depths="depths", scale=1.0, unknown=None)
    for name in ("scale", "unknown"):
        number = isinstance(own[name], int | float) and not isinstance(own[name], bool)
        if not (number or (name == "unknown" and own[name] is None)) or (name == "scale" and own[name] <= 0):
            text = "a number above 0, as in 0.001 for files in mm" if name == "scale" else "a number, as in 65535"
            raise UserError(f"params.yaml: data.{name}: {own[name]!r} must be {text}")
    pairs = find_pairs(options, (str(own["pictures"]), str(own["depths"])), {*ENDINGS, ".npy"})
    examples, done = write_pairs(
        pairs, raw, options, lambda path: read_depth(path, own["scale"], own["unknown"]), np.float32
    )
    maps = np.load(raw / "maps.npy", mmap_mode="r")
    known = [one[np.isfinite(one)] for one in maps]
    examples["known"] = [len(values) / maps[0].size for values in known]
    examples["median"] = [float(np.median(values)) if len(values) else np.nan for values in known]
    everything = np.concatenate(known)
    if not len(everything):
        raise UserError(f"{pairs.found.folder.as_posix()}: no depth map has a value above 0")
    unit = f" {options.unit}" if options.unit else ""
    reach = f"depth from {everything.min():.4g} to {everything.max():.4g}{unit}"
    said = f"{len(examples)} pictures with depth maps, {reach}, {done}"
    return examples, provenance(options, pairs.found, [said, pairs.told], [*pairs.pictures, *pairs.maps])
