"""What must hold for this task's sounds, spectrograms and methods, whatever the data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch

from lab.contract import Batch, Method
from lab.data.labelled import Labelled, some_labelled
from lab.data_settings import DataSettings
from lab.tasks.audio_classification import problem
from lab.tasks.audio_classification.baseline import Convolutions
from lab.tasks.audio_classification.novel import RecurrentNetwork
from lab.tasks.audio_classification.spectrogram import BANDS, STEP, band_edges, log_mel
from lab.tasks.audio_classification.tunes import notes_of, render, variants
from lab.training.sanity import learn

TUNE = """X:1
T:Scale
M:2/4
L:1/8
K:D
D2 F>A | (3def {g}a2 | [DA]z :|
"""


def methods(examples: Batch) -> list[Method]:
    torch.manual_seed(0)
    return [Convolutions(examples, width=4), RecurrentNetwork(examples, width=4, augment=0.2, dropout=0.1)]


def test_notes_have_the_lengths_pitches_and_bars_that_are_written() -> None:
    notes = notes_of(TUNE)
    lengths, pitches, bars = zip(*notes, strict=True)
    assert pitches == (62, 66, 69, 74, 76, 78, 81, 69, 0)  # D4 F#4 A4 | D5 E5 F#5 A5 | of D4 and A4 the higher, a rest
    assert lengths == pytest.approx([1, 0.75, 0.25, 1 / 3, 1 / 3, 1 / 3, 1, 0.5, 0.5])
    assert bars == (True, False, False, True, False, False, False, True, False)


def test_a_note_sounds_at_its_pitch() -> None:
    sound = render([(4.0, 69, True)] * 40, np.random.default_rng(0)).astype(float)
    spectrum = np.abs(np.fft.rfft(sound))
    loudest = np.argmax(spectrum) / 5  # five seconds: a fifth of a hertz each
    assert loudest == pytest.approx(440, rel=0.03)  # out of tune by half a semitone at most


def test_variants_of_a_tune_have_one_name_whatever_their_key() -> None:
    melody = " ".join(["2", "2", "1", "-3", "5", "-2", "7", "-4"] * 6)
    other = " ".join(["-1", "4", "3", "-6", "8", "-9", "2", "-2"] * 6)
    names = variants([melody, other, melody, other + " 1"], ["Scale", "Other", "Same tune", "Third"])
    assert names[0] == names[2] != names[1] == names[3]
    assert len(set(variants(["1 2", "3 4", "5 6"], ["A  Tune", "a tune", ""]))) == 2


@pytest.mark.parametrize("rate", [4000, 8000, 22050, 48000])
def test_a_tone_is_loudest_in_its_band(rate: int) -> None:
    edges = band_edges(rate)
    time = torch.arange(rate) / rate
    for band in (5, 20, BANDS - 4):
        tone = torch.sin(2 * math.pi * edges[band + 1] * time)
        found = log_mel(tone[None], rate)[0]
        assert abs(int(found.mean(dim=1).argmax()) - band) <= 1
    assert found.shape[1] == pytest.approx(1 / STEP, rel=0.1)


def test_every_band_hears_noise_and_a_short_sound_has_a_spectrogram() -> None:
    torch.manual_seed(0)
    noise = log_mel(torch.randn(1, 8000), 8000)
    assert (noise.mean(dim=(0, 2)) > -9).all()
    assert log_mel(torch.randn(1, 10), 8000).isfinite().all()


def test_loss_starts_where_all_classes_are_equally_likely() -> None:
    torch.manual_seed(0)
    batch = {"spectrogram": torch.randn(64, BANDS, 40), "label": torch.arange(64) % 4}
    for method in methods(batch):
        assert method.eval().loss(batch)["loss"].item() == pytest.approx(math.log(4), abs=0.3), type(method)


def test_distortion_is_random_and_only_for_training() -> None:
    batch = {"spectrogram": torch.randn(8, BANDS, 40), "label": torch.arange(8) % 4}
    network = RecurrentNetwork(batch, width=4, augment=0.2, dropout=0.0)
    distorted = network.distort(batch["spectrogram"])
    assert distorted.shape == batch["spectrogram"].shape
    assert not torch.equal(distorted, network.distort(batch["spectrogram"]))
    assert 0 < (distorted == 0).float().mean() < 0.4
    network.eval()
    assert torch.equal(network.loss(batch)["loss"], network.loss(batch)["loss"])


def test_own_sounds_train_by_settings_alone(tmp_path: Path) -> None:
    """Chinese names, four classes, several rates, lengths and channels."""
    random = np.random.default_rng(0)
    for row in range(32):
        label, rate = ("貓 叫", "狗 吠", "雨聲", "car's horn")[row % 4], (8000, 11025, 44100)[row % 3]
        time = np.arange(round(rate * random.uniform(0.3, 2))) / rate
        tone = 0.3 * np.sin(2 * np.pi * (200 + 300 * (row % 4)) * time) + random.normal(scale=0.01, size=len(time))
        path = tmp_path / "聲音" / label / f"錄音 {row}.{('wav', 'flac', 'ogg')[row % 3]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.stack([tone, tone], axis=1) if row % 2 else tone, rate)
    options = DataSettings(source="folder", path=str(tmp_path / "聲音"), rate=6000, seconds=0.7)
    table, _ = problem.collect(tmp_path, options)
    table.to_parquet(tmp_path / "examples.parquet")
    assert np.load(tmp_path / "sounds.npy").shape == (32, 4200)
    test = table["id"][::4].tolist()
    train = [identity for identity in table["id"] if identity not in test]
    examples = cast(dict[str, Batch], problem.load(tmp_path, {"train": train, "test": test}))
    assert examples["train"]["label"].max() == 3
    assert {rule.column for rule in problem.expectations(table, options)} >= set(table) - {"id", "sha256"}  # type: ignore[attr-defined]
    for method in methods(examples["train"]):
        learn(method, examples["train"], 30)
        assert method.eval().loss(examples["test"])["accuracy"] >= 0.75, type(method)


def test_sounds_read_from_the_disk_are_those_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    np.save(tmp_path / "sounds.npy", random.integers(-9000, 9000, (6, 4000)).astype(np.int16))
    (tmp_path / "sounds.json").write_text('{"rate": 8000}', encoding="utf-8")
    table = pd.DataFrame({"id": list("abcdef"), "label": ["x", "y"] * 3})
    table.to_parquet(tmp_path / "examples.parquet")
    splits = {"train": ["f", "a"], "test": ["c"]}
    kept = cast(dict[str, Batch], problem.load(tmp_path, splits))
    monkeypatch.setattr(problem, "MEMORY", 1)
    lazy = problem.load(tmp_path, splits)["train"]
    assert isinstance(lazy, Labelled)
    for row in range(2):
        torch.testing.assert_close(lazy[row]["spectrogram"], kept["train"]["spectrogram"][row])
        assert lazy[row]["label"] == kept["train"]["label"][row]
    assert some_labelled(lazy)[1] == some_labelled(kept["train"])[1] == 2
