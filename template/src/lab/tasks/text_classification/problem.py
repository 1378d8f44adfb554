# The template's example. Delete this line when the problem and its data are your own.
"""Which class does a text belong to? Any number of classes, any language; the demo data are sentences of reviews."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from lab.contract import Batch, Contents, Drawn, Examples, Metric, Provenance
from lab.data.labelled import class_names, numbered
from lab.data.rules import class_rules
from lab.data.texts import collect_texts
from lab.sentences import Vocabulary, in_utf8, longest, words
from lab.tasks.text_classification.outputs import PADDING
from lab.tasks.text_classification.sentences import PROBES, collect_sentences, sentence_rules
from lab.words import term

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the table that ``figures`` reads the names of the classes from."""

metrics = (
    Metric("accuracy", higher_is_better=True, bounds=(0, 1), label=term("accuracy")),
    Metric(
        "negative_log_likelihood",
        higher_is_better=False,
        unit="nats",
        bounds=(0, None),
        label={"en": "negative log-likelihood", "zh-TW": "負對數概似"},
    ),
)
targets = ("label", "opinion")
stratify = "label"


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """The table alone: ``text``, ``label`` (the name of its class) and, of the demo data, ``rating``.

    Own texts are a table with columns ``text`` and ``target``, or files in a folder for each class.
    """
    return collect_sentences(options) if options.source == "demo" else collect_texts(options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in sentences.py; yours are below
        return sentence_rules()
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=20),
        gxe.ExpectColumnValuesToMatchRegex(column="text", regex=r"\S"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="text", min_value=1, max_value=1_000_000),
        *class_rules(),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``tokens``: (n, length), numbers of the words: ``UNKNOWN`` where training texts have it once or never.

    ``text``: (n, bytes), as it is, in UTF-8.
    ``label``: (n,), the class's number, in the order of their names.
    ``opinion``: (n, classes), how far people hold the text for each class: of the demo data by their ratings, else
    all for its label. The demo data have a further split ``probes``, the sentences of ``PROBES``, which were not rated.
    """
    rows = pd.read_parquet(raw / "examples.parquet").set_index("id")
    train, number = rows.loc[splits["train"], "text"], len(class_names(raw))
    length = max(4, longest(train, share=0.96, most=257) - 1)  # an end is counted, which no method here reads
    width = min(2048, int(train.str.encode("utf-8", "surrogatepass").str.len().max()))
    vocabulary = Vocabulary.learn(" ".join(words(text)[:length]) for text in train)

    def read(texts: list[str], label: Tensor, opinion: Tensor) -> Batch:
        tokens = (vocabulary.encode(texts, length + 1)[:, :length] - 1).clamp(min=PADDING)  # a text's end is padding
        return {"tokens": tokens, "text": in_utf8(texts, width), "label": label, "opinion": opinion}

    examples: dict[str, Examples] = {}
    for name, (places, labels) in numbered(raw, splits).items():
        chosen, label = rows.iloc[places], torch.tensor(labels)
        opinion = torch.nn.functional.one_hot(label, number).float()
        if "rating" in chosen:
            positive = torch.tensor(chosen["rating"].to_numpy(), dtype=torch.float32).sigmoid()
            opinion = torch.stack([1 - positive, positive], dim=1)
        examples[name] = read(chosen["text"].tolist(), label, opinion)
    if "rating" in rows:
        unrated = torch.full((len(PROBES), 2), torch.nan)
        examples["probes"] = read(list(PROBES), torch.tensor(list(PROBES.values())), unrated)
    return examples


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """Logistic regression on how telling each word, pair of words and group of letters is (TF-IDF)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    texts = pd.read_parquet(raw / "examples.parquet")["text"]
    (train, label), (test, _) = (numbered(raw, splits)[split] for split in ("train", "test"))
    by_words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    by_letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    model = make_pipeline(make_union(by_words, by_letters), LogisticRegression(C=3, max_iter=1000))
    model.fit(texts[train], label)
    probability = np.full((len(test), len(class_names(raw))), 1e-7)
    probability[:, model[-1].classes_] = model.predict_proba(texts[test])
    return {"tf_idf_and_logistic_regression": {"log_probability": np.log(probability)}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Whether the likeliest class is the right one, and minus the logarithm of the right one's probability."""
    label, log_probability = predictions["label"].to_numpy(), np.vstack(predictions["log_probability"].tolist())
    loss = -np.maximum(log_probability[np.arange(len(label)), label], np.log(1e-7))
    return pd.DataFrame({"right": log_probability.argmax(axis=1) == label, "loss": loss})


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """Share of texts whose likeliest class is right; mean negative log-likelihood of the label."""
    return {
        "accuracy": float(predictions["right"].mean()),
        "negative_log_likelihood": float(predictions["loss"].mean()),
    }


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Which classes are confused; of the demo data also the ratings and the probes."""
    from lab.comparison.classes import draw_confused, tested
    from lab.tasks.text_classification.drawing import draw_opinions

    confusion = {"confusion": draw_confused(tested(predictions), class_names(RAW))}
    return (draw_opinions(predictions) if "rating" in pd.read_parquet(RAW / "examples.parquet") else {}) | confusion


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    texts = examples["text"].tolist()
    hashed = (text.casefold().encode("utf-8", "surrogatepass") for text in texts)
    return Contents(hashed=hashed, texts=texts, target="label")
