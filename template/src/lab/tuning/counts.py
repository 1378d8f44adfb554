"""``records/tuning.jsonl``: how many settings were tried for each method. Git carries it and merges it line by line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from lab.files import write_text
from lab.paths import TRIALS
from lab.record_lines import as_record, committed_lines, read_records


@dataclass(frozen=True)
class Count:
    """The trials of one study: of one method with one set of ranges, code and data."""

    method: str
    study: str
    trials: int
    """All that were begun, those that were cut off or failed counted: each was a chance to be lucky."""
    cut_off: int
    failed: int


def note(count: Count) -> None:
    """Write the count down, in the place of an earlier one of the same study."""
    lines = [
        each
        for each in read_records(TRIALS, Count, "lab tune")
        if (each.method, each.study) != (count.method, count.study)
    ]
    text = "".join(json.dumps(asdict(each), sort_keys=True) + "\n" for each in [*lines, count])
    write_text(TRIALS, text)


def trials_by_method() -> dict[str, Count]:
    """All trials of each method that was tuned: those of earlier ranges and code count, too."""
    found: dict[str, Count] = {}
    for each in _by_study(read_records(TRIALS, Count, "lab tune")).values():
        sums = found.get(each.method, Count(each.method, "all", 0, 0, 0))
        added = [getattr(sums, name) + getattr(each, name) for name in ("trials", "cut_off", "failed")]
        found[each.method] = Count(each.method, "all", *added)
    return dict(sorted(found.items()))


def lost_trials() -> int:
    """How many trials Git has counted that the file counts no longer."""
    here = _by_study(read_records(TRIALS, Count, "lab tune"))
    committed = _by_study([each for line in committed_lines(TRIALS) if (each := as_record(line, Count))])
    return sum(max(0, each.trials - (here[key].trials if key in here else 0)) for key, each in committed.items())


def _by_study(counts: list[Count]) -> dict[tuple[str, str], Count]:
    """The latest count of each: after a merge a study may stand there twice, and it only grows."""
    latest: dict[tuple[str, str], Count] = {}
    for each in counts:
        key = each.method, each.study
        latest[key] = max(each, latest.get(key, each), key=lambda one: one.trials)
    return latest
