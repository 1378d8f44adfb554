"""Pictures with sentences that tell of them: own data, a file and a sentence in each row of a table; their rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.contract import Batch, Contents, Provenance
from lab.data import pictures
from lab.data.labelled import labelled, planes, sizes
from lab.data.rules import picture_rules
from lab.data.sources import find, provenance
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import sha256
from lab.sentences import Vocabulary, characters, longest

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation


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
    return examples, provenance(options, found, [said, told], files)


def caption_rules(examples: pd.DataFrame) -> list[Expectation]:
    """Of a team's own pictures with captions."""
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnValuesToMatchRegex(column="caption", regex=r"\S"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="caption", min_value=1, max_value=10_000),
        *picture_rules(examples, smallest=4, fewest=20),
    ]


def load_captioned(raw: Path, splits: dict[str, list[str]]) -> dict[str, Batch]:
    """``picture``: (n, channels, height, width), uint8.

    ``caption``: (n, characters), its sentences as ``lab.sentences.characters`` writes them. ``tokens``: (n,
    wordings, words), the numbers of each sentence's words; of a picture with fewer sentences some are repeated.
    """
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    pictures = planes(np.load(raw / "pictures.npy"))
    place = pd.Series(range(len(table)), table.index)
    captions = table["caption"].map(str.splitlines)
    learnt = [text for texts in captions[splits["train"]] for text in texts]
    vocabulary, length = Vocabulary.learn(learnt), longest(learnt)
    most = int(captions[splits["train"]].map(len).max())
    # Of the training examples nothing may change with the others, not even how wide the rows are.
    wide = int(table["caption"].map(len).max())
    examples: dict[str, Batch] = {}
    for split, ids in splits.items():
        chosen = [texts[number % len(texts)] for texts in captions[ids] for number in range(most)]
        examples[split] = {
            "picture": pictures[torch.tensor(place.loc[ids].to_numpy())],
            "caption": characters(table["caption"][ids].tolist(), wide if split != "train" else 0),
            "tokens": vocabulary.encode(chosen, length).view(len(ids), most, length),
        }
    return examples


def caption_contents(raw: Path, examples: pd.DataFrame) -> Contents:
    """For the checks of the data: the answers are sentences."""
    pictures = np.load(raw / "pictures.npy")
    hashed = (picture.tobytes() for picture in pictures)
    return Contents(hashed=hashed, pictures=pictures, target="caption", sentences=True)
