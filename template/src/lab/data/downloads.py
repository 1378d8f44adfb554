"""Files of addresses: whole or not at all, checked, and kept, so that nothing is downloaded twice."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from tqdm import tqdm

from lab.console import tell
from lab.data.archives import is_archive, unpack
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import atomic, digest_of, read_json, sha256, write_text
from lab.paths import DOWNLOADS

TRIES = 6
"""Failures in a row, without a byte of progress, after which it gives up."""
PAUSE = 1.0
"""Seconds before the second try; twice as many before each further one."""
SECONDS = 30
"""Without a byte, after which a connection counts as broken."""
PIECE = 2**20
PASSING = {408, 425, 429, 500, 502, 503, 504}
"""What a server says if it may well answer later."""


class _Interrupted(Exception):  # noqa: N818 - not an error: it goes on
    """A connection ended early, or the server asked to come back later."""


def download_all(options: DataSettings) -> tuple[Path, dict[str, str]]:
    """The folder with what all of ``options.url`` hold, archives unpacked; and each file's SHA-256 by name."""
    expected = [digest.lower() for digest in options.sha256] or [""] * len(options.url)
    key = sha256("\n".join([*options.url, *expected]).encode())[:16]
    folder, digests = DOWNLOADS / key, {}
    paths = []
    for url, wanted in zip(options.url, expected, strict=True):
        path, found = download(url, wanted)
        if path.name in digests:
            raise UserError(f"params.yaml: data.url: two addresses end in {path.name}: take one of them")
        if not wanted:
            tell("console.downloaded", path=path.name, digest=found)
        digests[path.name] = found
        paths.append(path)
    if len(paths) == 1 and not is_archive(paths[0]):
        return paths[0].parent, digests
    contents = folder / sha256(json.dumps(digests, sort_keys=True).encode())[:16]
    if not contents.exists():
        _put_together(paths, contents, options.encoding)
    return contents, digests


def _put_together(paths: list[Path], contents: Path, encoding: str) -> None:
    """A folder of all files; what is in an archive, without it."""
    import shutil

    from lab.files import whole_folder

    with whole_folder(contents) as folder:
        for path in paths:
            place = folder if len(paths) == 1 else folder / path.name.partition(".")[0]
            if is_archive(path):
                unpack(path, place, encoding)
            else:
                shutil.copy2(path, folder / path.name)


def download(url: str, expected: str = "") -> tuple[Path, str]:
    """The file at ``url`` and its SHA-256, which must be ``expected`` if that is given.

    A download that was broken off, here or on an earlier day, goes on where it ended, if the server can do that and
    has not changed the file since.
    """
    folder = DOWNLOADS / sha256(url.encode())[:16]
    done = folder / "done.json"
    if done.is_file():
        record = read_json(done)
        path = folder / "files" / record["name"]
        if path.is_file() and path.stat().st_size == record["bytes"] and expected in ("", record["sha256"]):
            return path, record["sha256"]
    part = Part(folder / "part")
    failures = 0
    while True:
        before = part.size()
        try:
            name = _fetch(url, part, checked=bool(expected))
            break
        except _Interrupted as reason:
            failures = 1 if part.size() > before else failures + 1
            if failures == TRIES:
                kept = f"; {part.size():,} bytes are kept, and the next try continues from there" if part.size() else ""
                raise UserError(f"{url} could not be downloaded: {reason}{kept}: check the network") from None
            time.sleep(PAUSE * 2 ** (failures - 1))
    found = digest_of(part.path)
    if expected and found != expected:
        part.remove()
        raise UserError(f"{url} is not the file that data.sha256 in params.yaml names: its SHA-256 is {found}")
    path = folder / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    size = part.size()
    part.path.replace(path)
    part.remove()
    write_text(done, json.dumps({"url": url, "name": name, "bytes": size, "sha256": found}))
    return path, found


@dataclass(frozen=True)
class Part:
    """What is there of a file, and by what the server would know whether it has changed since."""

    path: Path

    @property
    def _mark(self) -> Path:
        return self.path.with_suffix(".mark")

    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def mark(self) -> str:
        return self._mark.read_text(encoding="utf-8") if self._mark.is_file() else ""

    def start(self, mark: str) -> None:
        """Begin again."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"")
        with atomic(self._mark) as temporary:
            temporary.write_text(mark, encoding="utf-8")

    def remove(self) -> None:
        for path in (self.path, self._mark):
            path.unlink(missing_ok=True)


def _fetch(url: str, part: Part, checked: bool) -> str:
    """Bring ``part`` to its end; return the file's name. ``checked``: whether a mixture would be noticed afterwards.

    Raises:
        _Interrupted: it may go on later.
        UserError: it may not.
    """
    headers = {"Accept-Encoding": "identity", "User-Agent": "lab"}
    if part.size() and (part.mark() or checked):
        headers["Range"] = f"bytes={part.size()}-"
        if part.mark():
            headers["If-Range"] = part.mark()
    try:
        with requests.get(url, headers=headers, stream=True, timeout=SECONDS) as answer:
            if answer.status_code == 416:  # nothing is left, or the file is another now
                if answer.headers.get("Content-Range") == f"bytes */{part.size()}":
                    return _name(answer)
                part.remove()
                raise _Interrupted("the server's file is shorter than what was downloaded")
            if answer.status_code in PASSING:
                raise _Interrupted(f"the server answers {answer.status_code} {answer.reason}")
            if answer.status_code not in (200, 206):
                mend = {401: "it asks for a password", 403: "it is not for everyone", 404: "there is no such file"}
                said = mend.get(answer.status_code, "look at the address in a browser")
                raise UserError(f"{url}: the server answers {answer.status_code} {answer.reason}: {said}")
            if answer.status_code == 200:
                part.start(_mark_of(answer))
            elif not re.match(rf"bytes {part.size()}-", answer.headers.get("Content-Range", "")):
                part.remove()
                raise _Interrupted("the server sent another part than the one requested")
            _append(answer, part)
            return _name(answer)
    except requests.exceptions.TooManyRedirects:
        raise UserError(f"{url} redirects from one address to another without end") from None
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
        raise UserError(f"{url}: {error}") from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise _Interrupted(_reason(error)) from None


def _append(answer: requests.Response, part: Part) -> None:
    """The rest of the body, with a bar that shows how much is left."""
    length = answer.headers.get("Content-Length")
    total = part.size() + int(length) if length and length.isdigit() else None
    bar = tqdm(total=total, initial=part.size(), unit="B", unit_scale=True, desc=_name(answer), leave=False, delay=1)
    with bar, part.path.open("ab") as stream:
        while piece := answer.raw.read1(PIECE, decode_content=False):  # what is there: a dropped piece would be lost
            stream.write(piece)
            bar.update(len(piece))
    if total is not None and part.size() != total:
        raise _Interrupted(f"the connection ended after {part.size():,} of {total:,} bytes")


def _mark_of(answer: requests.Response) -> str:
    """A strong ETag or a date, by which the server tells whether its file is still the same."""
    tag = answer.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")


def _name(answer: requests.Response) -> str:
    """As the server calls the file, else the end of its address; never a path."""
    given = re.search(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)", answer.headers.get("Content-Disposition", ""))
    name = unquote(given[1]) if given else unquote(urlsplit(answer.url).path)
    name = re.sub(r"[\x00-\x1f<>:\"|?*]", "_", name.replace("\\", "/").rstrip("/").rpartition("/")[2]).strip(". ")
    return name or "download"


def _reason(error: Exception) -> str:
    text = str(error)
    for sign, reason in (
        ("NameResolution", "there is no such server, or no network"),
        ("refused", "no server answers"),
        ("timed out", "the server says nothing"),
        ("IncompleteRead", "the connection ended early"),
        ("CERTIFICATE", "the server's certificate is not valid"),
    ):
        if sign in text:
            return reason
    return " ".join(text.split())[:200]
