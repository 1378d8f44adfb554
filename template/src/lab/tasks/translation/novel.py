# The template's example. Delete this line when the method is your own.
"""Attention (Bahdanau et al. 2015, in the form of Luong et al. 2015): for each character that it writes, the decoder
looks at all characters of the sentence again, so that nothing has to pass through one vector.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lab.contract import Batch, Method
from lab.tasks.translation.letters import BEGIN, PADDING, Alphabet, cross_entropy

LOOKS = 3
"""Places of the sentence that are kept of each look: those that it was looked at most."""


class AttentiveNetwork(Method):
    """``embedding``: numbers of a character. ``width``: numbers of a state. ``dropout``: hidden in training."""

    def __init__(self, examples: Batch, embedding: int, width: int, dropout: float) -> None:
        super().__init__()
        self.longest = examples["target"].shape[1]
        self.alphabet = Alphabet(examples)
        self.characters = nn.Embedding(self.alphabet.size, embedding, padding_idx=PADDING)
        self.dropout = nn.Dropout(dropout)
        self.encoder = nn.GRU(embedding, width // 2, batch_first=True, bidirectional=True)
        self.first = nn.Linear(width, width)
        self.decoder = nn.GRU(embedding, width, batch_first=True)
        self.offer = nn.Linear(width + embedding, width)
        self.ask = nn.Linear(width, width, bias=False)
        self.join = nn.Linear(2 * width + embedding, embedding)
        self.answer = nn.Linear(embedding, self.alphabet.size)

    def encode(self, codes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Each character in its sentence, (n, length, width + embedding); where there is one, (n, 1, length).

        And the decoder's first state, (1, n, width).
        """
        tokens = self.alphabet.read(codes)
        there = tokens != PADDING
        embedded = self.dropout(self.characters(tokens))
        lengths = there.sum(dim=1).clamp(min=1).cpu()
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        states, last = self.encoder(packed)
        around = pad_packed_sequence(states, batch_first=True)[0]
        # The character itself stands beside what is around it: a digit may be copied as it is.
        return (
            torch.cat([self.dropout(around), embedded[:, : around.shape[1]]], dim=2),
            there[:, : around.shape[1]].unsqueeze(1),
            torch.tanh(self.first(torch.cat([last[0], last[1]], dim=1))).unsqueeze(0),
        )

    def decode(self, shown: Tensor, sentence: Tensor, there: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(n, length) characters to logits of the next, the look at each place of the sentence, and the state."""
        states, state = self.decoder(self.dropout(self.characters(shown)), state)
        alike = self.ask(states) @ self.offer(sentence).transpose(1, 2) / self.ask.out_features**0.5
        look = alike.masked_fill(~there, -torch.inf).softmax(dim=2)
        known = torch.tanh(self.join(torch.cat([look @ sentence, states], dim=2)))
        return self.answer(self.dropout(known)), look, state

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        shown, following = self.alphabet.lesson(batch["target"])
        logits, _, _ = self.decode(shown, *self.encode(batch["text"]))
        return {"loss": cross_entropy(logits, following)}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``written``: (n, longest), codes of the likeliest characters, one after the other.

        ``looked_at``: (n, longest, LOOKS), the places of the sentence that each looked at most; ``look``: how much.
        """
        sentence, there, state = self.encode(batch["text"])
        last, steps = batch["text"].new_full((len(sentence), 1), BEGIN), []
        for _ in range(self.longest):
            logits, look, state = self.decode(last, sentence, there, state)
            last = logits.argmax(dim=2)
            steps.append((last, *nn.functional.pad(look, (0, LOOKS)).topk(LOOKS, dim=2)))
        written, look, looked_at = (torch.cat(parts, dim=1) for parts in zip(*steps, strict=True))
        return {"written": self.alphabet.write(written), "looked_at": looked_at.to(torch.int16), "look": look}
