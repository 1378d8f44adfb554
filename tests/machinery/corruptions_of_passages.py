"""The corruptions of passages of text."""

from __future__ import annotations

import base64

from corruptions import Corruption, change, put

PASSAGES: dict[str, tuple[str, Corruption]] = {
    "passages copied": ("no_near_duplicate", lambda data: data.copies()),
    "passages copied in capitals": ("no_near_duplicate", lambda data: data.copies(text=lambda x: x.str.upper())),
    "passages copied with a word more": ("no_near_duplicate", lambda data: data.copies(text=lambda x: x + " Amen.")),
    "an empty passage": ("text_says_something", put("text", "")),
    "a missing passage": ("expect_column_values_to_not_be_null", put("text", None)),
    "a passage of blanks that nobody sees": ("text_says_something", put("text", " \u200b\ufeff ")),
    "the numbers of verses left in": (
        "expect_column_values_to_match_regex",
        change("text", lambda x: "1 " + x, rehash=True),
    ),
    "marks of a web page": ("expect_column_values_to_match_regex", put("text", "<p>And it came to pass</p>", range(9))),
    "UTF-8 that was read as another encoding": ("expect_column_values_to_match_regex", put("text", "donâ€™t, CafÃ©")),
    "a lost character": ("clean_text", put("text", "And it c\ufffdme to pass")),
    "a byte order mark": ("clean_text", put("text", "\ufeffAnd it came to pass")),
    "one passage everywhere": ("texts_differ", change("text", lambda x: ["And it came to pass."] * len(x))),
    "a passage twice": ("expect_column_values_to_be_unique", change("text", lambda x: x.where(x.index != 7, x[8]))),
    "a book that was not cut": (
        "expect_column_value_lengths_to_be_between",
        put("text", "And it came to pass. " * 900),
    ),
    "a chapter that is none": ("expect_column_values_to_match_regex", put("group", "page 7")),
    "a missing chapter": ("expect_column_values_to_not_be_null", put("group", None)),
    "words without blanks": ("plausible", change("text", lambda x: x.where(x.index != 7, x[7].replace(" ", "")), True)),
    "a picture as letters": (
        "expect_column_values_to_match_regex",
        put("text", base64.b64encode(bytes(range(200))).decode()),
    ),
    "passages of other rows, their digests not": ("digest_of_content", change("text", lambda x: x.to_numpy()[::-1])),
    "bytes for texts": ("plain_type", change("text", lambda x: [text.encode() for text in x])),
}
