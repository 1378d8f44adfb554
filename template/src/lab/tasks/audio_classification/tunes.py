"""The demo data: tunes from China, Germany and America, rendered to sound by one plain string.

The notes are real and their sound is made. All tunes have one timbre and about the same number of notes a second, so
that only the music tells where they are from: the steps between notes, the rhythm, where bars begin.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Contents, Provenance
from lab.data.near_duplicates import clusters, plain
from lab.data.sounds import LOUDEST, loudness
from lab.files import sha256, write_json

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

RATE = 8000
SECONDS = 5
NOTE = 0.16
"""Seconds that a tune's notes last on average, give or take a tenth."""
EACH = 360
"""Tunes of each land: as many of each, drawn by chance."""
FEWEST = 35
"""Notes: a tune of fewer does not last five seconds."""
BOOKS = {
    "America": ("ryansMammoth", r".*"),
    "China": ("essenFolksong", r"han\d"),
    "Germany": ("essenFolksong", r"erk\d+|boehme\d+"),
}
"""Of each land the folder of music21's corpus, and which of its files."""
Note = tuple[float, int, bool]
"""How long it is, in quarters; its pitch in semitones (as MIDI counts them), 0 for a rest; whether a bar begins."""


def collect_tunes(raw: Path) -> tuple[pd.DataFrame, Provenance]:
    """``sounds.npy``: (n, 40000), int16, the first five seconds of each tune at 8,000 samples a second."""
    rows, sounds, melodies = [], [], []
    random = np.random.default_rng(0)
    for land in BOOKS:
        chosen = written(land)
        for place in random.permutation(len(chosen)):
            identity, text = chosen[place]
            notes = notes_of(text)
            if len(notes) < FEWEST:
                continue
            sounds.append(render(notes, random))
            melodies.append(" ".join(str(step) for step in np.diff([pitch for _, pitch, _ in notes if pitch])))
            title = re.search(r"^T:(.*)", text, re.MULTILINE)
            rows.append({"id": identity, "label": land, "title": title[1] if title else "", "notes": len(notes)})
            if len(rows) % EACH == 0:
                break
    array = np.stack(sounds)
    np.save(raw / "sounds.npy", array)
    write_json(raw / "sounds.json", {"rate": RATE})
    examples = pd.DataFrame(rows)
    examples.insert(1, "sha256", [sha256(sound.tobytes()) for sound in array])
    examples.insert(3, "group", variants(melodies, examples.pop("title").tolist()))
    examples["loudness"] = [loudness(sound) for sound in array]
    provenance = Provenance(
        title="Tunes of three lands",
        kind="composed",
        source="1,080 tunes in ABC notation that come with music21: songs of China (han) and Germany (Erk, Böhme) from "
        "the Essen folksong collection, and American fiddle tunes from Ryan's Mammoth Collection (Boston 1883), typed "
        "in by Ray Davies and others. Their sound is computed.",
        licence="the tunes are out of copyright; the Essen files may be used for what is not commercial; all are "
        "distributed with music21 (BSD) by permission",
        citation="Cuthbert & Ariza 2010, music21: A Toolkit for Computer-Aided Musicology, ISMIR; "
        "Schaffrath 1995, The Essen Folksong Collection; Ryan 1883, Ryan's Mammoth Collection, Elias Howe",
        notes="Notes and origin are real, the sound is not: a computed string of one timbre plays the first five "
        "seconds, at about 6 notes a second whatever the tune, the first of each bar louder, a little out of tune and "
        "with slight noise. So scores say nothing of recordings. The American tunes are dances for an instrument, the "
        "others are songs, and each land was written down by few people: what tells them apart is also the kind of "
        "music and the collector. Tunes that share their title or most of their melody, in whatever key, "
        "are in one split.",
    )
    return examples, provenance


def written(land: str) -> list[tuple[str, str]]:
    """Name and ABC text of each tune of a land's books, of which several may stand in one file."""
    from music21 import corpus

    folder, names = BOOKS[land]
    found = []
    for path in sorted(Path(file) for file in corpus.getComposer(folder, fileExtensions=("abc",))):
        if re.fullmatch(names, path.stem):
            tunes = re.split(r"^(?=X:)", path.read_text(encoding="latin-1"), flags=re.MULTILINE)
            whole = [tune for tune in tunes if tune.startswith("X:") and "\nK:" in tune]
            found += [(f"{path.stem}-{number}", tune) for number, tune in enumerate(whole, start=1)]
    return found


def notes_of(text: str) -> list[Note]:
    """The notes of an ABC file in order, without ornaments and repeats; of a double stop the highest."""
    from music21.abcFormat import ABCBar, ABCChord, ABCHandler, ABCNote

    handler = ABCHandler()
    handler.process(text)
    found: list[Note] = []
    first = True
    for token in handler.tokens:
        first |= isinstance(token, ABCBar)
        if not isinstance(token, ABCNote) or token.inGrace or not token.quarterLength:
            continue
        names = (
            [getattr(sub, "pitchName", None) for sub in token.subTokens]
            if isinstance(token, ABCChord)
            else [token.pitchName]
        )
        pitch = max((semitones(name) for name in names if name), default=0)
        share = token.activeTuplet.tupletMultiplier() if token.activeTuplet else 1  # three in the time of two, say
        found.append((float(token.quarterLength * share), 0 if token.isRest else pitch, first))
        first = False
    return found


@cache
def semitones(name: str) -> int:
    from music21.pitch import Pitch

    return int(Pitch(name).midi)


def render(notes: list[Note], random: np.random.Generator) -> np.ndarray:
    """(samples,), int16: five seconds of a string that is struck for each note."""
    lengths = np.array([length for length, _, _ in notes])
    pace = NOTE / lengths.mean() * random.uniform(0.9, 1.1)
    ends = np.cumsum(lengths * pace)
    tuning = random.uniform(-0.5, 0.5)
    sound = random.normal(scale=0.003, size=RATE * SECONDS)
    for end, length, (_, pitch, first_of_bar) in zip(ends, lengths * pace, notes, strict=True):
        first, last = round((end - length) * RATE), min(round(end * RATE), len(sound))
        if first >= last or not pitch:
            continue
        time = np.arange(last - first) / RATE
        pitch_in_hertz = 440 * 2 ** ((pitch + tuning - 69) / 12)
        overtones = [number for number in range(1, 9) if number * pitch_in_hertz < 0.45 * RATE]
        tone = sum(np.sin(2 * np.pi * number * pitch_in_hertz * time) / number for number in overtones)
        rise, fall = np.minimum(time / 0.01, 1), np.minimum((last - first - np.arange(last - first)) / (0.01 * RATE), 1)
        strength = (0.3 if first_of_bar else 0.16) * random.uniform(0.85, 1.15)
        sound[first:last] += strength * tone * rise * fall * np.exp(-3 * time)
    return np.round(LOUDEST * sound.clip(-1, 1)).astype(np.int16)


def variants(melodies: list[str], titles: list[str]) -> list[str]:
    """A name for each tune, the same for variants: four of five runs of steps are the same, or the title is."""
    named = [plain(title) or f"untitled {number}" for number, title in enumerate(titles)]
    numbers, _ = clusters(Contents(hashed=(), texts=melodies), pd.Series(named))
    return [f"tune {number}" for number in numbers]


def tune_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=EACH * len(BOOKS)),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\w+-\d+$"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="label", value_set=list(BOOKS)),
        gxe.ExpectColumnValuesToNotBeNull(column="label"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^tune \d+$"),
        gxe.ExpectColumnValuesToBeBetween(column="notes", min_value=FEWEST, max_value=1000),
        gxe.ExpectColumnValuesToBeBetween(column="loudness", min_value=-40, max_value=0),
    ]
