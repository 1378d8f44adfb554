"""A team's own pictures with captions: a table with a file and a sentence in each row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.data import pictures
from lab.data.labelled import labelled, sizes
from lab.data.sources import find, provenance
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import sha256


def collect_captioned(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy`` and its table: ``caption`` has a line for each row of the team's table that names the file.

    Of such rows the first one's ``id``, ``group`` and ``date`` are kept.
    """
    options.own()
    found = find(options)
    if found.table is None:
        name = found.folder.as_posix()
        raise UserError(f"params.yaml: {name} is a folder: name the table that has a picture and a caption in each row")
    files, columns, told = labelled(found, options, set(pictures.ENDINGS), "pictures")
    rows = pd.DataFrame(columns).assign(path=files)
    rows["caption"] = rows.pop("label").map(lambda text: " ".join(str(text).split()))
    captions = rows.groupby("path", sort=False)["caption"].agg(lambda texts: "\n".join(dict.fromkeys(texts)))
    rows = rows.drop_duplicates("path").reset_index(drop=True)
    files = rows.pop("path").tolist()
    headers, done = pictures.write(files, found.folder, raw, options.size)
    array = np.load(raw / "pictures.npy", mmap_mode="r")
    examples = pd.DataFrame(
        {
            "id": rows.pop("id"),
            "sha256": [sha256(picture.tobytes()) for picture in array],
            **{name: rows[name] for name in rows if name != "caption"},
            "caption": captions.loc[files].tolist(),
            **sizes(headers),
            "brightness": [float(picture.mean()) / 255 for picture in array],
        }
    )
    said = f"{len(examples)} pictures, {int(captions.str.count(chr(10)).sum()) + len(captions)} captions, {done}"
    print("; ".join(filter(None, [said, told])))
    return examples, provenance(options, found, [said, told], files)
