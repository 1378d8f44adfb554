# The template's example. Delete this line when the problem and its data are your own.
"""Draw a picture of what a sentence says. Any pictures, any language; the demo data are scenes of digits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.comparison.generated_pictures import FRECHET_DISTANCE, frechet_distance
from lab.contract import Batch, Drawn, Examples, Metric, Provenance
from lab.data.captioned import caption_contents, caption_rules, collect_captioned, load_captioned
from lab.data.digit_scenes import GROUPS, collect_scenes, draw_scenes, scene_rules
from lab.errors import UserError
from lab.sentences import words

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the judge and the pictures."""
NOISE = 512
"""Normal numbers that each drawing starts from; a method may take fewer."""
SEEN, JUDGED = 70, 4000
"""Groups of scans that the examples are composed of; scenes of the other groups, from which the judge learns."""
SCALES = (0.0, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Strengths of guidance that are tried on ``TRIED`` sentences of the validation split."""
TRIED, SHOWN, TIMES = 150, 6, 3
"""``SHOWN`` sentences of the test split are drawn so many times, for a figure."""

AGREEMENT = {"en": "agreement", "zh-TW": "相符率"}
metrics = (
    Metric("agreement", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label=AGREEMENT),
    FRECHET_DISTANCE,
)
targets = ("picture", "caption")
stratify = None
contents = caption_contents


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, height, width) if all are grey, else (n, height, width, 3), uint8; and the judge.

    ``caption`` in the table: the sentences that tell of the picture, a line for each. Own data are a table with
    columns ``file`` and ``target``; a fifth of the pictures, by groups, is set aside for the judge.
    """
    from lab.tasks.text_to_image.judge import train_judge

    if options.source == "demo":
        options.own()
        examples, source = collect_scenes(raw, range(SEEN))
        pictures, rows = draw_scenes(JUDGED, range(SEEN, GROUPS), seed=1)
        captions, kept = [row["caption"] for row in rows], f"{JUDGED:,} more scenes of {GROUPS - SEEN} further groups"
    else:
        if (options.size or 8) % 8:
            raise UserError(f"params.yaml: data.size: {options.size}: it must be a multiple of 8")
        table, source = collect_captioned(raw, options)
        everything = np.load(raw / "pictures.npy")
        height, width = everything.shape[1:3]
        if height % 8 or width % 8:
            mend = "set data.size in params.yaml, a multiple of 8"
            raise UserError(f"the pictures have {width} × {height} pixels, which 8 does not divide: {mend}")
        groups = table["group" if "group" in table else "id"]
        names = groups.drop_duplicates().sample(frac=0.2, random_state=0)
        aside = groups.isin(names).to_numpy()
        np.save(raw / "pictures.npy", everything[~aside])
        examples, pictures = table[~aside].reset_index(drop=True), everything[aside]
        captions, kept = table["caption"][aside].tolist(), f"{aside.sum()} of the pictures"
    train_judge(pictures, captions, raw, scenes=options.source == "demo")
    told = f"A judge was trained on {kept}, which no method sees and no score is of: see judge.py."
    return examples, replace(source, notes=f"{source.notes} {told}".strip())


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    if options.source == "demo":  # whose rules are in digit_scenes.py; add yours to those of captions
        import great_expectations.expectations as gxe

        # The scans of the other groups are those that the judge learned from.
        return [*scene_rules(), gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^scans [0-6]\d$")]
    return caption_rules(examples)


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``, ``caption`` and ``tokens``: see ``load_captioned``.

    ``noise``: (n, 512), normal, what the example's drawing starts from. ``guidance``: (n,), negative where a method
    takes its own. Further splits have sentences that are drawn again: ``guidance`` with each of ``SCALES``, ``again``
    from other noise.
    """
    generator = torch.Generator().manual_seed(0)
    examples = load_captioned(raw, splits)
    every = pd.read_parquet(raw / "examples.parquet", columns=["id"])["id"]
    noise = torch.randn(len(every), NOISE, generator=generator)
    place = pd.Series(range(len(every)), every)
    for name, ids in splits.items():
        examples[name]["noise"] = noise[torch.tensor(place.loc[ids].to_numpy())]
        examples[name]["guidance"] = torch.full((len(ids),), -1.0)
    tried = spread(examples["validation"], TRIED).repeat_interleave(len(SCALES))
    examples["guidance"] = {name: value[tried] for name, value in examples["validation"].items()}
    examples["guidance"]["guidance"] = torch.tensor(SCALES).repeat(len(tried) // len(SCALES))
    shown = spread(examples["test"], SHOWN).repeat_interleave(TIMES)
    examples["again"] = {name: value[shown] for name, value in examples["test"].items()}
    examples["again"]["noise"] = torch.randn(examples["again"]["noise"].shape, generator=generator)
    return dict(examples)


def spread(batch: Batch, number: int) -> torch.Tensor:
    """So many rows, spread evenly: the first ones alone may be alike."""
    rows = len(batch["tokens"])
    return torch.linspace(0, rows - 1, min(number, rows)).long()


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """The picture of the training sentence that is most like the one asked for: a memory, which draws nothing new."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    place = pd.Series(range(len(table)), table.index)
    first = table["caption"].map(lambda text: text.splitlines()[0])
    weigh = TfidfVectorizer(tokenizer=words, token_pattern=None, ngram_range=(1, 2))
    known = weigh.fit_transform(first[splits["train"]])
    nearest = np.asarray((weigh.transform(first[splits["test"]]) @ known.T).argmax(axis=1)).ravel()
    rows = place[splits["train"]].to_numpy()[nearest]
    pictures = np.load(raw / "pictures.npy", mmap_mode="r")[rows]
    drawn = pictures if pictures.ndim == 3 else np.moveaxis(pictures, 3, 1)
    return {"nearest_sentence": {"sample": drawn.reshape(len(rows), -1)}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Of each drawing the share of its sentence's statements that the judge finds, and features."""
    from lab.tasks.text_to_image.judge import judged

    if len(predictions) < 2:
        raise UserError(f"a split of {len(predictions)} pictures has no spread to measure: enlarge it in params.yaml")
    drawn, found = judged(predictions, "sample", RAW)
    real, _ = judged(predictions, "picture", RAW)
    share = pd.DataFrame({"share": [np.mean([so for _, so in one]) if one else np.nan for one in found]})
    return pd.concat({"agreement": share, "real": pd.DataFrame(real), "drawn": pd.DataFrame(drawn)}, axis=1)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    distance = frechet_distance(predictions["real"].to_numpy(), predictions["drawn"].to_numpy())
    return {"agreement": 100 * float(np.nanmean(predictions["agreement"].to_numpy())), "frechet_distance": distance}


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Sentences with drawings of each method, what more guidance does, and which statements are found."""
    from lab.tasks.text_to_image.drawing import draw_guidance, draw_samples, draw_statements

    return {
        "samples": draw_samples(predictions, TIMES, RAW),
        "statements": draw_statements(predictions, RAW),
        "guidance": draw_guidance(predictions, SCALES, metrics, lambda frame: score(measure(frame))),
    }
