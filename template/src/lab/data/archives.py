"""Archives from elsewhere: unpacked whole or not at all, never outside their folder, never without end."""

from __future__ import annotations

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from lab.errors import UserError

FREE = 1_000_000_000
"""Bytes that may always be unpacked, however small the archive is."""
RATIO = 100
"""How many times an archive may grow beyond that; photographs almost do not grow, tables about tenfold."""
FILES = 2_000_000
PIECE = 2**20


def is_archive(path: Path) -> bool:
    """Whether it is a zip or a tar file; spreadsheets are zip files, too, and stay whole."""
    if path.suffix.lower() in (".xlsx", ".npz", ".docx"):
        return False
    return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def unpack(path: Path, folder: Path, encoding: str = "utf-8") -> None:
    """Write the files of a zip or tar archive below ``folder``.

    Raises:
        UserError: it is broken, needs a password, names a place outside the folder or is a bomb.
    """
    folder.mkdir(parents=True, exist_ok=True)
    room = min(max(FREE, RATIO * path.stat().st_size), int(0.9 * shutil.disk_usage(folder).free))
    try:
        for name, stream in _zipped(path, encoding) if zipfile.is_zipfile(path) else _tarred(path):
            target = folder.joinpath(*_parts(name, path.name))
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                while piece := stream.read(PIECE):  # type: ignore[attr-defined]
                    room -= len(piece)
                    if room < 0:
                        raise UserError(f"{path.name} grows without end when it is unpacked, or the disk is full")
                    out.write(piece)
    except FileExistsError as error:
        raise UserError(f"{path.name} holds {Path(str(error.filename)).name} twice") from None
    except RuntimeError:  # zipfile's for "encrypted"
        raise UserError(f"{path.name} has a password: unpack it yourself, and use source: folder") from None
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError, OSError) as error:
        raise UserError(f"{path.name} cannot be unpacked: {error}") from None


def _parts(name: str, archive: str) -> tuple[str, ...]:
    """The path below the folder, by the rules of every system."""
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    if posix.is_absolute() or windows.drive or windows.root or ".." in windows.parts or not windows.parts:
        raise UserError(
            f"{archive} names a place outside its folder, {name!r}: it may be harmful, so it was not unpacked"
        )
    return tuple(part for part in windows.parts if part != ".")


def _zipped(path: Path, encoding: str) -> Iterator[tuple[str, object]]:
    """Each file's name and content. Names are UTF-8 if they can be, else of the encoding of the data."""
    fallback = "cp437" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    try:
        archive = zipfile.ZipFile(path, metadata_encoding="utf-8")
    except UnicodeDecodeError:
        archive = zipfile.ZipFile(path, metadata_encoding=fallback)
    with archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > FILES:
            raise UserError(f"{path.name} holds {len(entries):,} files: it may be harmful, so it was not unpacked")
        for entry in entries:
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise UserError(
                    f"{path.name} holds a link, {entry.filename!r}: it may be harmful, so it was not unpacked"
                )
            with archive.open(entry) as stream:
                yield entry.filename, stream


def _tarred(path: Path) -> Iterator[tuple[str, object]]:
    with tarfile.open(path) as archive:
        for number, entry in enumerate(archive):
            if entry.isdir():
                continue
            if not entry.isfile():
                raise UserError(
                    f"{path.name} holds a link or a device, {entry.name!r}: it may be harmful, so it was not unpacked"
                )
            if number > FILES:
                raise UserError(
                    f"{path.name} holds more than {FILES:,} files: it may be harmful, so it was not unpacked"
                )
            yield entry.name, archive.extractfile(entry)
