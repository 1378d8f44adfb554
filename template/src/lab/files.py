"""Files that are whole or not there: written beside, then renamed; and their digests."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.errors import UserError


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; when the block ends well, it becomes ``path``."""
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


def write_json(path: Path, content: Any) -> None:
    """Sorted, indented, never NaN (which is no JSON): the same content gives the same bytes."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_text(path: Path) -> str:
    """A text of the team. The mark that Windows puts first is left out; another encoding than UTF-8 is named."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        pass
    how = "save it as UTF-8 (in VS Code: click the encoding in the status bar, then Save with Encoding)"
    raise UserError(f"{path.as_posix()} is {_encoding(content)}, not UTF-8: {how}") from None


def _encoding(content: bytes) -> str:
    """What a text that is not UTF-8 is: certain from its first bytes, else the first that can be so."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:200].count(0) > len(content[:200]) // 4:
        return "UTF-16"
    for name, known in (("big5", "Big5"), ("gb18030", "GB 18030"), ("cp1252", "Windows-1252")):
        try:
            content.decode(name)
            return f"probably {known}"
        except UnicodeDecodeError:
            continue
    return "no text"


def read_json(path: Path) -> Any:
    if not path.is_file():
        raise UserError(f"{path} is missing: run `uv run dvc repro`, which writes it")
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}, line {error.lineno}: no JSON: {error.msg}: `uv run dvc repro` writes it anew"
        ) from None


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tree_digest(folder: Path, skip: Callable[[Path], bool] = lambda path: False) -> str:
    """Digest of every file's name and content below ``folder``, independent of the file system's order."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not skip(path)):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
