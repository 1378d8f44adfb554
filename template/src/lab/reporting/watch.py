"""``uv run lab watch``: a document is typeset again as soon as you save it. No stage runs, no result changes."""

from __future__ import annotations

import time
from pathlib import Path

from lab.console import localised, tell
from lab.errors import UserError
from lab.files import atomic, read_text
from lab.paths import COMPARISON, HOME, PROSE
from lab.reporting.documents import DOCUMENTS, told, typeset
from lab.reporting.prose import PROMPT_CALL
from lab.reporting.records import sentences
from lab.reporting.team import shares
from lab.reporting.typst_text import COMMENT
from lab.settings import read_project
from lab.words import Say, speaker

PREVIEW = HOME / "preview"
"""Not deliverables/, which DVC holds: what is handed in comes from ``dvc repro``."""
PAUSE = 0.2
"""Seconds between two looks at the files."""

Times = dict[Path, int]
"""When each file that documents read was changed, in nanoseconds."""


def main() -> None:
    if not COMPARISON.is_file():
        raise UserError(f"{COMPARISON.as_posix()} is missing: run `uv run dvc repro` once, documents read its results")
    print(_say()("console.watching", path=f"{PREVIEW.as_posix()}/report.pdf"), flush=True)
    seen: Times = {}
    try:
        while True:
            seen = typeset_changed(seen)
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        print()


def typeset_changed(seen: Times) -> Times:
    """Typeset each document of which a file changed since ``seen``, and return the times of now.

    A mistake is told in one line, and the last PDF stays.
    """
    now = {path: path.stat().st_mtime_ns for path in _read_by_documents() if path.is_file()}
    changed = {path for path in {*seen, *now} if seen.get(path) != now.get(path)}
    own = {PROSE / f"{name}.typ" for name in DOCUMENTS}
    sources = own if changed - own else changed
    inputs: dict[str, str] | None = None
    for source in sorted(sources & set(now)):
        started = time.perf_counter()
        try:
            inputs = inputs or _told()
            content = typeset(source, inputs)
        except UserError as error:
            tell("console.error", text=localised(error))
            continue
        with atomic(PREVIEW / f"{source.stem}.pdf") as temporary:
            temporary.write_bytes(content)
        left = COMMENT.sub("", read_text(source)).count(PROMPT_CALL)
        say, kind = _say(), {0: "console.all_written", 1: "console.part_left"}.get(left, "console.parts_left")
        seconds = f"{time.perf_counter() - started:.1f}"
        print(say("console.typeset", document=source.stem, seconds=seconds, left=say(kind, left=left)), flush=True)
    return now


def _say() -> Say:
    return speaker(read_project().language)


def _told() -> dict[str, str]:
    return told(sentences(_say()), {one.name: one.runs for one in shares(live=False)})


def _read_by_documents() -> list[Path]:
    texts = [path for path in PROSE.rglob("*") if path.suffix in (".typ", ".bib", ".svg", ".png")]
    return [*texts, Path("project.toml"), *Path("results").glob("*.json")]
