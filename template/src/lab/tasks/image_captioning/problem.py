# The template's example. Delete this line when the problem and its data are your own.
"""Say in a sentence what a picture shows. Any pictures, any language; the demo data are scenes of digits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.comparison.generated_texts import BLEU_SCORE, CHRF_SCORE, EXACT_MATCH
from lab.contract import Drawn, Examples, Provenance
from lab.data.captioned import caption_contents, caption_rules, collect_captioned, load_captioned
from lab.data.digit_scenes import collect_scenes, scene_rules
from lab.sentences import characters, read, words

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""

metrics = (EXACT_MATCH, BLEU_SCORE, CHRF_SCORE)
targets = ("caption", "tokens")
stratify = None
contents = caption_contents


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
    if options.source == "demo":  # whose rules are in digit_scenes.py; add yours to those of captions
        return scene_rules()
    return caption_rules(examples)


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``, ``caption`` and ``tokens``: see ``load_captioned``."""
    return dict(load_captioned(raw, splits))


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """The caption of the training picture that is nearest by pixels, and that whose words fit best.

    The words of a picture are told by a linear model (ridge regression) of its principal components.
    """
    from sklearn.decomposition import PCA
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import RidgeCV
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import normalize

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
