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
    plain = [translated[row] for row in nearest(known, asked)]
    rows = nearest(*([NUMBER.sub("0", text) for text in texts] for texts in (known, asked)))
    numbered = [with_numbers(known[row], translated[row], text) for row, text in zip(rows, asked, strict=True)]
    return {"translation_memory": plain, "memory_with_numbers": numbered}


def nearest(known: list[str], asked: list[str]) -> np.ndarray:
    """(n,): of each text that is ``asked`` the place of the most similar ``known`` one."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True)
    memory = vectorizer.fit_transform(known)
    parts = [asked[start : start + 500] for start in range(0, len(asked), 500)]  # as many as fit into memory at once
    return np.concatenate([np.ravel((vectorizer.transform(part) @ memory.T).argmax(axis=1)) for part in parts])


def with_numbers(known: str, translation: str, asked: str) -> str:
    """``translation`` with each number of ``known`` replaced by that at its place in ``asked``."""
    old, new = NUMBER.findall(known), NUMBER.findall(asked)
    if len(old) != len(new):
        return translation
    said: dict[str, list[str]] = {}
    for one, other in zip(old, new, strict=True):
        said.setdefault(one, []).append(other)
    return NUMBER.sub(lambda found: said[found[0]].pop(0) if said.get(found[0]) else found[0], translation)
