"""A team's own sounds: every kind of file is read as what it is, and what cannot be is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile
from own_data import CLASSES, make_sounds

from lab.contract import Contents
from lab.data.hearing import features, spectrograms
from lab.data.near_duplicates import clusters
from lab.data.payload import check_sounds
from lab.data.pictures import UnreadableError
from lab.data.sounds import LOUDEST, QUIETEST, collect_sounds, decoded, loudness, read_rate
from lab.data_settings import DataSettings
from lab.files import sha256


def collect(folder: Path, raw: Path, **given: Any) -> tuple[pd.DataFrame, np.ndarray]:
    raw.mkdir(exist_ok=True)
    options = DataSettings.model_validate({"source": "folder", "path": str(folder)} | given)
    return collect_sounds(raw, options)[0], np.load(raw / "sounds.npy")


def tone(hertz: float, rate: int, seconds: float = 1) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def test_sounds_of_any_rate_length_and_number_of_channels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_sounds(tmp_path / "my 聲音", number=42)
    table, array = collect(folder, tmp_path / "raw", rate=8000, seconds=0.5)
    assert array.shape == (42, 4000)
    assert array.dtype == np.int16
    assert table["label"].value_counts().to_dict() == dict.fromkeys(CLASSES, 14)
    assert table["sha256"].tolist() == [sha256(sound.tobytes()) for sound in array]
    assert table["seconds"].between(0.39, 1.61).all()
    assert read_rate(tmp_path / "raw") == 8000
    said = capsys.readouterr().out
    assert "42 sounds, 3 classes, 0.5 seconds each at 8,000 samples a second, 24 of another rate" in said
    assert "21 of several channels" in said
    again, same = collect(folder, tmp_path / "again", rate=8000, seconds=0.5)
    pd.testing.assert_frame_equal(table, again)
    assert (array == same).all()


def test_without_settings_the_usual_rate_and_length_are_taken(tmp_path: Path) -> None:
    for row in range(10):
        path = tmp_path / "in" / "ab"[row % 2] / f"{row}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, tone(300 + row, 11025, 2), 11025)
    table, array = collect(tmp_path / "in", tmp_path / "raw")
    assert (read_rate(tmp_path / "raw"), array.shape[1]) == (11025, 22050)
    assert "seconds" not in table  # a column that is the same for all says nothing


@pytest.mark.parametrize("rate", [4000, 8000, 44100])
def test_a_tone_keeps_its_pitch_and_loudness_at_another_rate(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([tone(440, 22050), np.zeros(22050)], axis=1), 22050)
    sound = decoded(path, rate, rate)
    assert np.abs(np.fft.rfft(sound)).argmax() == 440
    assert loudness(sound) == pytest.approx(20 * np.log10(0.25 / np.sqrt(2)), abs=0.2)  # a silent channel halves it


def test_of_a_long_sound_the_middle_is_taken_and_a_short_one_is_followed_by_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.repeat([0.1, 0.5, 0.2], 1000), 1000)
    assert decoded(path, 1000, 1000) == pytest.approx(np.full(1000, 0.5 * LOUDEST), abs=2)
    longer = decoded(path, 1000, 5000)
    assert longer[2999] != 0
    assert (longer[3000:] == 0).all()
    assert loudness(np.zeros(10)) == QUIETEST


def test_files_that_cannot_be_read_are_named_with_the_reason(tmp_path: Path) -> None:
    folder = make_sounds(tmp_path / "in", number=9)
    first = folder / CLASSES[0]
    soundfile.write(first / "nothing.wav", np.zeros(0), 8000)
    soundfile.write(first / "nan.wav", np.full(800, np.nan), 8000, subtype="FLOAT")
    for name, content in {"empty.flac": b"", "page.ogg": b"<html>", "phone.m4a": b"x"}.items():
        (first / name).write_bytes(content)
    (first / "notes.txt").write_bytes(b"left out")
    with pytest.raises(UnreadableError, match="5 of 14 sounds cannot be read") as caught:
        collect(folder, tmp_path / "raw")
    assert {name.rpartition("/")[2]: reason for name, reason in caught.value.reasons.items()} == {
        "nothing.wav": "empty",
        "nan.wav": "it has samples that are no numbers",
        "empty.flac": "empty",
        "page.ogg": "no sound, or a broken one",
        "phone.m4a": "M4A: save it as WAV, FLAC or OGG",
    }


def test_copies_are_heard_and_tones_of_other_pitches_are_none() -> None:
    random = np.random.default_rng(0)
    sounds = np.stack([tone(200 + 37 * row, 8000) * np.linspace(1, random.uniform(0, 1), 8000) for row in range(30)])
    sounds = (LOUDEST * sounds).astype(np.int16)
    copies = np.stack([sounds[3] // 3, sounds[7] + random.integers(-40, 40, 8000), np.roll(sounds[9], 30)])
    array = np.concatenate([sounds, copies.astype(np.int16)])
    found, _ = clusters(Contents(hashed=(), sounds=array), pd.Series([str(row) for row in range(len(array))]))
    assert [np.flatnonzero(found[:30] == number).tolist() for number in found[30:]] == [[3], [7], [9]]
    assert len(set(found[:30])) == 30


def test_silence_and_shouting_are_told() -> None:
    random = np.random.default_rng(0)
    sounds = random.normal(scale=2000, size=(40, 4000)).round().astype(np.int16)
    sounds[3], sounds[5], sounds[8] = 0, sounds[5] // 100, (sounds[8] * 30.0).clip(-LOUDEST, LOUDEST)
    told = {
        check.kind: np.flatnonzero(check.wrong).tolist() for check in check_sounds(sounds) if check.wrong is not None
    }
    assert told == {"finite": [], "sound_is_heard": [3], "loudness_plausible": [5, 8], "sound_not_clipped": [8]}
    assert features(spectrograms(sounds[:3, :100])).shape[0] == 3  # shorter than one piece
