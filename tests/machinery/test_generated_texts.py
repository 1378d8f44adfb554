"""Sentences that methods write: split into words and put together again, and judged as sacreBLEU judges them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from sacrebleu import corpus_bleu, corpus_chrf

from lab.comparison.generated_texts import measure_texts, score_texts
from lab.sentences import END, PADDING, UNKNOWN, Vocabulary, characters, longest, read, sentence, words

ALLOWED = [["A cat sits on the mat.", "There is a cat on the mat."], ["Two dogs run"], ["it rains, again and again"]]
WRITTEN = ["there is a cat on the  mat .", "two dogs run home", "nothing"]


def test_scores_are_those_of_sacrebleu_on_all_sentences_and_on_any_of_them() -> None:
    measured = measure_texts(ALLOWED, WRITTEN)
    for rows in ([0, 1, 2], [1, 0], [2, 1, 1, 0]):
        texts = [WRITTEN[row] for row in rows]
        wordings = [[ALLOWED[row][place] if place < len(ALLOWED[row]) else None for row in rows] for place in (0, 1)]
        found = score_texts(measured.iloc[rows])
        assert found["bleu"] == pytest.approx(corpus_bleu(texts, wordings).score)  # type: ignore[arg-type]
        assert found["chrf"] == pytest.approx(corpus_chrf(texts, wordings).score)  # type: ignore[arg-type]
        assert found["exact_match"] == pytest.approx(100 * np.mean([row == 0 for row in rows]))


def test_chinese_is_judged_character_by_character() -> None:
    allowed, written = [["一隻貓坐在墊子上。"], ["兩隻狗在跑"]], ["一隻狗坐在墊子上。", "兩隻狗在跑"]
    found = score_texts(measure_texts(allowed, written))
    expected = corpus_bleu(written, [[texts[0] for texts in allowed]], tokenize="zh").score
    assert found["bleu"] == pytest.approx(expected)
    assert found["bleu"] > 50
    assert found["exact_match"] == 50


def test_a_sentence_that_says_nothing_scores_nothing() -> None:
    found = score_texts(measure_texts([["a cat"], ["a dog"]], ["", ""]))
    assert found == {"exact_match": 0, "bleu": 0, "chrf": 0}


@pytest.mark.parametrize(
    "text", ["a cat, (or two) isn't here.", "一隻貓，兩隻狗。", "她說 hello 兩次", "50 % of “it”?", "貓 3 隻"]
)
def test_words_put_together_are_the_same_words(text: str) -> None:
    assert words(sentence(words(text))) == words(text)
    assert sentence(words(text)) in (text, text.replace(" ", ""), "50% of “it”?", "她說hello兩次", "貓3隻")


def test_a_vocabulary_gives_texts_back_up_to_their_end() -> None:
    texts = ["a cat sits", "a dog sits", "a cat"]
    vocabulary = Vocabulary.learn(texts)
    numbers = vocabulary.encode(["a cat sits", "a dog"], 6)
    assert numbers.tolist()[0][3:] == [END, PADDING, PADDING]
    assert numbers[1, 1] == UNKNOWN  # "dog" occurs once
    assert vocabulary.decode(numbers) == ["a cat sits", "a"]
    assert vocabulary.encode(["a cat sits"], 3).tolist()[0][2] == END  # of a text that is cut, too
    assert vocabulary.decode(torch.tensor([[END, 3, 3]])) == [""]
    assert longest(texts) == 4


def test_characters_are_read_back_as_they_are() -> None:
    texts = ["naïve\n貓 🐼", "", "b"]
    assert read(characters(texts)) == texts
    assert read(characters(texts, 5)) == ["naïve", "", "b"]
    table = pd.DataFrame({"written": [*characters(texts).numpy()]})
    assert read(table["written"]) == texts
