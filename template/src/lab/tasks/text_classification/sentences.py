"""The demo data: sentences of reviews, each rated by people, and probes that were not rated."""

from __future__ import annotations

import html
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.errors import UserError
from lab.files import sha256

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

ARCHIVE, ARCHIVE_SHA256 = (
    "vaderSentiment-3.3.2.tar.gz",
    "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",  # sha256
)
FILES = {"films": "movieReviewSnippets", "products": "amazonReviewSnippets"}
PROBES = {
    "the film is good .": 1,
    "the film is not good .": 0,
    "the film is bad .": 0,
    "the film is not bad at all .": 1,
    "a great story , but a terrible film .": 0,
    "a terrible story , but a great film .": 1,
    "it works as well as i hoped .": 1,
    "it never works as well as i hoped .": 0,
}
"""Pairs of nearly the same words and the opposite meaning, which the figure ``probes`` shows. 1 is positive."""


def collect_sentences(options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """Sentences, each with the mean rating of 15 to 29 people.

    The task's own keys: ``reviews`` (of ``films`` and ``products``) and ``undecided`` (sentences whose mean rating, of
    -4 to 4, lies within this of 0 are left out). Sentences of one product review are a group; films have one a review.
    """
    sources, undecided = options.own(reviews=list(FILES), undecided=0.5).values()
    if unknown := [name for name in sources if name not in FILES] or not sources:
        raise UserError(f"params.yaml: data.reviews: {unknown or 'is empty'}: choose from {', '.join(FILES)}")
    if not 0 <= undecided < 4:
        raise UserError(f"params.yaml: data.undecided is {undecided}: ratings go from -4 to 4, so choose 0 to below 4")
    archive = _fetch()
    tables = []
    for source in sources:
        table = _read(archive, source)
        review = table["number"].str.partition("_")[0] if source == "products" else table["number"]
        tables.append(table.assign(id=f"{source}-" + table["number"], group=f"{source}-" + review, source=source))
    rows = pd.concat(tables, ignore_index=True)
    rows["sha256"] = [sha256(text.casefold().encode()) for text in rows["text"]]
    rows = rows[(rows["rating"].abs() > undecided)].drop_duplicates("sha256", ignore_index=True)
    rows["label"] = np.where(rows["rating"] > 0, "positive", "negative")
    provenance = Provenance(
        title="Rated sentences of reviews: " + " and ".join(sources),
        kind="real",
        source=f"source distribution of the Python package vaderSentiment, {ARCHIVE}",
        licence="MIT",
        citation="Hutto & Gilbert 2014, VADER: A Parsimonious Rule-based Model for Sentiment Analysis",
        notes="Each sentence was rated from -4 to 4 by 15 to 29 trained raters. "
        f"A mean above 0 is called positive, below 0 negative; means within {undecided} of 0 and repeated sentences "
        "are left out. The film file does not say which film a sentence is about, so that films may be in two splits.",
        files={ARCHIVE: ARCHIVE_SHA256},
    )
    return rows[["id", "sha256", "group", "source", "text", "rating", "label"]], provenance


def _fetch() -> bytes:
    """The archive, from the package index or mirror that pip is set up for. It refuses one of another SHA-256."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text(f"vaderSentiment==3.3.2 --hash=sha256:{ARCHIVE_SHA256}\n", encoding="utf-8")
        # pip asks the archive's setup.py for name and version, once its hash is known to be right. The setuptools
        # that answer are those of this environment: without isolation only the archive is downloaded.
        options = ["--quiet", "--no-deps", "--no-binary=:all:", "--no-build-isolation", "--retries=2", "--dest", folder]
        command = [sys.executable, "-m", "pip", "download", *options, "--requirement", str(wanted)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
        path = Path(folder) / ARCHIVE
        if done.returncode or not path.is_file():
            reason = next(
                (line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line), "no file"
            )
            raise UserError(
                f"collect: pip could not fetch {ARCHIVE} ({reason.strip()}): check the network, or set the "
                "environment variable PIP_FIND_LINKS to a folder with that file, and run it again"
            )
        return path.read_bytes()


def _read(archive: bytes, source: str) -> pd.DataFrame:
    """``number`` (in the file), ``rating`` (mean) and ``text`` of each sentence."""

    def member(outer: bytes, name: str) -> bytes:
        with tarfile.open(fileobj=io.BytesIO(outer)) as tar:  # read in memory: nothing is unpacked to a disk
            return tar.extractfile(name).read()  # type: ignore[union-attr]  # the hash says that it is there

    inner = member(archive, f"{ARCHIVE.removesuffix('.tar.gz')}/additional_resources/hutto_ICWSM_2014.tar.gz")
    text = member(inner, f"hutto_ICWSM_2014/{FILES[source]}_GroundTruth.txt").decode("utf-8-sig")
    table = pd.DataFrame(
        [line.split("\t") for line in text.split("\r\n") if line], columns=["number", "rating", "text"]
    )
    return table.assign(rating=table["rating"].astype(float), text=[html.unescape(t).strip() for t in table["text"]])


def sentence_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^(films|products)-\d+$"),
        gxe.ExpectColumnValuesToBeInSet(column="source", value_set=list(FILES)),
        gxe.ExpectColumnValuesToMatchRegex(column="text", regex=r"\S"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="text", min_value=1, max_value=1000),
        gxe.ExpectColumnValuesToBeBetween(column="rating", min_value=-4, max_value=4),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="label", value_set=["negative", "positive"]),
    ]
