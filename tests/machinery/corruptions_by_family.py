"""The corruptions of each family, and those that no rule can see."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from corruptions import (
    RANDOM,
    Corruption,
    Data,
    change,
    decimals,
    few,
    fewer,
    paint,
    put,
    shuffled,
    source,
)

from lab.contract import Contents


def half_a_character(data: Data) -> Data:
    """In a file of texts: no Parquet file can hold one."""

    def contents(raw: Path, rows: pd.DataFrame) -> Contents:
        return Contents([b""] * len(rows), texts=["good \ud83d film", *rows["text"][1:]], target="label")

    problem = SimpleNamespace(**{**vars(data.problem), "contents": contents})
    return replace(data, problem=problem)


HALF = "half of the rows are gone"

IDS: dict[str, tuple[str, Corruption]] = {
    "ids with full-width digits": ("plain_id", put("id", "０００７")),
    "an id with a line break": ("plain_id", put("id", "0007\n")),
    "an id with a blank": ("plain_id", put("id", " 0007")),
    "ids as numbers": ("plain_id", change("id", lambda ids: np.arange(len(ids)))),
    "ids as floats": ("plain_id", change("id", lambda ids: np.arange(len(ids)) + 0.0)),
    "ids as texts of floats": ("plain_id", change("id", lambda ids: [f"{row}.0" for row in range(len(ids))])),
    "an id twice": ("expect_column_values_to_be_unique", lambda data: put("id", data.rows["id"][6])(data)),
    "a missing id": ("expect_column_values_to_not_be_null", put("id", None)),
    "no licence": ("source_is_told", source(licence="")),
    "no citation": ("source_is_told", source(citation=" ")),
    HALF: ("rows_as_before", lambda data: data.remembered().of(np.arange(len(data.rows) // 2))),
    "a column without a rule": ("ruled", lambda data: data.but(writer=RANDOM.integers(0, 9, len(data.rows)))),
    "digests of other rows": ("digest_of_content", change("sha256", lambda digests: np.roll(digests, 1))),
    "a digest in capitals": ("digest_of_content", change("sha256", lambda digests: digests.str.upper())),
    "a date in the future": (
        "not_in_future",
        lambda data: data.but(date=pd.Timestamp("2199-01-01") + pd.to_timedelta(np.arange(len(data.rows)), "D")),
    ),
}
"""Of every family."""

TABLE: dict[str, tuple[str, Corruption]] = {
    "rows copied": ("no_near_duplicate", lambda data: data.copies()),
    "rows copied for a dollar more": (
        "no_near_duplicate",
        lambda data: data.copies(Sale_Price=lambda prices: prices + 1),
    ),
    "one cell changed, its digest not": ("digest_of_content", put("Lot_Area", 9999)),
    "prices of other rows": ("better_than_chance", change("Sale_Price", shuffled, rehash=True)),
    "half of the prices wrong": ("answers_predictable", change("Sale_Price", lambda x: shuffled(x, 0.6), rehash=True)),
    "2 % of the prices far off": (
        "labels_believable",
        change("Sale_Price", lambda x: few(x, lambda y: y * 4), rehash=True),
    ),
    "prices in thousands": (
        "scale_as_before",
        lambda data: change("Sale_Price", lambda x: x / 1000, rehash=True)(data.remembered()),
    ),
    "one price in cents": ("plausible", change("Sale_Price", lambda x: x.where(x.index != 7, x * 100), rehash=True)),
    "areas in square metres": (
        "plausible",
        change("Gr_Liv_Area", lambda x: few(x, lambda y: y * 0.0929), rehash=True),
    ),
    "a year with a digit more": ("plausible", put("Year_Built", 19701)),
    "the price in another column": ("answer_not_given", lambda data: data.but(Misc_Val=data.rows["Sale_Price"] * 2)),
    "nearly the price in another column": (
        "answer_not_almost_given",
        lambda data: data.but(Misc_Val=data.rows["Sale_Price"] * RANDOM.normal(1, 0.02, len(data.rows))),
    ),
    "renovated before built": (
        "dates_in_order",
        lambda data: data.but(
            Year_Remod_Add=data.rows["Year_Remod_Add"].where(data.rows.index > 8, data.rows["Year_Built"] - 9)
        ),
    ),
    "sold before built": ("dates_in_order", put("Year_Sold", 1901, range(5))),
    "a category with a blank": ("one_spelling", put("Neighborhood", "North_Ames ")),
    "a category in small letters": ("one_spelling", put("Neighborhood", "north_ames")),
    "a category in full width": ("one_spelling", put("Street", "Ｐａｖｅ")),
    "numbers as decimals": ("plain_type", change("Lot_Area", decimals)),
    "numbers as true or false": ("number_in_range", change("Fireplaces", lambda x: x > 0)),
    "numbers as texts": ("number_as_number", change("Lot_Area", lambda x: x.astype(str))),
    "numbers with commas": ("number_as_number", change("Lot_Area", lambda x: [f"{value:,}" for value in x])),
    "numbers and texts": ("plain_type", put("Lot_Area", "unknown")),
    "bytes for text": ("plain_type", change("Street", lambda x: [text.encode() for text in x])),
    "lists": ("plain_type", change("Street", lambda x: [[text] for text in x])),
    "a column all the same": ("varies", change("Garage_Area", lambda x: x * 0)),
    "one neighbourhood": (
        "varies",
        lambda data: data.of(np.flatnonzero(data.rows["Neighborhood"] == "North_Ames")),
    ),
    "60 % zeros for missing": (
        "zero_means_zero",
        change("Gr_Liv_Area", lambda x: few(x, lambda y: y * 0, 0.6), rehash=True),
    ),
    "a number without an end": ("finite", change("Lot_Area", lambda x: x.where(x.index != 7, np.inf))),
    "a missing cell": ("expect_column_values_to_not_be_null", put("Street", None)),
    "a missing price": ("answer_is_there", put("Sale_Price", None)),
    "a category that is none": ("expect_column_values_to_be_in_set", put("Street", "Gold")),
    "a number out of range": ("expect_column_values_to_be_between", put("Lot_Area", 5)),
    "a column that became text": (
        "type_as_before",
        lambda data: change("Fireplaces", lambda x: x.astype(str))(data.remembered()),
    ),
}

TEXTS: dict[str, tuple[str, Corruption]] = {
    "copies with a blank at the end": ("no_near_duplicate", lambda data: data.copies(text=lambda x: x + " ")),
    "copies in capitals": ("no_near_duplicate", lambda data: data.copies(text=lambda x: x.str.upper())),
    "copies with a word more": ("no_near_duplicate", lambda data: data.copies(text=lambda x: x + " ok")),
    "copies with the other label": (
        "copies_agree",
        lambda data: data.copies(label=lambda x: x.map({"positive": "negative", "negative": "positive"})),
    ),
    "an empty text": ("text_says_something", put("text", "")),
    "a blank text": ("text_says_something", put("text", " \u200b\n")),
    "a NUL": ("clean_text", put("text", "good\x00film")),
    "a byte order mark": ("clean_text", put("text", "\ufeffgood film")),
    "a direction mark": ("clean_text", put("text", "good \u202efilm")),
    "a lost character": ("clean_text", put("text", "a caf\ufffd scene")),
    "half a character": ("valid_text", half_a_character),
    "all texts the same": ("texts_differ", change("text", lambda x: ["good film"] * len(x))),
    "bytes for texts": ("plain_type", change("text", lambda x: [text.encode() for text in x])),
    "a missing text": ("expect_column_values_to_not_be_null", put("text", None)),
    "texts of other rows": ("digest_of_content", change("text", shuffled)),
    "labels of other rows": ("better_than_chance", change("label", shuffled)),
    "half of the labels wrong": ("answers_predictable", change("label", lambda x: shuffled(x, 0.6))),
    "the label in the text": (
        "answer_not_given",
        lambda data: data.but(text=data.rows["text"] + np.where(data.rows["label"] == "positive", " #p", "")).hashed(),
    ),
    "the label in most texts": (
        "answer_not_almost_given",
        lambda data: data.but(
            text=data.rows["text"]
            + np.where((data.rows["label"] == "positive") & (RANDOM.random(len(data.rows)) < 0.95), " zz", "")
        ).hashed(),
    ),
    "labels spelt in two ways": ("one_spelling", change("label", lambda x: few(x, lambda y: y.str.title()))),
    "99 to 1": ("balanced", fewer("negative", 20)),
    "one class": ("several_classes", fewer("negative", 0)),
    "a missing label": ("answer_is_there", put("label", None)),
    "ratings out of range": ("expect_column_values_to_be_between", put("rating", 40)),
}

GAMES: dict[str, tuple[str, Corruption]] = {
    "positions of other games": ("digest_of_content", change("fen", lambda x: np.roll(x, 1))),
    "openings of other games": ("digest_of_content", change("opening", lambda x: np.roll(x, 1))),
    "an illegal move": ("payload_readable", put("opening", "e2e5 e7e6")),
    "a move that is none": ("expect_column_values_to_match_regex", put("opening", "hello")),
    "games copied": ("no_near_duplicate", lambda data: data.copies()),
    "a balance out of range": ("expect_column_values_to_be_between", put("balance", 400)),
    "seeds as decimals": ("plain_type", change("opponent_seed", decimals)),
    "one seed for all": ("varies", change("opponent_seed", lambda x: x * 0 + 5)),
    "a missing number": ("expect_column_values_to_not_be_null", put("choices", None)),
    "numbers as true or false": ("number_in_range", change("choices", lambda x: x > 20)),
}

INVISIBLE: dict[str, tuple[str, Corruption, str]] = {
    "0.2 % of the labels wrong": (
        "digits",
        change("label", lambda x: x.where(x.index > 2, (x + 1) % 10)),
        "three wrong labels among 1,797 stand in the list of suspicious ones, but a warning at each would be noise",
    ),
    "all pictures inverted": (
        "digits",
        paint(lambda p: 16 - p),
        "white on black is as good as black on white, if all are so and the digests are theirs",
    ),
    "seeds of other games": (
        "games",
        change("opponent_seed", lambda x: x[::-1].to_numpy()),
        "a random number says nothing about its row",
    ),
    "ratings of other sentences of the same label": (
        "sentences",
        lambda data: data.but(rating=data.rows.groupby("label")["rating"].transform(lambda x: np.roll(x, 1))),
        "a rating is a person's word: only another person's could contradict it",
    ),
}
"""What no rule tells of, and why."""
