"""Documents as a team fills them: a long title, an equation, a drawing, twelve references; in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import example_results
import project_copy

LONG_TITLES = {
    "en": "Reading a doctor's digits from coarse scans: do distorted copies help when a thousand fields are labelled?",
    "zh-TW": "在八乘八像素下辨識手寫數字：僅有一千筆標註資料時，資料擴增與殘差捷徑是否有助於泛化之實證研究",
}
SENTENCES = {
    "en": (
        "A practice fills in forms by hand, and each field holds one answer that somebody must read again later. ",
        "A wrong answer costs more than one that is left to a person, so the probability must be right too @ref{}. ",
        "What is less clear is how much of this is left when there are few examples and the comparison is fair. ",
    ),
    "zh-TW": (
        "診所以手寫填表，每一欄都是日後必須再次讀取的答案。",
        "錯誤答案的代價高於交由人工處理，因此機率也必須可信 @ref{} 。",
        "然而樣本稀少且比較公平時，這些優勢還剩多少，仍不清楚。",
    ),
}
EQUATION = "$ cal(L)(theta) = - EE_A log p_theta (y | A x) + lambda norm(theta)_2^2, quad A = I + sigma E $"
DRAWING = "#flow([input], part[residual blocks], part[shared mean], [answer])"
WORKS = 12
PROMPT = re.compile(r"(?m)^(?P<before>[ ]*)#unwritten\[(?:[^\[\]]|\[[^\[\]]*\])*\]")


def works() -> str:
    """Entries of ``references.bib`` that take three lines each."""
    return "".join(
        f"@inproceedings{{ref{number}, author = {{He, Kaiming and Gorishniy, Yury and 黃意婷}}, "
        f"title = {{What Networks Learn From Few Examples and From Distorted Copies of Them: Part {number}}}, "
        f"booktitle = {{Proceedings of the {number + 20}th International Conference on Machine Learning}}, "
        f"year = {{{2010 + number}}}, url = {{https://proceedings.example.org/v{number}/a-long-address-{number}.html}}}}\n"
        for number in range(1, WORKS + 1)
    )


def fill(source: str, language: str, sentences: float) -> str:
    """Each prompt becomes ``sentences`` of prose; one cites all works, one has an equation and a drawing."""
    prompts = 0

    def written(prompt: re.Match[str]) -> str:
        nonlocal prompts
        prompts += 1
        many = max(1, round(sentences))
        prose = "".join(SENTENCES[language][place % 3].format(1 + (prompts + place) % WORKS) for place in range(many))
        extra = f"\n\n{EQUATION}\n\n#figure({DRAWING[1:]}, caption: [The method.])" if prompts == 5 else ""
        cited = "".join(f" @ref{number}" for number in range(1, WORKS + 1)) if prompts == 2 else ""
        return prompt["before"] + prose.strip() + cited + extra

    return PROMPT.sub(written, source)


def make(folder: Path, language: str = "en", sentences: float = 4, **results: Any) -> dict[str, Any]:
    """A copy of the template whose documents are filled; return the content of its comparison.json."""
    project = example_results.PROJECT.replace("Reading handwritten digits", LONG_TITLES[language])
    rare = '[[members]]\nname = "亓官㛄喆"\nid = "R14725003"\nemail = "member@example.org"\n'
    made = project_copy.make(folder, language, **({"project": project + rare, "poster": True} | results))
    for path in (folder / "documents").glob("*.typ"):
        short = 1 if path.stem in ("slides", "poster") else sentences
        path.write_text(fill(path.read_text(encoding="utf-8"), language, short), encoding="utf-8")
    path = folder / "documents/references.bib"
    path.write_text(path.read_text(encoding="utf-8") + works(), encoding="utf-8")
    return made
