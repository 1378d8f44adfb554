"""Bag of words: only the words of a sentence count, not their order."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch
from lab.tasks.text_classification.outputs import PADDING, TextClassifier, outputs


class BagOfWords(TextClassifier):
    """Logistic regression on tf-idf: counts of words, rare words counting more, scaled to length 1."""

    inverse_document_frequency: Tensor

    def __init__(self, examples: Batch) -> None:
        super().__init__()
        tokens = examples["tokens"]
        vocabulary = int(tokens.max()) + 1
        sentences = torch.zeros(vocabulary)  # how many sentences have each word
        for row in tokens:
            sentences[row.unique()] += 1
        inverse = torch.log(len(tokens) / sentences.clamp(min=1))
        inverse[PADDING] = 0
        self.register_buffer("inverse_document_frequency", inverse)
        self.weigh = nn.Linear(vocabulary, outputs(examples))
        nn.init.zeros_(self.weigh.weight)
        nn.init.zeros_(self.weigh.bias)

    def logits(self, batch: Batch) -> Tensor:
        tokens = batch["tokens"]
        counts = tokens.new_zeros(len(tokens), self.weigh.in_features, dtype=torch.float32)
        counts.scatter_add_(1, tokens, torch.ones_like(tokens, dtype=torch.float32))
        weighted = functional.normalize(counts * self.inverse_document_frequency, dim=1)
        return self.weigh(weighted).float()
