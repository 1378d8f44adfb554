# The template's example. Delete this line when the problem and its data are your own.
"""Say in a sentence what a picture shows. Any pictures, any language; the demo data are scenes of digits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.comparison.generated_texts import BLEU_SCORE, CHRF_SCORE, EXACT_MATCH
from lab.contract import Contents, Drawn, Examples, Provenance
from lab.sentences import Vocabulary, characters, longest, read
from lab.tasks.image_captioning.captioned import collect_captioned
from lab.tasks.image_captioning.scenes import collect_scenes, scene_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""

metrics = (EXACT_MATCH, BLEU_SCORE, CHRF_SCORE)
targets = ("caption", "tokens")
stratify = None


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, height, width) if all are grey, else (n, height, width, 3), uint8.

    ``caption`` in the table: the sentences that tell of the picture, a line for each. Own data are a table with
    columns ``file`` and ``target``; rows with the same file are several captions of one picture.
    """
    if options.source == "demo":
        options.own()
        return collect_scenes(raw)
    return collect_captioned(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in scenes.py; yours are below
        return scene_rules()
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=20),
        gxe.ExpectColumnValuesToMatchRegex(column="caption", regex=r"\S"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="caption", min_value=1, max_value=10_000),
        gxe.ExpectColumnValuesToBeBetween(column="brightness", min_value=0, max_value=1),
        *[
            gxe.ExpectColumnValuesToBeBetween(column=side, min_value=4, max_value=100_000)
            for side in ("width", "height")
            if side in examples
        ],
        *[gxe.ExpectColumnValuesToNotBeNull(column=column) for column in ("group", "date") if column in examples],
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``: (n, channels, height, width), uint8.

    ``caption``: (n, characters), its sentences as ``lab.sentences.characters`` writes them. ``tokens``: (n,
    wordings, words), the numbers of each sentence's words; of a picture with fewer sentences some are repeated.
    """
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    pixels = torch.from_numpy(np.load(raw / "pictures.npy"))
    pictures = pixels.unsqueeze(1) if pixels.ndim == 3 else pixels.movedim(3, 1).contiguous()
    place = pd.Series(range(len(table)), table.index)
    captions = table["caption"].map(str.splitlines)
    learnt = [text for texts in captions[splits["train"]] for text in texts]
    vocabulary, length = Vocabulary.learn(learnt), longest(learnt)
    most = int(captions[splits["train"]].map(len).max())
    # Of the training examples nothing may change with the others, not even how wide the rows are.
    wide = int(table["caption"].map(len).max())
    examples: dict[str, Examples] = {}
    for split, ids in splits.items():
        chosen = [texts[number % len(texts)] for texts in captions[ids] for number in range(most)]
        examples[split] = {
            "picture": pictures[torch.tensor(place.loc[ids].to_numpy())],
            "caption": characters(table["caption"][ids].tolist(), wide if split != "train" else 0),
            "tokens": vocabulary.encode(chosen, length).view(len(ids), most, length),
        }
    return examples


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """The caption of the training picture that is nearest by pixels, and that whose words fit best.

    The words of a picture are told by a linear model (ridge regression) of its principal components.
    """
    from sklearn.decomposition import PCA
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import RidgeCV
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import normalize

    from lab.sentences import words

    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    pixels = np.load(raw / "pictures.npy", mmap_mode="r").reshape(len(table), -1)
    place = pd.Series(range(len(table)), table.index)
    chosen = splits["train"][:10_000]
    train, test = (pixels[place[ids].to_numpy()] / np.float32(255) for ids in (chosen, splits["test"]))
    components = PCA(min(200, *train.shape), random_state=0).fit(train)
    seen, asked = components.transform(train), components.transform(test)
    captions = table["caption"][chosen].map(lambda text: text.splitlines()[0]).tolist()
    counts = CountVectorizer(analyzer=words, binary=True).fit_transform(captions).toarray().astype(np.float32)
    told = RidgeCV(np.logspace(-2, 4, 7)).fit(seen, counts).predict(asked)
    mean = counts.mean(axis=0)
    best = np.argmax((told - mean) @ normalize(counts - mean).T, axis=1)
    nearest = NearestNeighbors(n_neighbors=1).fit(seen).kneighbors(asked, return_distance=False)[:, 0]
    rows = {"nearest_picture": nearest, "linear_model_of_words": best}
    return {name: {"written": characters([captions[one] for one in found]).numpy()} for name, found in rows.items()}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Of each sentence whether it is one of the picture's, and what BLEU and chrF add up."""
    from lab.comparison.generated_texts import measure_texts

    allowed = [text.splitlines() for text in read(predictions["caption"])]
    return measure_texts(allowed, read(predictions["written"]))


def score(predictions: pd.DataFrame) -> dict[str, float]:
    from lab.comparison.generated_texts import score_texts

    return score_texts(predictions)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Pictures with what each method writes, where attention looks at each word, and which words are right."""
    from lab.tasks.image_captioning.drawing import draw_attention, draw_captions, draw_words

    table, pictures = pd.read_parquet(RAW / "examples.parquet"), np.load(RAW / "pictures.npy", mmap_mode="r")
    place = pd.Series(range(len(table)), table["id"])
    tests = {method: frame[frame["split"] == "test"] for method, frame in predictions.items()}
    looked = [method for method, frame in tests.items() if "attention" in frame]
    shown = {"captions": draw_captions(tests, pictures, place), "words": draw_words(tests, "kind" in table)}
    return shown | ({"attention": draw_attention(looked[-1], tests[looked[-1]], pictures, place)} if looked else {})


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures = np.load(raw / "pictures.npy")
    hashed = (picture.tobytes() for picture in pictures)
    return Contents(hashed=hashed, pictures=pictures, target="caption", sentences=True)
