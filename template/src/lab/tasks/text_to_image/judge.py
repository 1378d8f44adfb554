"""A judge of drawings: a small network that learned from pictures that no method sees what is said of them.

Of a scene of the demo data it looks at each quarter, and what it reads there is held against the sentence. Of other
pictures it looks for the words of the sentence, each by itself. What it sees before its last layer is the feature space
in which sets of pictures are compared. It is trained once, when data are collected, and is the same for each method.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from lab.convolutions import convolution
from lab.data.labelled import planes
from lab.data.scene_reading import WORDS, agreed, quarters, things_in, words_of_quarters
from lab.errors import UserError
from lab.sentences import read, words

FILE = "judge.safetensors"
FEATURES = 32
RARE, COMMON = 0.01, 0.9
"""Words of fewer or more of the sentences are not learned: the first are too few, the second say nothing."""

Found = list[tuple[str, bool]]
"""Statements of a sentence (or their kinds), and whether they are found in the picture."""


class Judge(nn.Module):
    """Pictures (n, channels, height, width), uint8, to features, (n, 32), and the logits of the words that it knows."""

    def __init__(self, shape: Sequence[int], knows: Sequence[str], scenes: bool) -> None:
        super().__init__()
        self.shape, self.knows, self.scenes = tuple(shape), list(knows), scenes
        layers: list[nn.Module] = []
        for inputs, outputs, stride in ((shape[0], 16, 1), (16, 32, 2), (32, 64, 1)):
            layers += convolution(inputs, outputs, stride)
        layers += [nn.AdaptiveMaxPool2d(5), nn.Flatten(), nn.Linear(25 * 64, FEATURES)]
        self.layers = nn.Sequential(*layers, nn.BatchNorm1d(FEATURES, affine=False))
        self.answer = nn.Linear(FEATURES, len(self.knows))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.layers(pictures / 255)
        return features, self.answer(functional.relu(features))

    def judge(self, pictures: np.ndarray, captions: Sequence[str]) -> tuple[np.ndarray, list[Found]]:
        """The features of each picture, and what it finds of each caption's first sentence, as far as it knows it."""
        shown = pictures.astype(np.uint8).reshape(-1, *self.shape)
        parts = torch.from_numpy(quarters(shown) if self.scenes else shown).split(512)
        with torch.no_grad():
            seen = [self(part) for part in parts]
        features, logits = (
            torch.cat(kind).double().numpy().reshape(len(shown), -1) for kind in zip(*seen, strict=True)
        )
        sentences = [caption.splitlines()[0] for caption in captions]
        if self.scenes:
            reading = [things_in(row) for row in logits.reshape(len(shown), 4, -1)]
            return features, [agreed(text, there) for text, there in zip(sentences, reading, strict=True)]
        place = {word: number for number, word in enumerate(self.knows)}
        return features, [
            [(word, bool(row[place[word]] >= 0)) for word in dict.fromkeys(words(text)) if word in place]
            for text, row in zip(sentences, logits, strict=True)
        ]


def train_judge(pictures: np.ndarray, captions: Sequence[str], raw: Path, scenes: bool) -> None:
    """Train it on pictures (n, height, width) or (n, height, width, 3), with a fixed seed, and write it to ``raw``.

    ``scenes``: whether they are those of the demo data.
    """
    shown, knows = planes(pictures), list(WORDS)
    shape, examples = shown.shape[1:], shown
    if scenes:
        parts, right = quarters(shown.numpy()), words_of_quarters(shown.numpy(), captions)
        kept = right.any(axis=1) | (np.arange(len(right)) % 8 == 0)  # of empty quarters few are enough
        examples, answers = torch.from_numpy(parts[kept]), torch.from_numpy(right[kept])
    else:
        said = [set(words(caption.splitlines()[0])) for caption in captions]
        counts = Counter(word for one in said for word in one)
        knows = sorted(word for word, count in counts.items() if RARE <= count / len(said) <= COMMON)
        if not knows:
            raise UserError(f"the judge has {len(said)} pictures, and no word in 1 to 90 % of their captions: add more")
        answers = torch.tensor([[word in one for word in knows] for one in said])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        judge = Judge(shape, knows, scenes)
        learn(judge, examples, answers.float())
    told = json.dumps({"shape": judge.shape, "knows": knows, "scenes": scenes}, ensure_ascii=False)
    save_file(judge.state_dict(), raw / FILE, {"judge": told})


def learn(judge: Judge, examples: Tensor, answers: Tensor, batch_size: int = 64) -> None:
    """In about 1,000 steps; of few pictures in 30 epochs."""
    batches = math.ceil(len(examples) / batch_size)
    epochs = min(30, math.ceil(1000 / batches))
    optimizer = torch.optim.AdamW(judge.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=epochs * batches)
    for _ in range(epochs):
        for rows in torch.randperm(len(examples)).split(batch_size):
            if len(rows) > 1:  # one picture has no variance
                logits = judge(examples[rows])[1]
                loss = functional.binary_cross_entropy_with_logits(logits, answers[rows], reduction="sum") / len(rows)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            schedule.step()


@cache
def read_judge(raw: Path) -> Judge:
    with safe_open(raw / FILE, "pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        judge = Judge(**json.loads(file.metadata()["judge"]))
    judge.load_state_dict(weights)
    return judge.eval()


def judged(frame: pd.DataFrame, column: str, raw: Path) -> tuple[np.ndarray, list[Found]]:
    """What the judge says of the pictures in a ``column`` of predictions."""
    return read_judge(raw).judge(np.stack(frame[column].tolist()), read(frame["caption"]))
