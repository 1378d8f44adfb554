# The template's example. Delete this line when the problem and its data are your own.
"""What does a sentence say in another language? Any pair of languages; the demo data are dates, times and amounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.comparison.generated_texts import BLEU_SCORE, CHRF_SCORE, EXACT_MATCH
from lab.contract import Contents, Drawn, Examples, Provenance
from lab.data.tables import row_contents
from lab.errors import UserError
from lab.sentences import characters, read
from lab.tasks.translation.memory import remembered
from lab.tasks.translation.pairs import collect_pairs, pair_rules
from lab.tasks.translation.sentences import collect_sentences, sentence_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the table that ``figures`` reads sentences from."""

metrics = (EXACT_MATCH, CHRF_SCORE, BLEU_SCORE)
targets = ("target",)
stratify = "kind"


def own(options: DataSettings) -> tuple[list[str], int]:
    """The task's own keys: ``languages``, what own files end in, and ``longest``, characters of a sentence at most."""
    languages, longest = options.own(languages=["en", "zh"], longest=120).values()
    if not isinstance(languages, list) or not isinstance(longest, int) or not 1 <= longest <= 1000:
        raise UserError("params.yaml: data.languages is a list, as [en, zh], and data.longest a number up to 1000")
    return languages, longest


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """The table alone: ``text``, its translation ``target``, and ``kind``, by which the report divides the sentences.

    Own sentences are a table with columns ``text`` and ``target``, or two files of lines.
    """
    languages, longest = own(options)
    return collect_sentences() if options.source == "demo" else collect_pairs(options, languages, longest)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    if options.source == "demo":  # whose rules are in sentences.py; yours are in pairs.py
        return sentence_rules()
    return pair_rules(examples, own(options)[1])


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``text`` and ``target``: (n, length), as ``lab.sentences.characters`` writes them.

    Methods learn which characters there are.
    """
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    examples: dict[str, Examples] = {}
    for split, ids in splits.items():
        # Methods write no more than the longest training sentence has: no other sentence may make its rows longer.
        among = table.loc[ids] if split == "train" else table
        examples[split] = {
            column: characters(table.loc[ids, column].tolist(), int(among[column].str.len().max()))
            for column in ("text", "target")
        }
    return examples


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """The translation of the most similar training sentence, as it is and with the numbers that are asked for."""
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    train, test = table.loc[splits["train"]], table.loc[splits["test"]]
    answers = remembered(train["text"].tolist(), train["target"].tolist(), test["text"].tolist())
    return {name: {"written": characters(given).numpy()} for name, given in answers.items()}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Whether each sentence is right to the letter, and what BLEU and chrF add up."""
    from lab.comparison.generated_texts import measure_texts

    written, right = read(predictions["written"]), read(predictions["target"])
    measured = measure_texts([[text] for text in right], written)
    measured["exact", "right"] = np.array(written) == np.array(right)  # capital letters and blanks count here
    return measured


def score(measured: pd.DataFrame) -> dict[str, float]:
    from lab.comparison.generated_texts import score_texts

    return score_texts(measured)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Where a method looked, what it wrote wrong, and which kinds of sentences it translates."""
    from lab.tasks.translation.drawing import draw_kinds, draw_looks, draw_mistakes

    table = pd.read_parquet(RAW / "examples.parquet").set_index("id")
    tests = {}
    for method, frame in predictions.items():
        test = frame[frame["split"] == "test"]
        said = {"said": read(test["written"]), "right": read(test["target"])}
        tests[method] = test.assign(**said, text=table.loc[test["id"], "text"].to_numpy())
    found = {"kinds": draw_kinds(tests, table["kind"]), "mistakes": draw_mistakes(tests)}
    looking = {method: test for method, test in tests.items() if "look" in test}
    return found | ({"attention": draw_looks(looking)} if looking else {})


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    """Sentences that are nearly the same belong in one split, whatever their translations."""
    lengths = {column: examples[column].astype(str).str.len() for column in ("text", "target")}
    table = examples[["text", "target"]].assign(ratio=lengths["target"] / lengths["text"].clip(lower=1))
    return Contents(hashed=row_contents(examples), texts=examples["text"].tolist(), table=table)
