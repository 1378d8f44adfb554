"""Results that a team tells in words: "wrong on one of three names", "twice as fast", 四張中有三張.

They are ordinary words elsewhere, "one of three members", so what stands beside them decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

GAP = "\0"
"""Stands for each character that is no text."""
WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
HAN = "[〇零一二三四五六七八九十百千兩點点半]"
COUNT = rf"(?:\d+|{WORDS})"
CHINESE_COUNT = rf"(?:\d+|{HAN}+)"
JUDGED = r"(?:wrong|correct(?:ly)?|misread|misclassified|mistaken|missed|recogni[sz]ed|(?:is|are|was|were)\ right)"
THAN = r"(?:as\ (?:fast|slow|accurate|good|likely|often)|faster|slower|better|worse)"
RESULTS = (
    rf"\b(?P<found>(?:one\ (?:out\ of|of|in)\ (?:every\ |the\ )?{COUNT}|\d+/\d+)\b)(?=[^.;,:()\n]{{0,60}}\b{JUDGED}\b)",
    rf"\b(?:wrong|right|correct|mistaken)\ (?:on|in|for)\ (?P<found>one\ (?:of|in)\ (?:the\ )?{COUNT}\b)",
    rf"\b(?:by|gains?|gained|loses?|lost)\ (?P<found>(?:{WORDS})\ points?)\b",
    r"\bby\ (?P<found>(?:a|one)\ (?:half|third|quarter|fifth|tenth)|half)\b",
    r"\b(?P<found>half\ of)\ (?:the|its|all|these|those)\ (?:mistakes|errors)\b",
    rf"\b(?P<found>(?:twice|half|{COUNT}\ times)\ {THAN})\b",
    r"(?<![\w.])(?P<found>\d+\ ?[x×])\ (?:speed|faster|slower|better|worse|fewer)",
    rf"\b(?P<found>{COUNT})\ (?:mistakes|misclassified|misread)\b",
    rf"\b(?:misreads?|misclassif(?:y|ies|ied))\ (?:only\ |just\ |about\ )?(?P<found>{COUNT})\b",
    r"\b(?P<found>\d+)\ (?:\w+\ )?(?:is|are|was|were)\ (?:wrong|misread|misclassified|mistaken)\b",
    rf"\b(?P<found>one\ (?:out\ of|of|in)\ (?:every\ |the\ )?{COUNT})\ (?:errors|mistakes)\b",
    rf"(?:錯了?|誤判|判錯|答錯)[\s{GAP}]*(?P<found>\d+)",
    rf"(?P<found>{CHINESE_COUNT}\s*(?P<unit>[張筆題次件句])(?:[中裡]|之中|當中)?(?:只?有|僅有|[錯對])\s*{CHINESE_COUNT}\s*(?P=unit))",
    r"(?:減少|降低|增加|下降|提升|縮短|省下)了?[約近]?(?P<found>一半)",
    rf"(?:[快慢]了?|速度[^，。；\n]{{0,8}})(?P<found>{CHINESE_COUNT}\s*倍)",
)
PATTERNS = [re.compile(pattern.replace(r"\ ", r"\s+"), re.IGNORECASE) for pattern in RESULTS]


def results_in_words(text: str) -> Iterator[tuple[int, str]]:
    """Place and text of each."""
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            yield match.start("found"), " ".join(match["found"].replace(GAP, "").split())
