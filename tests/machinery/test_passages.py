"""Texts are cut into passages where a line or a sentence ends, and few texts into blocks."""

from __future__ import annotations

import pandas as pd
import pytest

from lab.data.passages import BLOCK, ENOUGH, in_passages, passages, size


@pytest.mark.parametrize("most", [100, 300])
def test_passages_are_whole_and_no_longer_than_asked(most: int) -> None:
    chinese = "春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。" * 9
    text = (
        "A heading\n\n"
        + "One sentence is here. Another follows! " * 20
        + "\r\n"
        + chinese
        + "\n"
        + "word " * 90
        + "x" * 700
    )
    found = list(passages(text, most))
    assert max(map(size, found)) <= most
    assert "".join("".join(found).split()) == "".join(text.split())
    assert any(one.endswith(("!", ".")) for one in found)
    assert any(one.endswith("。") for one in found)
    assert sum(map(size, found)) > 0.6 * most * len(found)


def test_few_texts_are_divided_into_blocks_and_many_are_not() -> None:
    few = pd.DataFrame({"id": ["一.txt"], "text": ["話說天下大勢，分久必合，合久必分。\n" * 100]})
    rows = in_passages(few, 100)
    assert rows.groupby("group").size().max() == BLOCK
    assert rows["group"].nunique() > 3
    many = pd.DataFrame({"id": [f"{n}" for n in range(ENOUGH)], "text": ["a line of a poem\n" * 20] * ENOUGH})
    assert in_passages(many, 100)["group"].nunique() == ENOUGH
    poets = in_passages(many.assign(group=["李白", "杜甫"] * (ENOUGH // 2)), 100)
    assert set(poets["group"]) == {"李白", "杜甫"}
