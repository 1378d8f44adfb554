# The template's example. Delete this line when the method is your own.
"""A small Transformer that begins with nothing: words look at each other before they are averaged, so order counts."""

from functools import lru_cache

import numpy as np
import scipy.sparse
import scipy.sparse.linalg
import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.text_classification.outputs import PADDING, UNKNOWN, TextClassifier, cross_entropy, outputs


class TransformerEncoder(TextClassifier):
    """Learned positions, pre-norm layers, mean over the words (Vaswani et al. 2017).

    Eight thousand sentences are few for a Transformer, so it gets help: words start from vectors that their neighbours
    tell, words are hidden at random, and where people rated the sentences it learns their opinion instead of the label.
    Even so, the bag of words is hard to beat: results/comparison.json says whether it does.

    ``width``, ``heads``, ``layers``: size. ``dropout``: inside the layers. ``embedding_dropout``, ``word_dropout``:
    shares of a word's vector and of a sentence's words that are hidden in training.
    """

    def __init__(
        self,
        examples: Batch,
        width: int,
        heads: int,
        layers: int,
        dropout: float,
        embedding_dropout: float,
        word_dropout: float,
    ) -> None:
        super().__init__()
        tokens = examples["tokens"]
        self.word_dropout = word_dropout
        vectors = neighbour_vectors(tokens, width).clone()  # training changes them, and another may begin with them
        self.words = nn.Embedding.from_pretrained(vectors, freeze=False, padding_idx=PADDING)
        self.positions = nn.Parameter(torch.randn(tokens.shape[1], width) * 0.02)
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        layer = nn.TransformerEncoderLayer(
            width, heads, 2 * width, dropout, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, outputs(examples))
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def logits(self, batch: Batch) -> Tensor:
        tokens = batch["tokens"]
        padding = tokens == PADDING
        if self.training:
            hidden = torch.rand(tokens.shape, device=tokens.device) < self.word_dropout
            tokens = tokens.masked_fill(hidden & ~padding, UNKNOWN)
        embedded = self.embedding_dropout(self.words(tokens) + self.positions[: tokens.shape[1]])
        encoded = self.encoder(embedded, src_key_padding_mask=padding)
        present = (~padding).unsqueeze(2).to(encoded.dtype)
        mean = (encoded * present).sum(1) / present.sum(1)
        return self.head(self.dropout(mean)).float()

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy to people's opinion: a lukewarm sentence asks for less certainty than a furious one.

        Labels that carry people's doubt make classifiers more robust (Peterson et al. 2019).
        """
        return {"loss": cross_entropy(self.logits(batch), batch["opinion"])}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy to the label, as the baseline's."""
        return super().loss(batch)


@lru_cache(maxsize=1)  # tests build a method many times with the same examples
def neighbour_vectors(tokens: Tensor, width: int, window: int = 4, scale: float = 0.06) -> Tensor:
    """A vector for each word, (words, width): words with like neighbours get like vectors.

    The singular vectors of positive pointwise mutual information (Levy & Goldberg 2014), neighbours at distance d
    counting 1/d. Where there are fewer words than ``width``, random numbers fill the vectors up.
    """
    rows, size = tokens.numpy(), int(tokens.max()) + 1
    together = scipy.sparse.csr_matrix((size, size))
    for distance in range(1, window + 1):
        left, right = rows[:, :-distance].ravel(), rows[:, distance:].ravel()
        real = right != PADDING  # padding is on the right only
        pairs = (np.full(real.sum(), 1 / distance), (left[real], right[real]))
        counts = scipy.sparse.coo_matrix(pairs, shape=(size, size)).tocsr()
        together = together + counts + counts.T
    single = np.asarray(together.sum(axis=1)).ravel()
    cells = together.tocoo()
    cells.data = np.log(cells.data * single.sum() / (single[cells.row] * single[cells.col])).clip(min=0)
    information = cells.tocsr()
    information.eliminate_zeros()
    known = min(width, size - 1) if information.nnz else 0  # few words have no more than that
    vectors = np.random.default_rng(0).normal(size=(size, width))
    if known:
        left_vectors, strengths, _ = scipy.sparse.linalg.svds(information, k=known, random_state=0)
        told = left_vectors * np.sqrt(strengths)
        vectors[:, :known] = told / (told.std() or 1.0)
    return torch.tensor(vectors / vectors.std() * scale, dtype=torch.float32)
