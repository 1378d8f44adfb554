"""What a translator's memory answers: the translation of the most similar sentence that is known."""

from __future__ import annotations

import re

import numpy as np

NUMBER = re.compile(r"\d+")


def remembered(known: list[str], translated: list[str], asked: list[str]) -> dict[str, list[str]]:
    """For each sentence that is ``asked``: the translation of the nearest ``known`` one, by groups of letters (TF-IDF).

    ``translation_memory`` gives it as it is. ``memory_with_numbers`` puts the numbers that are asked in place of the
    known ones, where the known sentence has as many and writes them in its translation (Nagao 1984).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True)
    memory = vectorizer.fit_transform(known)
    shape = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True)
    shapes = shape.fit_transform([NUMBER.sub("0", text) for text in known])
    plain, numbered = [], []
    for start in range(0, len(asked), 500):  # as many at once as fit into memory
        some = asked[start : start + 500]
        nearest = np.asarray((vectorizer.transform(some) @ memory.T).argmax(axis=1)).ravel()
        plain += [translated[row] for row in nearest]
        alike = shape.transform([NUMBER.sub("0", text) for text in some]) @ shapes.T
        nearest = np.asarray(alike.argmax(axis=1)).ravel()
        numbered += [with_numbers(known[row], translated[row], text) for row, text in zip(nearest, some, strict=True)]
    return {"translation_memory": plain, "memory_with_numbers": numbered}


def with_numbers(known: str, translation: str, asked: str) -> str:
    """``translation`` with each number of ``known`` replaced by that at its place in ``asked``."""
    old, new = NUMBER.findall(known), NUMBER.findall(asked)
    if len(old) != len(new):
        return translation
    said: dict[str, list[str]] = {}
    for one, other in zip(old, new, strict=True):
        said.setdefault(one, []).append(other)
    return NUMBER.sub(lambda found: said[found[0]].pop(0) if said.get(found[0]) else found[0], translation)
