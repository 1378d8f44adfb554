"""The page about the data is whole without the web, and what stands in the data stays text."""

from html.parser import HTMLParser
from pathlib import Path

import great_expectations.expectations as gxe
import pandas as pd

from lab.data.gate import check

HOSTILE = '<script src="https://example.org/x.js">alert(1)</script>'


class Seen(HTMLParser):
    """Tags, addresses and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def rows(label: str) -> pd.DataFrame:
    return pd.DataFrame({"id": ["0", "1", "2"], "<b>標籤": ["貓", "狗", label]})


def rules(column: str = "<b>標籤") -> list[gxe.Expectation]:
    return [gxe.ExpectColumnValuesToBeInSet(column=column, value_set=["貓", "狗"])]


def test_a_broken_rule_is_shown_with_values_as_text(tmp_path: Path) -> None:
    check("原始 <i>", rows(HOSTILE), rules(), tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    seen = Seen(page)
    assert not {"script", "b", "link", "img"} & seen.tags
    assert all(address.startswith("#") for address in seen.addresses)
    for text in ("Data Docs: 原始 <i>", "1 is broken", "<b>標籤", HOSTILE, "1 unexpected values found"):
        assert text in seen.text, text
    assert "default-src 'none'" in page


def test_a_rule_that_cannot_be_checked_is_shown(tmp_path: Path) -> None:
    check("raw", rows("貓"), rules("absent"), tmp_path / "index.html")
    assert 'column "absent" in BatchData does not exist' in Seen((tmp_path / "index.html").read_text("utf-8")).text


def test_data_that_hold_give_the_same_page_each_time(tmp_path: Path) -> None:
    pages = []
    for name in ("first.html", "second.html"):
        check("raw", rows("貓"), rules(), tmp_path / name)
        pages.append((tmp_path / name).read_text(encoding="utf-8"))
    assert pages[0] == pages[1]
    assert "all hold" in pages[0]
