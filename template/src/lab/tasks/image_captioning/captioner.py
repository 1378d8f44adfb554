"""What all methods share: the network that sees the picture, and how sentences are learnt and written word by word."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.sentences import END, PADDING, UNKNOWN, Vocabulary, characters, read, words


class Told(NamedTuple):
    """After some words: what is remembered, (n, numbers); of each word, the logits of the next one and where it looked.

    These are (n, words, vocabulary) and (n, words, places).
    """

    memory: Tensor
    logits: Tensor
    attention: Tensor | None


class Captioner(Method):
    """A method adds ``begin`` and ``tell``. ``width``: channels of the last layer. ``word``: numbers of a word."""

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
        """(n, width, 10, 10): what is where in the picture. A method may give ``tell`` something made of it."""
        # With a pixel's channels next to each other, convolutions are faster.
        return self.layers((picture / 255).contiguous(memory_format=torch.channels_last))

    def begin(self, seen: Any) -> Tensor:
        """(n, numbers): the memory before the first word."""
        raise NotImplementedError

    def tell(self, before: Tensor, memory: Tensor, seen: Any) -> Told:
        """From the vectors of words, (n, words, word), to the next word after each."""
        raise NotImplementedError

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of each word after those before it, in training of one of the right sentences by chance."""
        tokens = batch["tokens"]
        number, wordings, _ = tokens.shape
        chosen = torch.randint(wordings, (number,), device=tokens.device) if self.training else 0
        target = tokens[torch.arange(number, device=tokens.device), chosen]
        before = functional.pad(target[:, :-1], (1, 0), value=END)
        seen = self.seen(batch["picture"])
        # All words of the right sentence are known beforehand: they are told at once, which is much faster.
        logits = self.tell(self.dropout(self.embedding(before)), self.begin(seen), seen).logits
        return {"loss": functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PADDING)}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``written``: (n, characters), the sentence of the likeliest word after each.

        ``attention``, of a method that has it: (n, words · 100), uint8, where it looked for each word, in 255ths.
        """
        seen = self.seen(batch["picture"])
        memory = self.begin(seen)
        word = torch.full((len(memory), 1), END, device=memory.device)
        ended = torch.zeros_like(word, dtype=torch.bool)
        written, looked = [], []
        for _ in range(self.length):
            memory, logits, attention = self.tell(self.embedding(word), memory, seen)
            logits[..., [PADDING, UNKNOWN]] = -torch.inf
            word = logits.argmax(dim=2).masked_fill(ended, PADDING)
            ended |= word == END
            written.append(word)
            if attention is not None:
                looked.append((255 * attention).round().to(torch.uint8))
        texts = self.vocabulary.decode(torch.cat(written, dim=1))
        answer = {"written": characters(texts, 2 * self.signs).to(memory.device)}
        return answer | ({"attention": torch.cat(looked, dim=1)} if looked else {})


def vocabulary_of(examples: Batch) -> Vocabulary:
    """The word of each number, read off the training examples, which have both."""
    known = [""] * (1 + int(examples["tokens"].max().clamp_min(UNKNOWN)))
    for texts, rows in zip(read(examples["caption"]), examples["tokens"].tolist(), strict=True):
        for text, row in zip(texts.splitlines(), rows, strict=False):
            for word, number in zip(words(text), row, strict=False):
                if number > UNKNOWN:
                    known[number] = word
    return Vocabulary(tuple(known))
