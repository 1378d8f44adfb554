"""The letters of figures: Source Sans 3, as in headings and captions of documents, and Noto Sans TC for Chinese."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path

from matplotlib import font_manager

from lab.files import atomic
from lab.paths import HOME

LATIN, CHINESE = "Source Sans 3", "Noto Sans TC"
WEIGHT = 400
LETTERS = (range(0x20, 0x250), range(0x370, 0x400), range(0x2000, 0x2300), range(0x25A0, 0x2600))
"""Latin, Greek, punctuation, arrows, mathematical signs and marks: any other character is for the Chinese font."""


@cache
def register() -> list[str]:
    """Make matplotlib know both fonts; return their names, the first one first."""
    from pylopdf_fonts_zh_tw import sans_path

    for path in (_regular(), sans_path()):
        font_manager.fontManager.addfont(str(path))
    return [LATIN, CHINESE]


def _regular() -> Path:
    """The font at its regular weight, cut once: matplotlib shows a variable font only at its lightest."""
    import fontpkg_source_sans_3

    path = HOME / "fonts" / f"source-sans-3-{version('fontpkg-source-sans-3')}-{WEIGHT}.ttf"
    if not path.is_file():
        from fontTools import subset
        from fontTools.ttLib import TTFont
        from fontTools.varLib.instancer import instantiateVariableFont

        font = TTFont(fontpkg_source_sans_3.ROOT / "files/SourceSans3[wght].ttf")
        cut = subset.Subsetter(subset.Options(layout_features=["kern", "mark"], name_IDs=["*"], notdef_outline=True))
        cut.populate(unicodes=[letter for letters in LETTERS for letter in letters])
        cut.subset(font)
        instantiateVariableFont(font, {"wght": WEIGHT}, inplace=True, updateFontNames=True)
        with atomic(path) as temporary:
            font.save(temporary)
    return path.resolve()
