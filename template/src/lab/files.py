"""Files that are whole or not there: written under another name, then renamed; and their digests."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

MERGE = re.compile(r"^(<<<<<<<|>>>>>>>)( |$)", re.M)
"""What Git writes around the two versions of a conflict."""


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path next to ``path``; when the block ends well, it becomes ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: object) -> None:
    """Sorted, indented, never NaN (which is no JSON): the same content gives the same bytes."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_text(path: Path) -> str:
    """A text that people may write; a file in another encoding than UTF-8, or an unfinished merge, is named."""
    try:
        content = path.read_bytes()
    except OSError as error:  # a folder of that name, or a file without permission to read
        raise UserError(f"{path.as_posix()} cannot be read: {error.strerror}") from None
    try:
        text = content.decode("utf-8-sig")  # Windows puts a mark first
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        how = "save it as UTF-8 (in VS Code: click the encoding in the status bar, then Save with Encoding)"
        raise UserError(f"{path.as_posix()} is {_encoding(content)}, not UTF-8: {how}")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if marker := MERGE.search(text):
        line = 1 + text.count("\n", 0, marker.start())
        how = "keep what is right of both versions, and delete the lines with <<<<<<<, ======= and >>>>>>>"
        raise UserError(f"{path.as_posix()}, line {line}: a merge is not finished: {how}")
    return text


def _encoding(content: bytes) -> str:
    """What a text that is not UTF-8 is: certain from its first bytes, else the first that can be so."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:200].count(0) > len(content[:200]) // 4:
        return "UTF-16"
    for name, known in (("big5", "Big5"), ("gb18030", "GB 18030"), ("cp1252", "Windows-1252")):
        try:
            if "\0" not in content.decode(name):
                return f"probably {known}"
        except UnicodeDecodeError:
            continue
    return "no text"


def there(path: Path) -> Path:
    """``path``, which a stage writes, if it is there."""
    if not path.is_file():
        raise UserError(f"{path.as_posix()} is missing: run `uv run dvc repro`, which writes it")
    return path


def read_json(path: Path, *keys: str) -> Any:
    """What ``write_json`` wrote; it must have ``keys``."""
    try:
        content = json.loads(read_text(there(path)))
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path.as_posix()}, line {error.lineno}: no JSON: {error.msg}: `uv run dvc repro` writes it again"
        ) from None
    _has(path, content if isinstance(content, dict) else (), keys)
    return content


def read_table(path: Path, *columns: str) -> pd.DataFrame:
    """A table that a stage wrote, as Parquet or CSV; it must have ``columns``."""
    import pandas as pd

    there(path)
    try:
        table = (pd.read_csv if path.suffix == ".csv" else pd.read_parquet)(path)
    except MemoryError:
        raise
    except Exception as error:  # pandas and pyarrow raise many kinds of errors for damaged files
        detail = " ".join(str(error).split())[:150]
        raise UserError(f"{path.as_posix()} is damaged: `uv run dvc repro` writes it again ({detail})") from None
    _has(path, table, columns)
    return table


def _has(path: Path, content: Container[str], names: tuple[str, ...]) -> None:
    if missing := [name for name in names if name not in content]:
        lacks = f"{path.as_posix()} has no {', '.join(missing)}"
        raise UserError(f"{lacks}, so no stage wrote it: `uv run dvc repro` writes it again")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digests(folder: Path, skip: tuple[str, ...] = (), pattern: str = "[!.]*") -> dict[str, str]:
    """SHA-256 of each file in a folder, by name; not of hidden files, which a stage never writes."""
    files = [path for path in sorted(folder.glob(pattern)) if path.is_file() and path.name not in skip]
    found = {}
    for path in files:
        with path.open("rb") as stream:
            found[path.relative_to(folder).as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found


def tree_digest(folder: Path, skip: Callable[[Path], bool] = lambda path: False) -> str:
    """Digest of every file's name and content below ``folder``, independent of the file system's order."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not skip(path))
    digest = hashlib.sha256()
    for path, content in zip(paths, file_digests(paths), strict=True):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(content)
    return digest.hexdigest()


def file_digests(paths: list[Path]) -> list[bytes]:
    """SHA-256 of each file's content; several files at once, for hashing and reading leave Python's lock."""

    def digest(path: Path) -> bytes:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()

    if len(paths) < 2:
        return [digest(path) for path in paths]
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        return list(pool.map(digest, paths))


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content, however large it is."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def recover_folder(folder: Path) -> None:
    """Undo or finish what a killed ``whole_folder`` left: the old content is back, or the new one is there."""
    old = folder.with_name(f".{folder.name}.old")
    if old.exists() and not folder.exists():
        old.replace(folder)
    for left in (old, *folder.parent.glob(f".{folder.name}.*.new")):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder next to ``folder``; if the block ends well, it replaces ``folder``."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    recover_folder(folder)
    new, old = folder.with_name(f".{folder.name}.{os.getpid()}.new"), folder.with_name(f".{folder.name}.old")
    new.mkdir()
    try:
        yield new
        if folder.exists():
            folder.replace(old)
        new.replace(folder)
    finally:
        recover_folder(folder)
