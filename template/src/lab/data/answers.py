"""Checks of the answers: are they there, do features give them away, and do similar examples contradict them?

A quick classical model judges examples that it was not trained on: a forest for pictures and tables (each tree leaves
out a third of the examples), naive Bayes in three folds for texts. Where it is sure of another answer than the given
one, the given one may be wrong (Northcutt, Jiang & Chuang 2021, Confident Learning).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from lab.contract import Contents
from lab.data.checks import Check
from lab.data.hearing import features as sound_features
from lab.data.hearing import spectrograms
from lab.data.picture_copies import grey, shrink
from lab.data_results import Severity
from lab.sentences import words as words_of
from lab.words import in_each

MOST = 20_000
"""Examples that the quick model sees: more would make validation slow, and tell little more."""
ENOUGH = 1500
"""Examples from which a model at chance stops the pipeline: with fewer, a hard problem looks the same."""
WORDS = 4
"""Words of answers that are sentences by which the quick model tells whether they have to do with their examples."""


@dataclass(frozen=True)
class Doubts:
    """Rows, the most doubtful first; how doubtful (0 to 1, or deviations); and what the quick model says instead."""

    rows: np.ndarray
    score: np.ndarray
    instead: list[str]
    sure: int
    """Of these, how many the model is sure of."""
    agreement: float
    """From 0 (chance) to 1: accuracy of the quick model beyond the largest class, or its R²."""
    by_chance: bool


def is_number(answers: pd.Series) -> bool:
    """Whether the answer is a quantity: as a class, it would have too many values."""
    return bool(pd.api.types.is_numeric_dtype(answers) and not pd.api.types.is_bool_dtype(answers)) and (
        answers.nunique() > max(20, 0.05 * len(answers))
    )


def check_classes(answers: pd.Series, stratified: bool) -> list[Check]:
    """Whether each class has examples enough to be learnt and tested."""
    counts = answers.astype(str).value_counts()
    size = answers.astype(str).map(counts).to_numpy()
    ratio = counts.max() / counts.min() if len(counts) else 1.0
    told = f"{counts.index[0]} {counts.iloc[0]:,}, {counts.index[-1]} {counts.iloc[-1]:,}" if len(counts) else ""
    name = str(answers.name)
    return [
        Check("answer_is_there", "stop", answers.isna().to_numpy(bool), name),
        Check("several_classes", "stop", None, name, holds=len(counts) > 1),
        Check("class_in_each_split", "stop" if stratified else "warn", size < 3, name),
        Check("class_large_enough", "warn", (size < 10) & (size >= 3), name),
        Check("balanced", "warn", None, name, told, holds=bool(ratio < 20)),
    ]


def check_copies(answers: pd.Series, clusters: np.ndarray) -> Check:
    """Near-duplicates that have different classes: one of them is wrong."""
    differ = pd.Series(answers.astype(str).to_numpy()).groupby(clusters).transform("nunique").to_numpy() > 1
    return Check("copies_agree", "warn", differ, str(answers.name))


def table_features(table: pd.DataFrame) -> np.ndarray:
    """Numbers as they are, categories and dates by their rank."""
    columns = []
    for name in table:
        column = table[name]
        plain = pd.api.types.is_numeric_dtype(column)
        values = column.to_numpy(float, na_value=np.nan) if plain else pd.factorize(column.astype(str), sort=True)[0]
        columns.append(np.where(np.isinf(values), np.nan, values).astype(np.float32))
    return np.stack(columns, axis=1)


def picture_features(pictures: np.ndarray) -> np.ndarray:
    """Grey values of at most 16 × 16; with colours, those at 8 × 8 as well."""
    small = [shrink(grey(pictures), 16)]
    if pictures.ndim == 4 and pictures.shape[3] > 1:
        small += [shrink(pictures[..., band].astype(np.float32), 8) for band in range(pictures.shape[3])]
    return np.concatenate([each.reshape(len(each), -1) for each in small], axis=1)


def word_counts(texts: list[str]) -> tuple[object, np.ndarray]:
    """Weighted counts of words and pairs of words (of signs, where words are not parted by blanks), and their names."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    unparted = sum(len(text) for text in texts[:1000]) > 12 * sum(len(text.split()) for text in texts[:1000])
    kind = {"analyzer": "char"} if unparted else {"token_pattern": r"(?u)\w+|[^\w\s]+"}
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, **kind)
    return vectorizer.fit_transform(texts), vectorizer.get_feature_names_out()


def doubts(contents: Contents, answers: pd.Series, words: object | None, seed: int = 0) -> Doubts | None:
    """Rank the answers by how much the quick model doubts them; None if it has nothing to learn from."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    chosen = np.flatnonzero(answers.notna().to_numpy())
    quantity = is_number(answers)
    if quantity:
        chosen = chosen[np.isfinite(answers.iloc[chosen].to_numpy(float))]
    else:
        sizes = answers.astype(str).map(answers.astype(str).value_counts()).to_numpy()
        chosen = chosen[sizes[chosen] >= 3]
    if len(chosen) > MOST:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, MOST, replace=False))
    if len(chosen) < 50 or answers.iloc[chosen].nunique() < 2:
        return None
    forest = {"n_estimators": 100, "bootstrap": True, "oob_score": True, "random_state": seed, "n_jobs": -1}
    given = answers.iloc[chosen]
    if words is not None:
        return None if quantity else _class_doubts(chosen, given, _by_words(words, chosen, given, seed), 0.2, seed)
    if contents.pictures is not None:
        features = picture_features(contents.pictures[chosen])
    elif contents.sounds is not None:
        features = sound_features(spectrograms(contents.sounds[chosen]))
    elif contents.table is not None and contents.table.shape[1]:
        features = table_features(contents.table.iloc[chosen])
    else:
        return None
    if quantity:
        model = ExtraTreesRegressor(**{**forest, "n_estimators": 60}, max_features=1 / 3)
        values = given.to_numpy(float)
        scaled = np.log(values) if values.min() > 0 else values
        return _value_doubts(chosen, scaled, model.fit(features, scaled).oob_prediction_, seed)
    low = 0.05 if contents.sounds is not None else 0.1  # a model that errs more often must be surer
    probability = ExtraTreesClassifier(**forest).fit(features, given.astype(str)).oob_decision_function_
    return _class_doubts(chosen, given, np.nan_to_num(probability, nan=1 / probability.shape[1]), low, seed)


def _by_words(words: object, chosen: np.ndarray, given: pd.Series, seed: int) -> np.ndarray:
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.naive_bayes import MultinomialNB

    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    rows = words[chosen]  # type: ignore[index]
    return cross_val_predict(MultinomialNB(alpha=0.5), rows, given.astype(str), cv=folds, method="predict_proba")


def _class_doubts(chosen: np.ndarray, given: pd.Series, probability: np.ndarray, low: float, seed: int) -> Doubts:
    names, codes = np.unique(given.astype(str), return_inverse=True)
    every = np.arange(len(codes))
    own = probability[every, codes]
    others = probability.copy()
    others[every, codes] = -1
    rival = others.max(axis=1)
    order = np.argsort(own - rival, kind="stable")
    random = np.random.default_rng(seed)
    shuffled = [probability[every, random.permutation(codes)].mean() for _ in range(100)]
    largest = np.bincount(codes).max() / len(codes)
    right = (own >= rival).mean()
    return Doubts(
        rows=chosen[order],
        score=(rival - own)[order],
        instead=names[others.argmax(axis=1)][order].tolist(),
        sure=int(((own < low) & (rival > 0.6)).sum()),
        agreement=float((right - largest) / (1 - largest)),
        by_chance=bool(own.mean() <= max(shuffled)),
    )


def _value_doubts(chosen: np.ndarray, values: np.ndarray, predicted: np.ndarray, seed: int) -> Doubts:
    error = values - predicted
    error = np.abs(error - np.median(error)) / max(1.4826 * np.median(np.abs(error - np.median(error))), 1e-12)
    order = np.argsort(-error, kind="stable")
    random = np.random.default_rng(seed)
    shuffled = [np.corrcoef(predicted, random.permutation(values))[0, 1] for _ in range(100)]
    instead = np.exp(predicted) if (predicted < 25).all() and (values > 0).all() else predicted
    return Doubts(
        rows=chosen[order],
        score=error[order],
        instead=[f"{value:.4g}" for value in instead[order]],
        sure=int((error > 8).sum()),
        agreement=float(1 - np.square(values - predicted).mean() / values.var()),
        by_chance=bool(np.corrcoef(predicted, values)[0, 1] <= max(shuffled)),
    )


def check_sentences(answers: pd.Series, contents: Contents, words: object | None) -> list[Check]:
    """Whether answers that are sentences are there, and have to do with their examples.

    For the latter, the quick model tells of some words whether an answer has them: of those that nearest to half of
    the answers have.
    """
    name, severity = str(answers.name), "stop" if len(answers) >= ENOUGH else "warn"
    checks = [Check("answer_is_there", "stop", answers.isna().to_numpy(bool), name)]
    known = [set(words_of(text)) for text in answers.fillna("").astype(str)]
    share = pd.Series(Counter(word for found in known for word in found), dtype=float) / max(len(known), 1)
    asked = (share - 0.5).abs().sort_values(kind="stable").index[:WORDS]
    having = [pd.Series([word in found for found in known]) for word in asked]
    doubted = [found for one in having if (found := doubts(contents, one, words)) is not None]
    if doubted:
        # Of shuffled answers one word may be told by chance, hardly two.
        related = sum(not found.by_chance for found in doubted) >= min(2, len(doubted))
        checks.append(Check("better_than_chance", cast(Severity, severity), None, name, "", holds=related))
    return checks


def check_doubts(found: Doubts, answers: pd.Series) -> list[Check]:
    name, size = str(answers.name), len(found.rows)
    share = found.sure / size
    agreement = in_each(lambda say: say("details.way", share=f"{max(found.agreement, 0):.0%}"))
    sure = in_each(lambda say: say("details.of", number=f"{found.sure:,}", of=f"{size:,}"))
    return [
        Check("better_than_chance", "stop" if size >= ENOUGH else "warn", None, name, "", holds=not found.by_chance),
        Check("answers_predictable", "warn", None, name, agreement, holds=found.agreement >= 0.45 or found.by_chance),
        Check("labels_believable", "warn", None, name, sure, holds=share < 0.005),
    ]
