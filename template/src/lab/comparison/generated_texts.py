"""How sentences that a method writes are judged: whether they are right word by word, by BLEU and by chrF.

BLEU and chrF are of all sentences together, not means over sentences. ``measure_texts`` counts in each what they are
made of, so that ``score_texts`` only adds up: it is called for hundreds of resamples of the examples.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from lab.contract import Metric
from lab.sentences import IDEOGRAPHS, words
from lab.words import term

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU, CHRF

EXACT_MATCH = Metric(
    "exact_match",
    higher_is_better=True,
    unit="%",
    digits=1,
    bounds=(0, 100),
    label=term("exact_match"),
)
BLEU_SCORE = Metric("bleu", higher_is_better=True, digits=1, bounds=(0, 100), label="BLEU")
CHRF_SCORE = Metric("chrf", higher_is_better=True, digits=1, bounds=(0, 100), label="chrF")


def measure_texts(allowed: Sequence[Sequence[str]], written: Sequence[str]) -> pd.DataFrame:
    """A row for each text ``written``: whether it is one of those ``allowed``, and the counts of BLEU and chrF.

    Capital letters and blanks do not count for ``exact``. Chinese is parted into characters for BLEU.
    """
    bleu, chrf = metrics(any(re.search(f"[{IDEOGRAPHS}]", text) for texts in allowed for text in texts))
    exact = [words(text) in [words(right) for right in texts] for text, texts in zip(written, allowed, strict=True)]
    most = max(map(len, allowed))  # sacreBLEU wants the first wording of all, the second of all, …
    wordings: Any = [[texts[place] if place < len(texts) else None for texts in allowed] for place in range(most)]
    counts = {
        name: pd.DataFrame(metric._extract_corpus_statistics(written, wordings))
        for name, metric in (("bleu", bleu), ("chrf", chrf))
    }
    return pd.concat({"exact": pd.DataFrame({"right": exact}), **counts}, axis=1)


def score_texts(measured: pd.DataFrame) -> dict[str, float]:
    """``exact_match`` in percent, ``bleu`` and ``chrf``, from the counts of ``measure_texts``."""
    found = {"exact_match": 100 * float(measured["exact"].to_numpy().mean())}
    for name, metric in zip(("bleu", "chrf"), metrics(False), strict=True):
        counts = measured[name].to_numpy().sum(axis=0).tolist()
        found[name] = min(100.0, float(metric._compute_score_from_stats(counts).score))  # BLEU of right ones rounds up
    return found


@cache
def metrics(unparted: bool) -> tuple[BLEU, CHRF]:
    """Those of sacreBLEU (Post 2018), as it sets them; ``unparted`` texts have no blanks between words."""
    from sacrebleu.metrics import BLEU, CHRF

    return BLEU(tokenize="zh" if unparted else "13a"), CHRF()
