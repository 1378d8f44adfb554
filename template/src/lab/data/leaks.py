"""Features that are the answer under another name, or nearly so."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from lab.contract import Contents
from lab.data.answers import is_number, table_features
from lab.data.checks import Check
from lab.data.picture_copies import grey, shrink
from lab.data_results import Severity
from lab.words import Say, in_each

GIVEN, ALMOST = 0.999, 0.95
"""From 0 (chance) to 1 (never wrong): from which value on a single feature predicts the answer, or almost."""

FIRST = 16
"""Samples of a sound that are looked at: what software writes there (or leaves silent) must not tell the class."""


def check_leaks(contents: Contents, answers: pd.Series, words: tuple[object, np.ndarray] | None) -> list[Check]:
    """How well each feature by itself predicts the answers of other examples."""
    known = answers.notna().to_numpy()
    if known.sum() < 50 or answers.nunique() < 2:
        return []
    scores: dict[str, float] = {}
    signals: dict[str, str] = {}  # what a name begins with that is no column's
    severity: Severity = "stop"
    if contents.table is not None and contents.table.shape[1]:
        scores |= _scores(list(contents.table), table_features(contents.table)[known], answers[known])
    if contents.pictures is not None and not is_number(answers):
        small = shrink(grey(contents.pictures[known]), 32)
        names = [f"pixel ({row}, {column})" for row in range(small.shape[1]) for column in range(small.shape[2])]
        signals |= dict.fromkeys(names, "pixel")
        pixels = _scores(names, small.reshape(len(small), -1), answers[known])
        # A pixel that tells the class is a mark; a quarter of them are what the pictures show: day and night, say.
        severity = "warn" if np.mean([score >= ALMOST for score in pixels.values()]) > 0.25 else "stop"
        scores |= pixels
    if contents.sounds is not None and not is_number(answers):
        first = contents.sounds[known, :FIRST]
        names = [f"sample {place}" for place in range(first.shape[1])]
        signals |= dict.fromkeys(names, "sample")
        scores |= _scores(names, first, answers[known])
    if words is not None and not is_number(answers):
        told_by_words = _words(words[0][known], words[1], answers[known])  # type: ignore[index]
        signals |= dict.fromkeys(told_by_words, "word")
        scores |= told_by_words
    told = sorted(scores, key=lambda name: -scores[name])
    given = [name for name in told if scores[name] >= GIVEN]
    almost = [name for name in told if ALMOST <= scores[name] < GIVEN]

    def check(kind: str, severity: Severity, names: list[str]) -> Check:
        return Check(kind, severity, detail=in_each(partial(_named, names, signals)), holds=not names)

    return [check("answer_not_given", severity, given), check("answer_not_almost_given", "warn", almost)]


def _named(names: list[str], signals: dict[str, str], say: Say) -> str:
    shown = [name.replace(kind, say(f"details.{kind}"), 1) if (kind := signals.get(name)) else name for name in names]
    return say("results.list").join([*shown[:5], *(["…"] if len(names) > 5 else [])])


def _scores(names: list[str], features: np.ndarray, answers: pd.Series) -> dict[str, float]:
    if is_number(answers):
        ranks = answers.rank().to_numpy()
        return {name: _rank_correlation(features[:, place], ranks) for place, name in enumerate(names)}
    codes = pd.factorize(answers.astype(str))[0]
    half = np.random.default_rng(0).random(len(codes)) < 0.5
    return {name: _telling(features[:, place], codes, half) for place, name in enumerate(names)}


def _rank_correlation(values: np.ndarray, ranks: np.ndarray) -> float:
    """0 to 1; 0.9995 and more is the same quantity in other words."""
    known = np.isfinite(values)
    if known.sum() < 50 or len(np.unique(values[known])) < 20:
        return 0.0
    correlation = abs(np.corrcoef(pd.Series(values[known]).rank(), ranks[known])[0, 1])
    return float(correlation * known.mean()) if correlation > 0.99 else 0.0


def _telling(values: np.ndarray, codes: np.ndarray, half: np.ndarray) -> float:
    """Accuracy beyond the largest class, if each value (or range of values) predicts its most frequent class."""
    distinct, places = np.unique(values, return_inverse=True)
    if len(distinct) < 2:
        return 0.0
    if len(distinct) > 64:
        places = np.searchsorted(np.nanquantile(values, np.linspace(0, 1, 65)[1:-1]), values)
    table = np.zeros((places.max() + 1, codes.max() + 1))
    np.add.at(table, (places[half], codes[half]), 1)
    right = (table.argmax(axis=1)[places[~half]] == codes[~half]).mean()
    largest = np.bincount(codes[~half]).max() / (~half).sum()
    return float((right - largest) / (1 - largest)) if largest < 1 else 0.0


def _words(counts: object, names: np.ndarray, answers: pd.Series) -> dict[str, float]:
    """Words that are in all texts of one class and in no other: their F1."""
    from scipy.sparse import csr_array

    codes, classes = pd.factorize(answers.astype(str))
    there = csr_array(counts, dtype=bool).astype(np.int32)  # type: ignore[call-overload]
    member = csr_array(
        (np.ones(len(codes), np.int32), (codes, np.arange(len(codes)))), shape=(len(classes), len(codes))
    )
    both = (member @ there).toarray()
    size, texts = np.bincount(codes)[:, None], both.sum(axis=0, keepdims=True)
    score = np.where((size >= 20) & (size <= 0.9 * len(codes)), 2 * both / (size + texts), 0)
    best = score.max(axis=0)
    # Single words first: a pair of words with a leaked one adds nothing.
    told = [place for place in np.flatnonzero(best >= ALMOST) if " " not in names[place]]
    return {f"word {names[place]!r}": float(best[place]) for place in told}
