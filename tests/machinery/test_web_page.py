"""``report.html`` says what the PDF says, needs nothing besides itself, and is a page that people can read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import project_copy
import pytest
from test_look import DRAWING, EQUATION
from test_rubric_page import BROWSER, PICTURES
from test_style import contrast

from lab.reporting.web_page import web_page
from lab.style import PALETTE, STYLE

BODY = f"""
#abstract[#heading(numbering: none)[Abstract] <abstract>

A sentence with #value("novel", "accuracy").]

= Problem <problem>

#unwritten[What is the problem?]

== Results <results>

#comparison-table()

#result-figure("comparison.svg")

{EQUATION}

{DRAWING}

It is known @holm1979.
"""


class Seen(HTMLParser):
    """Tags with their attributes, and headings' texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.headings: list[str] = []
        self.heading = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch(r"h\d", tag):
            self.headings.append(f"{tag} ")
            self.heading = True

    def handle_endtag(self, tag: str) -> None:
        self.heading = self.heading and not re.fullmatch(r"h\d", tag)

    def handle_data(self, data: str) -> None:
        if self.heading:
            self.headings[-1] += data


@pytest.fixture(params=project_copy.LANGUAGES)
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    monkeypatch.chdir(tmp_path)
    project_copy.make(tmp_path, language=request.param)
    project_copy.mini_report(tmp_path, BODY)
    (tmp_path / "deliverables").mkdir()
    path = tmp_path / "deliverables/report.html"
    path.write_bytes(web_page())
    return path


def test_it_has_headings_tables_captions_alternatives_and_formulas(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    seen = Seen(text)
    language = seen.tags[0][1]["lang"]
    assert language in project_copy.LANGUAGES
    assert [heading[:2] for heading in seen.headings] == ["h1", "h2", "h2", "h3", *["h2"] * (len(seen.headings) - 4)]
    assert seen.headings[1:4] == ["h2 Abstract", "h2 1 Problem", "h3 1.1 Results"]
    names = [tag for tag, _ in seen.tags]
    assert names.count("figcaption") == names.count("figure") == 3
    assert "thead" in names
    assert re.search(r'<div[^>]* class="equation"[^>]*><math.+?</math><p>\(1\)</p></div>', text)
    pictures = [given for tag, given in seen.tags if tag == "img"]
    assert pictures
    assert all(given["alt"] for given in pictures)
    drawings = [given["aria-label"] for _, given in seen.tags if given.get("role") == "img"]
    assert drawings == ["The network. Three parts."]
    classes = [given.get("class") for _, given in seen.tags]
    assert (classes.count("card"), classes.count("unwritten")) == (1, 2)  # the prompt, and how many are left
    assert "doc-bibliography" in text
    assert PALETTE["accent"] in text


def test_it_is_whole_without_the_web_and_its_links_lead_somewhere(page: Path) -> None:
    seen = Seen(page.read_text(encoding="utf-8"))
    assert not {"script", "link", "iframe"} & {tag for tag, _ in seen.tags}
    assert all(given["src"].startswith("data:") for _, given in seen.tags if "src" in given)
    ids = {given["id"] for _, given in seen.tags if "id" in given}
    addresses = [given["href"] for tag, given in seen.tags if tag == "a"]
    inside = [address[1:] for address in addresses if address.startswith("#")]
    assert len(inside) >= 2
    assert set(inside) <= ids
    numbers = [address for address in addresses if address.startswith("../results/")]
    assert len(numbers) > 10
    assert all((page.parent / address.partition("#")[0]).is_file() for address in numbers)


def test_its_colours_can_be_read_on_a_dark_page_too(page: Path) -> None:
    text, dark = page.read_text(encoding="utf-8"), STYLE["palette_dark"]
    assert dark.keys() == {name for name, colour in PALETTE.items() if isinstance(colour, str)} - {"baseline"}
    assert all(f"--{name}: {colour};" in text for name, colour in dark.items())
    assert min(contrast(dark[name], dark["paper"]) for name in ("ink", "quiet", "accent")) >= 4.5
    assert contrast(dark["attention"], dark["attention_fill"]) >= 4.5
    # Every colour of the page has two; figures, which are drawn on white, keep it.
    assert set(re.findall(r"var\(--(\w+)\)", text)) <= dark.keys() | {"picture"}
    assert f"--picture: {PALETTE['paper']}" in text


MEASURED = """<iframe width=360 height=900></iframe><script>
const frame = document.querySelector("iframe");
frame.onload = () => { document.body.dataset.width = frame.contentDocument.documentElement.scrollWidth; };
frame.srcdoc = %s;
</script>"""


@pytest.mark.browser
def test_one_endless_word_makes_it_no_wider_than_a_telephone(page: Path, tmp_path: Path) -> None:
    if BROWSER is None:
        pytest.fail("no Chromium is installed")
    text = page.read_text(encoding="utf-8").replace("</body>", f"<p>{'n' * 300}</p></body>")
    around = tmp_path / "around.html"
    around.write_text(MEASURED % json.dumps(text).replace("</", "<\\/"), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [BROWSER, *options, "--virtual-time-budget=5000", "--dump-dom", around.as_uri()]
    shown = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode()
    width = re.search(r'data-width="(\d+)"', shown)
    assert width
    assert int(width[1]) <= 360


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.browser
def test_people_see_it_in_a_browser(page: Path, tmp_path: Path, scheme: int) -> None:
    if BROWSER is None:
        pytest.fail("no Chromium is installed")
    PICTURES.mkdir(exist_ok=True)
    picture = tmp_path / "report.png"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,1600"]
    options += [f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={picture}", page.as_uri()]
    options.insert(0, f"--blink-settings=preferredColorScheme={scheme}")
    subprocess.run([BROWSER, *options], check=True, capture_output=True, timeout=120)
    from PIL import Image

    with Image.open(picture) as image:
        pixels = image.convert("RGB").tobytes().hex()
    colours = {f"#{pixels[place : place + 6]}" for place in range(0, len(pixels), 6)}
    language = Seen(page.read_text(encoding="utf-8")).tags[0][1]["lang"]
    shutil.copy(picture, PICTURES / f"report-{language}-{('dark', 'light')[scheme]}.png")
    look = (STYLE["palette_dark"], PALETTE)[scheme]
    assert {look["paper"], look["ink"], look["accent"], look["attention_fill"], PALETTE["paper"]} <= colours
