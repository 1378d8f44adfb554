"""What the project's tests said of which code: kept for the rubric, in ``records/``, which Git carries."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from lab.files import write_text
from lab.fingerprint import of_project
from lab.paths import TESTS
from lab.record_lines import read_records
from lab.settings import read_params


@dataclass(frozen=True)
class Tested:
    """One run of all tests."""

    code: str
    """A digest of the code and settings that stages run and read."""
    tests: int
    failed: int


def keep_tests(tests: int, failed: int) -> None:
    """Write one line in place of all others: what counts is what is said of the code as it is.

    Where two members' files meet, Git keeps the lines of both.
    """
    write_text(TESTS, json.dumps(asdict(Tested(of_project(read_params()), tests, failed))) + "\n")


def read_tests() -> tuple[Tested | None, bool]:
    """The last run of all tests on the code as it is, and whether there is one of any code."""
    told = read_records(TESTS, Tested, "uv run pytest")
    code = of_project(read_params()) if told else ""
    return next((one for one in reversed(told) if one.code == code), None), bool(told)
