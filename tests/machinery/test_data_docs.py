"""The page about the data is whole without the web, and what stands in the data stays text."""

from html.parser import HTMLParser
from typing import Any

import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
import pytest

from lab.contract import Contents
from lab.data.data_docs import page
from lab.data.gate import check

HOSTILE = '<script src="https://example.org/x.js">alert(1)</script>'
SOURCE: Any = {"title": "原始 <i>", "source": HOSTILE, "licence": "CC0"}


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


def report(label: str, column: str = "<b>標籤") -> Any:
    return check("raw", rows(label), [gxe.ExpectColumnValuesToBeInSet(column=column, value_set=["貓", "狗"])])


@pytest.mark.parametrize("language", ["en", "zh-TW"])
@pytest.mark.parametrize("kind", ["cells", "texts", "pictures"])
def test_values_of_the_data_are_shown_as_text(language: str, kind: str) -> None:
    table = rows(HOSTILE).assign(id=["0", HOSTILE, "2"])
    contents = Contents([], target="<b>標籤")
    if kind == "texts":
        contents = Contents([], texts=[HOSTILE, "\ud800", "狗"], target="<b>標籤")
    elif kind == "pictures":
        contents = Contents([], pictures=np.arange(36).reshape(3, 2, 2, 3), target="<b>標籤")
    suspicious = [{"id": HOSTILE, "given": HOSTILE, "instead": "<b>", "score": 0.9}]
    told = report(HOSTILE) | {"suspicious": suspicious, "classes": {HOSTILE: 2, "狗": 1}}
    split = report("貓") | {"sizes": {"train": 1, "validation": 1, "test": 1}, "classes": {HOSTILE: {"train": 2}}}
    text = page(told, table, contents, SOURCE, split, language)
    seen = Seen(text)
    assert not {"script", "i", "link", "iframe"} & seen.tags
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in seen.addresses)
    assert any(address.startswith("data:") for address in seen.addresses) == (kind == "pictures")
    for shown in ("Data Docs: 原始 <i>", "<b>標籤", HOSTILE, {"en": "1 violated", "zh-TW": "1 條違反"}[language]):
        assert shown in seen.text, shown
    assert "default-src 'none'" in text
    assert f'<html lang="{language}">' in text


def test_a_rule_that_cannot_be_checked_is_shown() -> None:
    seen = Seen(page(report("貓", "absent"), rows("貓"), None, SOURCE))
    assert 'column "absent" in BatchData does not exist' in seen.text
    assert "cannot be checked" in seen.text


def test_data_that_hold_give_the_same_page_each_time() -> None:
    pages = [page(report("貓"), rows("貓"), None, SOURCE) for _ in range(2)]
    assert pages[0] == pages[1]
    assert "all hold" in pages[0]
