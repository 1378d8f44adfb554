# The template's example. Delete this line when the method is your own.
"""A small GPT (Radford et al. 2019): each token looks at all tokens before it."""

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from lab.contract import Batch
from lab.tasks.language_model.model import LanguageModel


class Transformer(LanguageModel):
    """``width``: numbers of a token; ``layers`` and ``heads``; ``dropout``: share hidden in training.

    Norms stand before what they serve (Xiong et al. 2020).
    """

    def __init__(self, examples: Batch, vocabulary: int, width: int, layers: int, heads: int, dropout: float) -> None:
        super().__init__(examples, vocabulary, width, dropout)
        self.blocks = nn.Sequential(*(Block(width, heads, dropout) for _ in range(layers)), nn.LayerNorm(width))
        for name, value in self.blocks.named_parameters():
            if value.ndim == 2:  # what a block adds is smaller the more blocks add
                nn.init.normal_(value, std=0.02 / (2 * layers) ** 0.5 if "out." in name else 0.02)

    def read(self, vectors: Tensor) -> Tensor:
        return self.blocks(vectors)


class Block(nn.Module):
    """Attention to the tokens before, then a network for each token; both add to what is there."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2)])
        self.ask = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.widen = nn.Linear(width, 4 * width)
        self.network_out = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, seen: Tensor) -> Tensor:
        seen = seen + self.dropout(self.attention_out(self.attend(self.norms[0](seen))))
        return seen + self.dropout(self.network_out(nn.functional.gelu(self.widen(self.norms[1](seen)))))

    def attend(self, seen: Tensor) -> Tensor:
        query, key, value = self.ask(seen).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        found = scaled_dot_product_attention(rotated(query), rotated(key), value, is_causal=True)
        return found.transpose(1, 2).flatten(2)


def rotated(vectors: Tensor) -> Tensor:
    """Rotary positions (Su et al. 2021): (…, length, width), each pair of numbers turned by its place.

    So attention depends on how far tokens are apart, and a text may be longer than those of training.
    """
    half = vectors.shape[-1] // 2
    speed = 10_000.0 ** -(torch.arange(half, device=vectors.device) / half)
    angle = torch.arange(vectors.shape[-2], device=vectors.device)[:, None] * speed
    first, second = vectors.split(half, dim=-1)
    cos, sin = angle.cos().to(vectors.dtype), angle.sin().to(vectors.dtype)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)
