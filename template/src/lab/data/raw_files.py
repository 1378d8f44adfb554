"""Whether the files in ``data/raw`` are those that were collected."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from lab.console import language
from lab.data.checks import Check
from lab.data_results import Collected
from lab.errors import UserError
from lab.files import file_digests, read_json, write_json
from lab.paths import HOME, PROVENANCE, RAW
from lab.words import in_each, in_language

LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""Files that a file browser leaves behind: they are no data."""


def check_files(raw: Path, collected: str) -> list[Check]:
    """``collected`` is collect's digest. A file that was added later gives a warning; one that changed stops."""
    digests = _digests(raw)
    if _total(digests) == collected:
        stray: list[str] = []
    else:
        stray = [name for name in digests if _total({**digests, name: None}) == collected]
        if not stray:
            newer = {name for name in digests if (raw / name).stat().st_mtime > (raw / PROVENANCE.name).stat().st_mtime}
            later = dict.fromkeys(newer - {"examples.parquet"})
            stray = sorted(later) if later and _total({**digests, **later}) == collected else []
    changed = _total(digests) != collected and not stray
    newest = max(digests, key=lambda name: (raw / name).stat().st_mtime, default="nothing")
    told = in_each(lambda say: say("details.last_written", file=newest))
    return [
        Check("payload_as_collected", "stop", detail=told if changed else "", holds=not changed),
        Check("no_stray_file", "warn", detail=", ".join(stray[:5]), holds=not stray),
    ]


def _digests(raw: Path) -> dict[str, bytes | None]:
    """SHA-256 of each file's content by its name, in the order of the names."""
    paths = sorted(path for path in raw.rglob("*") if path.is_file())
    paths = [path for path in paths if path != raw / PROVENANCE.name and path.name not in LITTER]
    names = [path.relative_to(raw).as_posix() for path in paths]
    return dict(zip(names, file_digests(paths), strict=True))


def _total(digests: dict[str, bytes | None]) -> str:
    """As ``lab.files.tree_digest``, of those files that have a digest."""
    total = hashlib.sha256()
    for name, digest in digests.items():
        if digest is not None:
            total.update(name.encode())
            total.update(digest)
    return total.hexdigest()


@cache
def collected_digest() -> str:
    """The digest of the raw data, which are as they were collected: a change by hand after validation is refused.

    Files are read again only if one has another size or time of writing than when they were last read.
    """
    source: Collected = read_json(PROVENANCE, "digest")
    collected = source["digest"]
    stamp, seen = HOME / "raw_files.json", {}
    for path in sorted(RAW.rglob("*")):
        if path.is_file():
            status = path.stat()
            seen[path.relative_to(RAW).as_posix()] = [status.st_size, status.st_mtime_ns]
    known = {"digest": collected, "files": seen}
    if stamp.is_file() and read_json(stamp) == known:
        return collected
    for check in check_files(RAW, collected):
        if check.severity == "stop" and not check.holds:
            told = in_language(check.detail, language())
            raise UserError(
                f"{RAW.as_posix()} is not what was collected ({told}): `uv run dvc repro` collects and "
                "validates it again; change collect in problem.py instead of the files"
            )
    write_json(stamp, known)
    return collected
