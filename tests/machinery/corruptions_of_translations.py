"""The corruptions of sentences and their translations."""

from __future__ import annotations

from corruptions import Corruption, Data, change, few, put, shuffled

ENGLISH = "November 7, 2026"


def swapped(data: Data) -> Data:
    """The two languages in each other's place, in some rows."""
    rows = data.rows.copy()
    rows.loc[5:9, ["text", "target"]] = rows.loc[5:9, ["target", "text"]].to_numpy()
    return data.but(text=rows["text"], target=rows["target"]).hashed()


TRANSLATIONS: dict[str, tuple[str, Corruption]] = {
    "pairs copied": ("no_near_duplicate", lambda data: data.copies()),
    "pairs copied in capitals": ("no_near_duplicate", lambda data: data.copies(text=lambda x: x.str.upper())),
    "sentences copied with other translations": (
        "no_near_duplicate",
        lambda data: data.copies(target=lambda x: x.to_numpy()[::-1]),
    ),
    "a sentence twice": ("expect_column_values_to_be_unique", change("text", lambda x: x.where(x.index != 7, x[8]))),
    "an empty sentence": ("text_says_something", put("text", "")),
    "an empty translation": ("expect_column_values_to_match_regex", put("target", "")),
    "a blank translation": ("expect_column_values_to_match_regex", put("target", " \u200b")),
    "a missing translation": ("expect_column_values_to_not_be_null", put("target", None)),
    "a translation in the language of the sentence": ("expect_column_values_to_match_regex", put("target", ENGLISH)),
    "the same on both sides": (
        "expect_select_column_values_to_be_unique_within_record",
        lambda data: data.but(target=few(data.rows["target"], lambda x: data.rows["text"])).hashed(),
    ),
    "languages swapped in some rows": ("expect_column_values_to_match_regex", swapped),
    "all translations in simplified characters and full width": (
        "expect_column_values_to_match_regex",
        change("target", lambda x: x.str.replace("0", "０"), rehash=True),
    ),
    "a translation fifty times as long": (
        "plausible",
        lambda data: data.but(target=data.rows["target"].where(data.rows.index != 7, "2026年" * 200)).hashed(),
    ),
    "a translation that was cut": (
        "plausible",
        lambda data: data.but(
            target=data.rows["target"].where(data.rows["text"].str.len() < data.rows["text"].str.len().max(), "二")
        ).hashed(),
    ),
    "translations of other rows, their digests not": ("digest_of_content", change("target", shuffled)),
    "a byte order mark": ("clean_text", put("text", "\ufeffNov 7")),
    "a lost character in a translation": ("expect_column_values_to_match_regex", put("target", "2026\ufffd11月")),
    "bytes for translations": ("plain_type", change("target", lambda x: [text.encode() for text in x])),
    "all sentences the same": ("texts_differ", change("text", lambda x: ["Nov 7"] * len(x))),
    "a kind that is none": ("expect_column_distinct_values_to_equal_set", put("kind", "poem")),
}
