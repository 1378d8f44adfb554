"""Numbers that somebody typed are named, in both languages, and what only looks like one is left alone."""

from __future__ import annotations

import pytest

from lab.reporting.prose import read_section

SETTINGS = {"learning rate": [0.01], "dropout": [0.25], "test": [0.2], "batch size": [64.0]}

REPORTED = [
    ("Our accuracy is 93 on the test split.", "93"),
    ("An accuracy of 93 was reached.", "93"),
    ("It has 93 accuracy.", "93"),
    ("The F1 score reaches 87.", "87"),
    ("BLEU: 31", "31"),
    ("The error rate fell to 7.", "7"),
    ("The mean reward rose from 120 to the end.", "120"),
    ("Our rent error is 412.", "412"),
    ("three of four pictures are right", "three of four"),
    ("nine out of ten are right", "nine out of ten"),
    ("3 of 4 seeds agree", "3 of 4"),
    ("Two thirds of them are wrong.", "Two thirds"),
    ("It gains 5 percent.", "5 percent"),
    ("It gains 5 per cent.", "5 per cent"),
    ("It gains five percent.", "five percent"),
    ("It gains 2 percentage points.", "2 percentage points"),
    ("It gains 2 points.", "2 points"),
    ("It reaches .93 there.", ".93"),
    ("The gap is 3e-2.", "3e-2"),
    ("The gap is 1.5e-3.", "1.5e-3"),
    ("正確率高達９３％。", "93%"),
    ("約為93％", "93%"),
    ("約為０．９３", "0.93"),
    ("準確率為98.6。", "98.6"),
    ("準確率達到 93，很好", "93"),
    ("提升1.9個百分點", "1.9"),
    ("提升 2 個百分點", "2 個百分點"),
    ("提升兩個百分點", "兩個百分點"),
    ("為百分之九十三", "百分之九十三"),
    ("約有三分之二判斷錯誤", "三分之二"),
    ("有九成三判斷正確", "九成三"),
    ("有九成以上判斷正確", "九成"),
    ("有 9成 判斷正確", "9成"),
    ("There are 1,078 pictures.", "1,078"),
    ("There are 12,345.6 of them.", "12,345.6"),
    (r"It reaches 93\% there.", "93%"),
    ("It reaches 93 % there.", "93 %"),
    ("It reaches *98.6* there.", "98.6"),
    ("It reaches *98*% there.", "98*%"),
    ("We lose -0.4 there.", "-0.4"),
    ("We lose −0.4 there.", "−0.4"),
    ("It is 0.93±0.01.", "0.93"),
    ("(0.93)", "0.93"),
    ("it rose (+1.9) again", "+1.9"),
    ("between 0.91 and 0.95", "0.91"),
    ("It is 0.93.", "0.93"),
    ("= We reach 98.6 <results>", "98.6"),
    ("== Accuracy of 93", "93"),
    ("- a list with 0.93", "0.93"),
    ("#table(columns: 2, [ours], [0.93])", "0.93"),
    ('#table(columns: 2, "ours", "0.93")', "0.93"),
    ("#figure(image(\"a.svg\"), caption: [Ours is at 0.93.])", "0.93"),
    ('#figure(image("a.svg"), caption: "Ours is at 0.93.")', "0.93"),
    ("#let x = 0.93", "0.93"),
    ("#let x = 93%", "93%"),
    ("#let accuracy = 93", "93"),
    ("#let scores = (novel: 0.93)", "0.93"),
    ("#let note = [It reaches 0.93.]", "0.93"),
    ("#number(0.934, digits: 2)", "0.934"),
    ("#say[It reaches 0.93.]", "0.93"),
    ('#say("It reaches 0.93.")', "0.93"),
    ("#text(red)[It reaches 0.93.]", "0.93"),
    ("#box(width: 50%)[It reaches 0.93.]", "0.93"),
    ("#if true [It reaches 0.93.]", "0.93"),
    ("#for x in (1, 2) [It reaches 0.93.]", "0.93"),
    ("$98.6%$", "98.6%"),
    ('$"accuracy" = 0.93$', "0.93"),
    ("$0.93 plus.minus 0.01$", "0.93"),
    ("a learning rate of 0.02", "0.02"),  # not what params.yaml says
    ("with a learning rate of 0.01 the accuracy is 0.25", "0.25"),
    ("text #emph[and 0.93] text", "0.93"),
    ("// quiet\nIt reaches 0.93.", "0.93"),
    ("#set text(size: 10.5pt)\nIt reaches 0.93.", "0.93"),
    ("As @smith2020 says, 0.93.", "0.93"),
    ('#value("novel", "accuracy") beats 0.93.', "0.93"),
]  # fmt: skip

LEFT_ALONE = [
    "We chose one of three names.",
    "Python 3.11 and PyTorch 2.11 were used.",
    "Section 3.2 and Figure 4.1 show it.",
    "§ 3.2",
    "第3.2節說明，圖 4.1 顯示。",
    "The licence is CC BY 4.0.",
    "CC BY-SA 4.0",
    "版本 3.11",
    "version 2.0.1 of it",
    "We hand it in on 10.30 (date).",
    "期限：10.30",
    "10.30（五）報告",
    "a learning rate of 0.01",
    "the learning rate is 0.01, with a dropout of 0.25",
    "learning_rate = 0.01",
    "學習率為 0.01",
    "20 % test examples",
    "see https://example.org/v0.93/98.6%",
    '#link("https://example.org/0.93")[there]',
    "doi 10.1109/CVPR.2016.90",
    "GPT-3.5 and ResNet-50 were tried.",
    "in 2026, after 1946",
    "It is 16:9 and 8 × 8.",
    "three seeds and 43 rules",
    "#set page(margin: 2.5cm, width: 98.6%)",
    "#show heading: set text(size: 1.2em)",
    "#box(width: 93%)[a box]",
    "#v(1.5em) text #h(0.5fr)",
    "#let gap = 1.5em",
    "#let wide = rect(width: 50%)",
    "`0.93` and ```py x = 0.93```",
    "// it was 0.93",
    "/* it was\n0.93 */",
    "#quoted[98.0 %] is what they report.",
    "#unwritten[Say whether 0.93 is much.]",
    "$f(x) = 0.5 x^2$",
    '#image("figures/0.93.png")',
    "我們分成三組，組成完整的系統，十成員",
    "the F1 score, and top-5 accuracy",
    "accuracy over 3 seeds",
    "@smith2020 and <figure-0.93>",
    '#value("novel", "accuracy") of #count("examples.test")',
]  # fmt: skip


@pytest.mark.parametrize(("source", "number"), REPORTED)
def test_a_typed_number_is_named(source: str, number: str) -> None:
    section = read_section(source, settings=SETTINGS, metrics=("rent_error",))
    assert section is not None
    assert number in [found for _, found in section.numbers]


@pytest.mark.parametrize("source", LEFT_ALONE)
def test_what_only_looks_like_a_result_is_left_alone(source: str) -> None:
    section = read_section(source, settings=SETTINGS)
    assert section is not None
    assert section.numbers == []


def test_each_number_is_named_once_and_in_its_line() -> None:
    section = read_section("It is\n\n0.93 and 98.6%, an accuracy of 98.6%.\n= 5 percent <five>\n")
    assert section is not None
    assert section.numbers == [(3, "0.93"), (3, "98.6%"), (3, "98.6%"), (4, "5 percent")]
