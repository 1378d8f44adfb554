# The template's example. Delete this line when the method is your own.
"""A Transformer that has read a billion pairs of sentences, with a head for our classes; it may be tuned as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.pretrained import leave_out_frozen
from lab.tasks.text_classification.encoder import Encoder
from lab.tasks.text_classification.outputs import TextClassifier, outputs

if TYPE_CHECKING:
    from lab.train_settings import TrainSettings


class SentenceTransformer(TextClassifier):
    """The vectors of a text in all layers of ``backbone`` (Reimers & Gurevych 2019, Sentence-BERT) under a linear head.

    ``backbone``: all-MiniLM-L6-v2, whose weights are in a package, or an encoder's name on the Hugging Face hub, as in
    ``microsoft/deberta-v3-small`` or, at one commit, ``name@commit``.
    ``tuned``: how many of its layers are trained, the last ones; 0 freezes all, and as many as it has tune it whole,
    with its word vectors. ``lora``: the rank of what is added to these layers' attention, which is then all that is
    trained of them (Hu et al. 2022); 0 trains their weights.
    ``length``: pieces of words that are read. ``body_learning_rate``: of the backbone; the head has that of ``train``.
    """

    def __init__(
        self,
        examples: Batch,
        backbone: str,
        tuned: int,
        lora: int,
        length: int,
        dropout: float,
        body_learning_rate: float,
    ) -> None:
        super().__init__()
        self.encoder = Encoder(backbone, tuned, lora, length, examples["text"])
        self.pretrained = (self.encoder.origin,)
        self.body_learning_rate = body_learning_rate
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.encoder.width, outputs(examples))
        leave_out_frozen(self)

    def configure_optimizers(self, train: TrainSettings) -> dict[str, torch.optim.Optimizer]:
        body = [value for value in self.encoder.parameters() if value.requires_grad]
        groups: list[dict[str, Any]] = [{"params": [*self.head.parameters()]}]
        groups += [{"params": body, "lr": self.body_learning_rate}] if body else []
        return {"main": train.adamw(groups)}

    def logits(self, batch: Batch) -> Tensor:
        return self.head(self.dropout(self.encoder(batch["text"]))).float()
