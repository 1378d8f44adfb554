"""Downloads from a server that behaves badly: what arrives is whole and right, or one line says why not."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flaky_server import Files, serving

import lab
from lab.data import archives, downloads
from lab.data.sources import find
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import sha256

CONTENT = bytes(range(256)) * 8000


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(downloads, "PAUSE", 0.01)
    with serving() as files:
        files.content["data.bin"] = CONTENT
        yield files


def fetch(server: Files, name: str = "data.bin", expected: str = "") -> bytes:
    return downloads.download(f"{server.address}/{name}", expected)[0].read_bytes()


def test_a_file_arrives_once_and_is_kept(server: Files) -> None:
    for _ in range(2):
        assert fetch(server, expected=sha256(CONTENT)) == CONTENT
    assert len(server.asked) == 1
    path, digest = downloads.download(f"{server.address}/from/data.bin")  # by a redirect
    assert (path.name, digest) == ("data.bin", sha256(CONTENT))


def test_dropped_connections_go_on_where_they_ended(server: Files) -> None:
    server.drop_after = [1_000_000, 500_000, 0, 0]
    server.busy = 2
    assert fetch(server) == CONTENT
    assert next(asked for asked in server.asked if asked) == "bytes=1000000-"
    assert server.asked[-1] == "bytes=1500000-"


def test_a_file_that_changed_in_between_is_not_mixed(server: Files) -> None:
    server.drop_after = [1_000_000] + [0] * 5
    with pytest.raises(UserError, match="1,000,000 bytes are kept"):
        fetch(server)
    server.content["data.bin"], server.version = CONTENT[::-1], '"2"'
    assert fetch(server) == CONTENT[::-1]
    assert server.asked[-1] == "bytes=1000000-"


def test_a_server_without_ranges_starts_again(server: Files) -> None:
    server.ranges, server.drop_after = False, [1_000_000, 700_000]
    assert fetch(server) == CONTENT


def test_a_file_that_is_always_cut_is_told(server: Files) -> None:
    server.drop_after, server.ranges = [600] * 50, False
    with pytest.raises(UserError, match=r"ended (early|after 600 of 2,048,000 bytes)"):
        fetch(server)
    assert not list(Path().rglob("files/data.bin"))


def test_an_altered_file_is_refused_and_not_kept(server: Files) -> None:
    server.content["data.bin"] = CONTENT[:-1] + b"x"
    with pytest.raises(UserError, match=r"is not the file that data\.sha256"):
        fetch(server, expected=sha256(CONTENT))
    server.content["data.bin"] = CONTENT
    assert fetch(server, expected=sha256(CONTENT)) == CONTENT


@pytest.mark.parametrize(
    ("path", "says"), [("none", "404 Not Found: there is no such file"), ("circle", "without end")]
)
def test_what_no_patience_mends_is_told_at_once(server: Files, path: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        fetch(server, path)
    assert len(server.asked) <= 31


def test_no_server_is_told(server: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="no server answers"):
        downloads.download("http://127.0.0.1:9/data.csv")


KILLED = """
from lab.data import downloads
downloads.download({url!r})
"""


def test_a_killed_download_goes_on(server: Files, tmp_path: Path) -> None:
    server.content["big.bin"] = big = os.urandom(1_000) * 60_000
    url = f"{server.address}/big.bin"
    environment = os.environ | {"PYTHONPATH": str(Path(lab.__file__).parents[1])}
    with subprocess.Popen([sys.executable, "-c", KILLED.format(url=url)], env=environment, cwd=tmp_path) as process:
        while not any(path.stat().st_size for path in tmp_path.rglob("part")):
            assert process.poll() is None
            time.sleep(0.001)
        process.kill()
    part = next(tmp_path.rglob("part"))
    there = part.stat().st_size
    if there == len(big):
        pytest.skip("this machine downloads faster than a process can be killed")
    assert downloads.download(url)[0].read_bytes() == big
    assert server.asked == ["", f"bytes={there}-"]


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def found(server: Files, *names: str, **options: object) -> Path:
    urls = [f"{server.address}/{name}" for name in names]
    return find(DataSettings.model_validate({"source": "url", "url": urls} | options)).folder


def test_archives_are_unpacked_and_put_together(server: Files) -> None:
    server.content["a.zip"] = zipped({"貓/1.png": b"x", "__MACOSX/1": b""})
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:xz") as archive:
        entry = tarfile.TarInfo("dog/2.png")
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"y"))
    server.content["b.tar.xz"] = stream.getvalue()
    server.content["c.csv"] = b"a,b\n1,2\n"
    folder = found(server, "a.zip", "b.tar.xz", "c.csv")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"a/貓/1.png", "b/dog/2.png", "c.csv"} <= names
    assert found(server, "a.zip", inside="貓").name == "貓"
    with pytest.raises(UserError, match=r"data\.inside: there is no \.\./x"):
        found(server, "a.zip", inside="../x")
    before = len(server.asked)
    assert found(server, "a.zip", "b.tar.xz", "c.csv") == folder
    assert len(server.asked) == before


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a/../../out.txt", "C:\\out.txt", "..\\out.txt"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_paths_outside_are_refused(server: Files, tmp_path: Path, name: str, kind: str) -> None:
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(zipfile.ZipInfo(name), "x")
    else:
        with tarfile.open(fileobj=stream, mode="w") as tar:
            tar.addfile(tarfile.TarInfo(name))
    server.content["evil"] = stream.getvalue()
    with pytest.raises(UserError, match="names a place outside its folder"):
        found(server, "evil")
    assert not list(tmp_path.rglob("out.txt"))


def test_links_are_refused(server: Files, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        tar.addfile(link)
    server.content["links.tar"] = stream.getvalue()
    with pytest.raises(UserError, match="holds a link"):
        found(server, "links.tar")


def test_bombs_are_refused_and_leave_nothing(server: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FREE", 1_000_000)
    server.content["bomb.zip"] = zipped({"zeros": bytes(20_000_000)})
    with pytest.raises(UserError, match="grows without end"):
        found(server, "bomb.zip")
    assert not list(tmp_path.rglob("zeros"))
    server.content["dense.zip"] = zipped({"random": os.urandom(3_000_000)})
    assert (found(server, "dense.zip") / "random").stat().st_size == 3_000_000


def test_broken_and_locked_archives_are_told(server: Files) -> None:
    whole = zipped({"a": os.urandom(10_000)})
    server.content["cut.zip"] = whole[:5000] + b"\0" * 1000 + whole[6000:]
    with pytest.raises(UserError, match=r"cut\.zip cannot be unpacked: Bad CRC"):
        found(server, "cut.zip")


def test_a_table_of_an_address(server: Files) -> None:
    server.content["houses.csv"] = b"price,area\n" + b"".join(b"%d,%d\n" % (row, 2 * row) for row in range(30))
    options = {"source": "url", "url": f"{server.address}/houses.csv?download=1", "columns": {"target": "price"}}
    source = find(DataSettings.model_validate(options))
    assert source.table is not None
    assert source.table.name == "houses.csv"
    assert len(source.read(DataSettings.model_validate(options))) == 30
    assert source.files == {"houses.csv": sha256(server.content["houses.csv"])}
