"""Sounds of any rate and length, with a class each, as one array: ``sounds.npy``, a row for each example."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from tqdm import tqdm

from lab.console import localised
from lab.contract import Provenance
from lab.data.labelled import labelled
from lab.data.pictures import UnreadableError
from lab.data.sources import find, provenance
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import read_json, sha256, write_json

ENDINGS = {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".caf"}
UNREAD = dict.fromkeys((".m4a", ".aac", ".wma", ".amr", ".webm", ".3gp", ".mp4"), "save it as WAV, FLAC or OGG")
"""Sounds that libsndfile cannot read, and what to do."""
RATE, SECONDS = 16_000, 10.0
"""The most that is taken, if ``data.rate`` and ``data.seconds`` are not set."""
LOUDEST = 32767
"""Of a sample: they are int16."""
QUIETEST = -100.0
"""Decibels: the loudness of silence."""


@dataclass(frozen=True)
class Header:
    """What a file says of its sound."""

    rate: int
    channels: int
    frames: int

    @property
    def seconds(self) -> float:
        return self.frames / self.rate


def collect_sounds(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``sounds.npy``: (n, samples), int16, one channel, and its table.

    ``id``, ``sha256`` of the row's bytes, ``label``, the ``loudness`` of what is taken, and how long the files are
    if they differ. ``group`` and ``date`` if a table names them.
    """
    options.own()
    found = find(options)
    files, columns, told = labelled(found, options, {*ENDINGS, *UNREAD}, "sounds")
    headers, done = write(files, found.folder, raw, options)
    array = np.load(raw / "sounds.npy", mmap_mode="r")
    examples = pd.DataFrame(
        {
            "id": columns.pop("id"),
            "sha256": [sha256(sound.tobytes()) for sound in array],
            **columns,
            "loudness": [loudness(sound) for sound in array],
        }
    )
    lengths = [round(header.seconds, 3) for header in headers]
    if len(set(lengths)) > 1:
        examples["seconds"] = lengths
    said = f"{len(examples)} sounds, {examples['label'].nunique()} classes, {done}"
    return examples, provenance(options, found, [said, told], files)


def write(files: list[Path], folder: Path, raw: Path, options: DataSettings) -> tuple[list[Header], str]:
    """Write ``sounds.npy``; return what each file was, and in words what was done with them.

    Of a longer sound the middle is taken; after a shorter one there is silence.

    Raises:
        UnreadableError: some files are no sounds, or broken ones.
    """
    headers, reasons = [], {}
    for path in files:
        try:
            headers.append(_header(path))
        except (soundfile.SoundFileError, OSError, ValueError) as error:
            reasons[_name(path, folder)] = _reason(path, error)
    if not headers:
        if reasons:
            raise UnreadableError(reasons, len(files), "sounds")
        raise UserError(f"there are no sounds in {folder.as_posix()}")
    rate = options.rate or min(RATE, Counter(header.rate for header in headers).most_common(1)[0][0])
    seconds = options.seconds or min(SECONDS, float(np.quantile([header.seconds for header in headers], 0.9)))
    length = max(1, round(rate * seconds))
    shape = (len(files), length)
    array = np.lib.format.open_memmap(raw / "sounds.npy", mode="w+", dtype=np.int16, shape=shape)
    shown = tqdm(files, desc=localised("reading sounds"), leave=False, disable=len(files) < 500)
    for row, path in enumerate(shown):
        if _name(path, folder) in reasons:
            continue
        try:
            array[row] = decoded(path, rate, length)
        except (soundfile.SoundFileError, OSError, ValueError) as error:
            reasons[_name(path, folder)] = _reason(path, error)
    array.flush()
    if reasons:
        raise UnreadableError(reasons, len(files), "sounds")
    write_json(raw / "sounds.json", {"rate": rate})
    return headers, _said(headers, rate, length)


def read_rate(raw: Path) -> int:
    """Samples a second of the sounds in ``raw``."""
    return int(read_json(raw / "sounds.json", "rate")["rate"])


def decoded(path: Path, rate: int, length: int) -> np.ndarray:
    """(length,), int16: the middle of the sound, its channels' mean, at another rate."""
    from scipy.signal import resample_poly

    with soundfile.SoundFile(path) as file:
        wanted = math.ceil(length * file.samplerate / rate)
        file.seek(max(0, (file.frames - wanted) // 2))
        sound = file.read(wanted, dtype="float32", always_2d=True).mean(axis=1)
        divisor = math.gcd(file.samplerate, rate)
        if file.samplerate != rate:
            sound = resample_poly(sound, rate // divisor, file.samplerate // divisor)
    if not np.isfinite(sound).all():
        raise ValueError("it has samples that are no numbers")
    whole = np.zeros(length, np.int16)
    whole[: len(sound)] = np.round(LOUDEST * sound[:length].clip(-1, 1))
    return whole


def loudness(sound: np.ndarray) -> float:
    """Decibels below the loudest possible: 20 log10 of the root of the mean square."""
    power = float(np.square(sound.astype(np.float64) / LOUDEST).mean())
    return max(QUIETEST, 10 * math.log10(power)) if power else QUIETEST


def _header(path: Path) -> Header:
    if what_to_do := UNREAD.get(path.suffix.lower()):
        raise ValueError(f"{path.suffix[1:].upper()}: {what_to_do}")
    found = soundfile.info(path)
    if not found.frames:
        raise ValueError("empty")
    return Header(found.samplerate, found.channels, found.frames)


def _reason(path: Path, error: Exception) -> str:
    if path.stat().st_size == 0:
        return "empty"
    if isinstance(error, soundfile.SoundFileError):
        return "no sound, or a broken one"
    return str(error)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _said(headers: list[Header], rate: int, length: int) -> str:
    seconds = length / rate
    parts = [f"{seconds:.3g} seconds each at {rate:,} samples a second"]
    counts = {
        "of another rate": sum(header.rate != rate for header in headers),
        "of several channels": sum(header.channels > 1 for header in headers),
        "longer (the middle is taken)": sum(header.seconds > seconds + 0.01 for header in headers),
        "shorter (silence follows)": sum(header.seconds < seconds - 0.01 for header in headers),
    }
    return ", ".join([*parts, *(f"{count} {what}" for what, count in counts.items() if count)])
