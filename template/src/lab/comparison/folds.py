"""How much depends on the split: scores of methods that were trained on several, in ``records/folds.jsonl``.

``lab.verification.folds`` trains them. Each example is tested in one fold. The folds share most of their training
examples, so their scores are alike, and a plain interval over folds is far too narrow: that of Nadeau & Bengio
(2003, "Inference for the Generalization Error", section 3.2.2) allows for it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
from scipy.special import stdtrit

from lab.errors import UserError
from lab.files import read_json, write_text
from lab.fingerprint import of_fold
from lab.paths import FOLDS, PROVENANCE
from lab.record_lines import as_record, committed_lines, read_records
from lab.settings import Params


@dataclass(frozen=True)
class Fold:
    """One training: on all examples but those of ``fold``, which were then scored."""

    method: str
    fold: int
    of: int
    fingerprint: str
    """Of code, settings, data and split: another one is another training."""
    scores: dict[str, float]


def read_folds() -> list[Fold]:
    return read_records(FOLDS, Fold, "lab folds")


def rewritten_folds() -> list[Fold]:
    """Those that stand there with other scores than Git has of the same training."""
    committed = [each for line in committed_lines(FOLDS) if (each := as_record(line, Fold))]
    known = {(each.method, each.fold, each.of, each.fingerprint) for each in committed}
    return [
        each
        for each in read_folds()
        if (each.method, each.fold, each.of, each.fingerprint) in known and each not in committed
    ]


def note(new: Fold) -> None:
    """Write a fold down, in the place of an earlier one of the same method."""
    others = [each for each in read_folds() if (each.method, each.fold, each.of) != (new.method, new.fold, new.of)]
    write_text(FOLDS, "".join(json.dumps(asdict(each), sort_keys=True) + "\n" for each in [*others, new]))


def current(params: Params) -> dict[tuple[str, int], Fold]:
    """By method and number the folds that are known and are of today's code, settings and data."""
    data = read_json(PROVENANCE, "digest")["digest"]
    known = {each.fingerprint: each for each in read_folds()}
    wanted = {
        (method, fold): of_fold(params, method, fold, data)
        for method in params.methods
        for fold in range(params.split.folds)
    }
    return {place: known[fingerprint] for place, fingerprint in wanted.items() if fingerprint in known}


@dataclass(frozen=True)
class OverFolds:
    """One metric of one method over all folds, and its difference from the baseline, paired by fold."""

    mean: float
    std: float
    difference: float | None
    interval: list[float]


def over_folds(params: Params, metric: str) -> dict[str, OverFolds]:
    """By method, the baseline first; methods that lack a current fold are left out, all if the baseline does."""
    scores: dict[str, np.ndarray] = {}
    known, folds = current(params), range(params.split.folds)
    for method in ["baseline", *(name for name in params.methods if name != "baseline")]:
        if all((method, fold) in known for fold in folds):
            if not all(metric in known[method, fold].scores for fold in folds):
                name = FOLDS.as_posix()
                raise UserError(f"{name}: not as `lab folds` wrote it: `git checkout {name}`")
            scores[method] = np.array([known[method, fold].scores[metric] for fold in folds])
    result = {}
    for method, values in scores.items() if "baseline" in scores else ():
        shift = None if method == "baseline" else values - scores["baseline"]
        ends = [] if shift is None else corrected_interval(shift, 1 - params.compare.confidence)
        mean = None if shift is None else float(shift.mean())
        result[method] = OverFolds(float(values.mean()), float(values.std(ddof=1)), mean, ends)
    return result


def corrected_interval(differences: np.ndarray, alpha: float) -> list[float]:
    """The interval of a mean difference (folds,), each fold of which was tested on what the others trained on."""
    folds = len(differences)
    shared = 1 / folds + 1 / (folds - 1)  # the second: tested examples for each one that was trained on
    margin = -stdtrit(folds - 1, alpha / 2) * np.sqrt(shared * differences.var(ddof=1))
    return [float(differences.mean() - margin), float(differences.mean() + margin)]
