"""What all methods share: the network that sees the picture, and how sentences are learnt and written word by word."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.sentences import END, PADDING, UNKNOWN, Vocabulary, characters, read, words


class Step(NamedTuple):
    """After a word: what is remembered, (n, numbers); the logits of the next one; where it looked, (n, places)."""

    memory: Tensor
    logits: Tensor
    attention: Tensor | None


class Captioner(Method):
    """A method adds ``begin`` and ``step``. ``width``: channels of the last layer. ``word``: numbers of a word."""

    def __init__(self, examples: Batch, width: int, word: int, dropout: float) -> None:
        super().__init__()
        channels = examples["picture"].shape[1]
        self.length = examples["tokens"].shape[2]
        self.vocabulary = vocabulary_of(examples)
        self.signs = max(map(len, read(examples["caption"])))
        layers: list[nn.Module] = []
        for inputs, outputs, stride in ((channels, width // 4, 2), (width // 4, width // 2, 1), (width // 2, width, 2)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        layers += [nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(10))
        self.dropout = nn.Dropout(dropout)
        self.embedding = nn.Embedding(len(self.vocabulary.words), word, padding_idx=PADDING)

    def seen(self, picture: Tensor) -> Any:
        """(n, width, 10, 10): what is where in the picture. A method may give ``step`` something made of it."""
        return self.layers(picture / 255)

    def begin(self, seen: Any) -> Tensor:
        """(n, numbers): the memory before the first word."""
        raise NotImplementedError

    def step(self, word: Tensor, memory: Tensor, seen: Any) -> Step:
        """From a word's vector, (n, word), to the next word."""
        raise NotImplementedError

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of each word after those before it, in training of one of the right sentences by chance."""
        tokens = batch["tokens"]
        number, wordings, _ = tokens.shape
        chosen = torch.randint(wordings, (number,), device=tokens.device) if self.training else 0
        target = tokens[torch.arange(number, device=tokens.device), chosen]
        before = functional.pad(target[:, :-1], (1, 0), value=END)
        seen = self.seen(batch["picture"])
        memory, logits = self.begin(seen), []
        for word in self.dropout(self.embedding(before)).unbind(dim=1):
            memory, told, _ = self.step(word, memory, seen)
            logits.append(told)
        loss = functional.cross_entropy(
            torch.stack(logits, dim=1).flatten(0, 1), target.flatten(), ignore_index=PADDING
        )
        return {"loss": loss}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``written``: (n, characters), the sentence of the likeliest word after each.

        ``attention``, of a method that has it: (n, words · 100), uint8, where it looked for each word, in 255ths.
        """
        seen = self.seen(batch["picture"])
        memory = self.begin(seen)
        word = torch.full((len(memory),), END, device=memory.device)
        ended = torch.zeros_like(word, dtype=torch.bool)
        written, looked = [], []
        for _ in range(self.length):
            memory, logits, attention = self.step(self.embedding(word), memory, seen)
            logits[:, [PADDING, UNKNOWN]] = -torch.inf
            word = logits.argmax(dim=1).masked_fill(ended, PADDING)
            ended |= word == END
            written.append(word)
            if attention is not None:
                looked.append((255 * attention).round().to(torch.uint8))
        texts = self.vocabulary.decode(torch.stack(written, dim=1))
        answer = {"written": characters(texts, 2 * self.signs).to(memory.device)}
        return answer | ({"attention": torch.stack(looked, dim=1)} if looked else {})


def vocabulary_of(examples: Batch) -> Vocabulary:
    """The word of each number, read off the training examples, which have both."""
    known = [""] * (1 + int(examples["tokens"].max().clamp_min(UNKNOWN)))
    for texts, rows in zip(read(examples["caption"]), examples["tokens"].tolist(), strict=True):
        for text, row in zip(texts.splitlines(), rows, strict=False):
            for word, number in zip(words(text), row, strict=False):
                if number > UNKNOWN:
                    known[number] = word
    return Vocabulary(tuple(known))
