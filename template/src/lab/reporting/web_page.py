"""``report.html``: the report as one page for a browser, whole without the web. Its text is that of the PDF."""

from __future__ import annotations

from pathlib import Path
from string import Template

import typst

from lab.files import read_text
from lab.paths import PROSE
from lab.reporting.documents import fonts, told
from lab.settings import read_project
from lab.style import PALETTE, STYLE

SOURCE = PROSE / "report.typ"
LOOK = Path(__file__).parent / "web_page.css"


def web_page(records: list[str] | None = None, team: dict[str, int] | None = None) -> bytes:
    """The page, with ``records`` and ``team``: see ``compile_documents``. Pictures and formulas are in it."""
    inputs = told(records, team) | {"web": "yes"}
    page = typst.compile(SOURCE, root=Path(), font_paths=fonts(), format="html", sys_inputs=inputs).decode()
    colours = {"light": _variables(PALETTE), "dark": _variables(STYLE["palette_dark"]), "white": PALETTE["paper"]}
    look = Template(read_text(LOOK)).substitute(colours)
    language = read_project().language
    head, rest = page.split("</head>", 1)
    head = head.replace(f'<html lang="{language.partition("-")[0]}">', f'<html lang="{language}">')
    return f"{head}<style>{look}</style></head>{rest}".encode()


def _variables(colours: dict[str, str]) -> str:
    """As CSS knows them."""
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items() if isinstance(colour, str))
