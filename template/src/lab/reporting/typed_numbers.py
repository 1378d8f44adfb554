"""Numbers that somebody typed into a document, where a result should be read from ``results/``.

It knows no meaning, so it goes by form: decimals, percentages, thousands, shares in words, and whole numbers beside the
name of a metric. ``#quoted[98.0 %]`` says that a number is from the literature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lab.reporting.results_in_words import GAP, HAN, WORDS, results_in_words
from lab.reporting.typst_text import MATH, NUMBER, OWN, SHOWN

WIDE = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
METRICS = (
    "accuracy|precision|recall|specificity|sensitivity|f1(?:[- ]score)?|auc|auroc|rmse|mae|mse|bleu|rouge|fid|iou|"
    "(?-i:mAP|MAP)|"
    "perplexity|error(?: rate)?|score|loss|reward|return|準確率|精確率|精準率|召回率|正確率|錯誤率|誤差|分數|得分|損失|"
    "獎勵|回報"
)
LINKS = (
    "of|is|was|are|were|at|to|by|from|about|around|nearly|almost|roughly|above|below|under|only|just|a|an|the|exceeds|"
    "reaches|reached|rose|rises|fell|falls|dropped|"
    "improved|improves|increased|decreased|equals|=|~|≈|<|>|:|：|"
    "為|是|達|達到|到|約|近|將近|超過|高於|低於|僅|至|高達|從|由|提升|提高|上升|下降|降低|有|的"
)
NOT_A_SHARE = "(?![員分為立果功熟長績就]|不變)"
"""What follows 成 where it is no tenth: 完成, 成員, …"""
TYPED = re.compile(
    rf"""
    (?<![A-Za-z0-9_.,/^])(?<![A-Za-z]-)[-+−]?                            # 0.93  .93  1,078  0,93  3e-2  98.6%
        (?:0,\d{{2,}}(?!\d|,)|
            \d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d*\.\d+(?!\.?\d)|\d+(?=e[+-]?\d))(?:e[+-]?\d+)?(?![A-Za-z_/]|\.\d)
        [*_\s{GAP}]{{0,2}}%?
    | (?<![A-Za-z0-9_.])\d+[*_\s{GAP}]{{0,2}}
        (?:%|percent\b|per\ cent\b|percentage\ points?\b|points?\b|(?:個)?百分點|成{NOT_A_SHARE})
    | \b(?:{WORDS})(?:[-\ ](?:{WORDS}))?\ (?:percent|per\ cent|percentage\ points?)\b
    | \b(?!one\ of\b)(?:\d+|{WORDS})\ (?:out\ of|of|in)\ (?:every\ )?(?:\d+|{WORDS})\b  # one of three: a choice
    | \b\d+\ (?:out\ of|of)\ (?:the|all|our)\ \d+\b
    | \b(?:one|two|three|four|five)[-\ ](?:half|halves|thirds?|quarters?|fifths?|tenths?)\b
    | (?:百|{HAN}+)分之(?:{HAN}+|[*_\s{GAP}]*\d+) | 零[點点]{HAN}+ | {HAN}+[*_\s]{{0,2}}% | (?<!分){HAN}+個百分點
    | (?<![分十組])[一二三四五六七八九兩]成{HAN}?{NOT_A_SHARE}
    """,
    re.VERBOSE | re.IGNORECASE,
)
SCALED = re.compile(r"\b(?:weigh|weight|multipl|scal|divid)\w*\s+(?:\w+\s+){0,3}$", re.IGNORECASE)
"""What stands before a metric where a number behind it is a factor."""
GIVEN_BACK = re.compile(
    r"(?:return|loss)\s+of\s+\d+\s+(?!(?:points|pawns|nats|bits|dollars|across|versus|thus|plus)\b)[a-z]{3,}s\b",
    re.IGNORECASE,
)
"""Two names of metrics that are ordinary words where things are counted: the return of 3 books."""
BEFORE = re.compile(
    r"(?:\b(?:python|pytorch|torch|cuda|cudnn|numpy|pandas|scikit-learn|typst|dvc|mlflow|ubuntu|debian|windows|macos|linux|"
    r"version|release|sections?|sec\.|chapter|figures?|fig\.|tables?|equation|eq\.|appendix|algorithm|slide|page|step|"
    r"cc[ -]by(?:-\w+)*|gpl|lgpl|apache|mpl|gpt|llama|licen[cs]e|gcc|java|node)|§|版本[為是：:]?|第|圖|表|節|章|式)"
    r"[\s(（]*(?:v\.?\s?)?$",
    re.IGNORECASE,
)
DAY = re.compile(r"(?:0?[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])$")
DATE_BEFORE = re.compile(
    r"(?:\b(?:on|due|until|by|before|after|date|deadline|from)\b|日期|截止|期限|於|至|在)[\s:：(（]*(?:the\s)?$", re.I
)
DATE_AFTER = re.compile(
    r"\s*(?:on\s+)?[(（]?\s*(?:date|mon|tue|wed|thu|fri|sat|sun|[一二三四五六日][)）]|日|前|截止|繳交|a\.?m\.?|p\.?m\.?)",
    re.I,
)
OTHER_NAMES = {
    "learning rate": ("學習率",), "batch size": ("批次大小",), "weight decay": ("權重衰減",), "epochs": ("訓練輪數",),
    "patience": ("耐心值",), "temperature": ("溫度",), "momentum": ("動量",), "hidden": ("隱藏",), "width": ("寬度",),
    "margin": ("邊界",), "confidence": ("ci", "interval", "信賴水準", "信賴區間", "信心水準"), "test": ("測試集",),
    "validation": ("驗證集",), "seed": ("隨機種子",), "label smoothing": ("標籤平滑",),
    "significance": ("level", "alpha", "顯著水準"),
}  # fmt: skip

Settings = Mapping[str, Sequence[float]]
"""Values of ``params.yaml`` by the last part of their name, in words: ``learning rate``."""


def typed_numbers(
    source: str, kinds: str, settings: Settings | None = None, metrics: Sequence[str] = ()
) -> list[tuple[int, str]]:
    """Place and text of each number. ``kinds`` is of ``lab.reporting.typst_text``; ``metrics`` are further names."""
    text = _visible(source, kinds).translate(WIDE)
    metric = "|".join([*(re.escape(name.replace("_", " ")) for name in metrics), METRICS])
    counted = "seeds?|epochs?|runs?|folds?|classes|examples|個|筆|次"
    beside = re.compile(
        rf"(?<![A-Za-z])(?:{metric})s?(?![A-Za-z])(?:[\s*_(]*(?:{LINKS})(?![A-Za-z]))*[\s*_(]*(?P<after>\d+[kKM]?)(?![\dA-Za-z]|[.,:/]\d|\s*(?:{counted}))"
        rf"|(?<![\w.,:/-])(?P<before>\d+)[\s*_]+(?:{metric})(?![A-Za-z])",
        re.IGNORECASE,
    )
    found = {match.start(): match[0].strip(f" *_\n{GAP}") for match in _literals(source, kinds)}
    for match in TYPED.finditer(text):
        number = match[0].strip(f" *_\n{GAP}")
        at = match.start() + match[0].index(number[0])
        if not _is_something_else(text, at, match.end(), number) and not _is_set(
            text, at, number, settings or {}, metric
        ):
            found.setdefault(at, number.replace(GAP, ""))
    for at, told in results_in_words(text):
        found.setdefault(at, told)
    for match in beside.finditer(text):
        group = "after" if match["after"] else "before"
        if SCALED.search(text[max(0, match.start() - 40) : match.start()]) or GIVEN_BACK.match(text, match.start()):
            continue
        inside = any(at <= match.start(group) < at + len(number) + 2 for at, number in found.items())
        if not inside and not _is_set(text, match.start(group), match[group], settings or {}, "(?!)"):
            found[match.start(group)] = match[group]
    return sorted(found.items())


def _literals(source: str, kinds: str) -> Iterator[re.Match[str]]:
    """Decimals and percentages that are set in code, ``#let x = 0.93``, and whole numbers with a metric's name."""
    for match in re.finditer(f"{NUMBER}+", kinds):
        literal = re.compile(r"\S+").match(source, match.start(), match.end())
        name = re.search(r"(\w+)\s*[=:]\s*$", source[: match.start()])
        named = name is not None and re.search(METRICS, name[1].replace("_", " "), re.IGNORECASE)
        if literal and (re.search(r"[.%e]", literal[0]) or named):
            yield literal


def _visible(source: str, kinds: str) -> str:
    """What is read on the page; of equations only those that are nothing but a number, or name a metric."""
    shown = [char if kind in (OWN, SHOWN) or char == "\n" else GAP for char, kind in zip(source, kinds, strict=True)]
    for match in re.finditer(f"{MATH}+", kinds):
        for inner in re.finditer(r"\$[^$]*\$", source[match.start() : match.end()]):
            bare = re.fullmatch(r"\$(?:[\d\s.,+%\\±−-]|plus\.minus|approx|space)*\$", inner[0])
            if bare or re.search(METRICS, inner[0], re.IGNORECASE):
                begin = match.start() + inner.start()
                shown[begin : begin + len(inner[0])] = inner[0].replace("$", GAP).replace("\\", GAP)
    return "".join(shown)


def _is_something_else(text: str, at: int, end: int, number: str) -> bool:
    """Whether it is a version, the number of a section or figure, a date, or a DOI."""
    before, after = text[max(0, at - 40) : at], text[end : end + 12]
    if re.match(r"10\.\d{4,9}/", text[at : at + 12]):
        return True
    if number[0] in "+-−" or "%" in number:
        return False
    if DAY.fullmatch(number) and (DATE_BEFORE.search(before) or DATE_AFTER.match(after)):
        return True
    return bool(BEFORE.search(before))


def _is_set(text: str, at: int, number: str, settings: Settings, metric: str) -> bool:
    """Whether ``params.yaml`` has this value under a name that stands beside it."""
    written = re.sub(r"[^\d.e+-]", "", number.lower().replace(",", ""))
    try:
        value = float(written)
    except ValueError:
        return False
    around = re.split(r"[。；;\n]|\.\s", text[max(0, at - 60) : at])[-1].lower().replace("_", " ").replace("-", " ")
    behind = re.split(r"[。；;,，\n]|\.\s", text[at + len(number) : at + len(number) + 25])[0].lower()
    values = {value, value / 100} if "%" in number else {value}
    for name, given in settings.items():
        if values.intersection(given):
            for word in (name, *OTHER_NAMES.get(name, ())):
                place = around.rfind(word)
                if (place >= 0 and not re.search(metric, around[place:], re.IGNORECASE)) or behind.strip(
                    " 的"
                ).startswith(word):
                    return True
    return False
