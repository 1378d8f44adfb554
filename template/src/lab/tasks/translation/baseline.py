"""A recurrent encoder and decoder (Cho et al. 2014): the whole sentence has to pass through one vector."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from lab.contract import Batch, Method
from lab.tasks.translation.letters import BEGIN, PADDING, Alphabet, cross_entropy


class RecurrentNetwork(Method):
    """``embedding``: numbers of a character. ``width``: numbers of the vector that holds the sentence."""

    def __init__(self, examples: Batch, embedding: int, width: int) -> None:
        super().__init__()
        self.longest = examples["target"].shape[1]
        self.alphabet = Alphabet(examples)
        self.characters = nn.Embedding(self.alphabet.size, embedding, padding_idx=PADDING)
        self.encoder = nn.GRU(embedding, width, batch_first=True)
        self.decoder = nn.GRU(embedding + width, width, batch_first=True)
        self.answer = nn.Linear(width, self.alphabet.size)

    def encode(self, codes: Tensor) -> Tensor:
        """The vector of each sentence: the state after its last character, (1, n, width)."""
        tokens = self.alphabet.read(codes)
        lengths = (tokens != PADDING).sum(dim=1).clamp(min=1).cpu()
        packed = pack_padded_sequence(self.characters(tokens), lengths, batch_first=True, enforce_sorted=False)
        return self.encoder(packed)[1]

    def decode(self, shown: Tensor, sentence: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """(n, length) characters to (n, length, characters) logits of the next; each step sees the sentence."""
        context = sentence.transpose(0, 1).expand(-1, shown.shape[1], -1)
        states, state = self.decoder(torch.cat([self.characters(shown), context], dim=2), state)
        return self.answer(states), state

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        shown, following = self.alphabet.lesson(batch["target"])
        sentence = self.encode(batch["text"])
        logits, _ = self.decode(shown, sentence, sentence)
        return {"loss": cross_entropy(logits, following)}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``written``: (n, longest), codes of the likeliest characters, one after the other."""
        sentence = self.encode(batch["text"])
        state, last, written = sentence, batch["text"].new_full((len(batch["text"]), 1), BEGIN), []
        for _ in range(self.longest):
            logits, state = self.decode(last, sentence, state)
            last = logits.argmax(dim=2)
            written.append(last)
        return {"written": self.alphabet.write(torch.cat(written, dim=1))}
