"""The page of evidence is whole without the web, its links lead somewhere, and people see it in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import example_results
import project_copy
import pytest
from pypdf import PdfReader

from lab.reporting.rubric import look_up, read_rubric
from lab.reporting.rubric_page import page
from lab.reporting.team import Share
from lab.settings import read_project
from lab.stages import deliver
from lab.style import STYLE

PICTURES = Path(__file__).parents[2] / "pictures"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = '<script>alert(1)</script> & O\'Brien \\"x\\" 黃意婷'


class Seen(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.fixture(params=["en", "zh-TW"])
def delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    project = example_results.PROJECT.replace("Reading handwritten digits", HOSTILE)
    made = project_copy.make(tmp_path, language=request.param, project=project)
    (tmp_path / "results/data_docs").mkdir()
    (tmp_path / "results/data_docs/index.html").write_text("docs", encoding="utf-8")
    deliver.main()
    return made


def test_the_page_is_whole_and_its_links_lead_somewhere(delivered: dict[str, Any]) -> None:
    text = Path("results/rubric.html").read_text(encoding="utf-8")
    seen = Seen(text)
    assert not {"script", "iframe", "link", "img"} & seen.tags
    assert "黃意婷" in text
    places = [address for address in seen.addresses if not address.startswith("#")]
    assert len(places) > 30
    for address in places:
        path, _, number = unquote(address).partition("#page=")
        assert (Path("results") / path).exists(), address
        if number:
            assert 1 <= int(number) <= len(PdfReader(Path("results") / path).pages)
    assert {"../deliverables/report.pdf", "../results/data_docs/index.html"} <= set(places)
    for colour in (*STYLE["page"].values(), *STYLE["page_dark"].values()):
        assert colour in text
    if read_project().language == "zh-TW":
        assert "評分項目" in text
        assert not re.search(r">\s*(Criterion|Points|missing|found)\s*<", text)
        plain = re.sub(r"<[^>]+>", "", text)
        assert not re.findall(r"[\u4e00-\u9fff）」]\s*[,:;(]\s*[\u4e00-\u9fff（「]", plain)
        assert f"評分依據：{HOSTILE[:2]}".replace("<", "&lt;") in text


def test_pages_are_those_on_which_the_sections_begin(delivered: dict[str, Any]) -> None:
    report = json.loads(Path("results/rubric.json").read_text(encoding="utf-8"))
    pieces = {piece["where"]: piece for one in report["criteria"] for piece in one["evidence"]}
    title = {"en": "Novel method", "zh-TW": "新方法"}[read_project().language]
    section = {"en": "Approach", "zh-TW": "方法"}[read_project().language]
    (approach,) = (piece for where, piece in pieces.items() if "report.typ" in where and "approach" in piece["what"])
    (address,) = approach["pages"]
    path, _, number = address.partition("#page=")
    shown = PdfReader(path).pages[int(number) - 1].extract_text()
    assert section in shown
    assert title in "".join(each.extract_text() for each in PdfReader(path).pages[int(number) - 1 : int(number) + 1])
    assert [one["pages"] for one in report["criteria"]].count([]) == 0


def test_two_deliveries_write_the_same_bytes(delivered: dict[str, Any]) -> None:
    names = ("results/rubric.html", "results/rubric.json", "results/rubric.md", "deliverables/milestones.ics")
    before = [Path(name).read_bytes() for name in names]
    deliver.main()
    assert [Path(name).read_bytes() for name in names] == before


def test_what_is_handed_in_finds_the_project_around_it(delivered: dict[str, Any]) -> None:
    Path("hand_in/results").mkdir(parents=True)
    for name in ("deliverables", "results"):
        shutil.copytree(name, f"hand_in/{name}", dirs_exist_ok=True)
    shutil.copytree("data/raw", "hand_in/data/raw")
    team = [Share("黃 <b>", True, runs=3, commits=4, added=50, removed=6)]
    text = page(look_up(read_rubric()), outside="../../", team=team)
    seen = Seen(text)
    assert "黃 &lt;b&gt;" in text
    assert "+50 −6" in text
    for address in seen.addresses:
        if not address.startswith("#"):
            assert (Path("hand_in/results") / unquote(address).partition("#")[0]).exists(), address
    assert any(address.startswith("../../documents/") for address in seen.addresses)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", [0, 1])
def test_people_see_it_in_a_browser(delivered: dict[str, Any], tmp_path: Path, scheme: int) -> None:
    if BROWSER is None:
        pytest.fail("no Chromium is installed")
    PICTURES.mkdir(exist_ok=True)
    picture = PICTURES / f"rubric-{read_project().language}-{('dark', 'light')[scheme]}.png"
    address = Path("results/rubric.html").absolute().as_uri()
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,1600"]
    options += [f"--user-data-dir={tmp_path / 'profile'}", f"--blink-settings=preferredColorScheme={scheme}"]
    subprocess.run(
        [BROWSER, *options, f"--screenshot={picture}", address], check=True, capture_output=True, timeout=120
    )
    shown = subprocess.run([BROWSER, *options, "--dump-dom", address], capture_output=True, timeout=120).stdout.decode()
    assert "report.pdf#page=" in shown
    from PIL import Image

    with Image.open(picture) as image:
        pixel = image.convert("RGB").getpixel((2, 2))
    assert isinstance(pixel, tuple)
    background = "#{:02x}{:02x}{:02x}".format(*pixel)
    assert background == STYLE[("page_dark", "page")[scheme]].get("paper")
