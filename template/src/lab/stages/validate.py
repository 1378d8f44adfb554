"""Hold the raw data against the problem's rules: no training starts on data that break one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import UserError, run
from lab.files import read_table, write_json
from lab.task import load_problem
from lab.validation import check, failures

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations import Expectation

REPORT = Path("results/validation.json")
DOCS = Path("results/data_docs/index.html")


def standing_rules(rows: pd.DataFrame, rules: list[Expectation]) -> list[Expectation]:
    """What holds for every problem: ids are unique, digests are digests, and no value is missing.

    A column that may have gaps has an ``ExpectColumnValuesToNotBeNull`` with ``mostly`` of the problem's own.
    """
    import great_expectations.expectations as gxe

    own = {rule.column for rule in rules if isinstance(rule, gxe.ExpectColumnValuesToNotBeNull)}
    return [
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnValuesToMatchRegex(column="sha256", regex="^[0-9a-f]{64}$"),
        *[gxe.ExpectColumnValuesToNotBeNull(column=column) for column in rows.columns if column not in own],
    ]


def main() -> None:
    rows = read_table(Path("data/raw/examples.parquet"), "id", "sha256")
    rules = load_problem().expectations()
    always = standing_rules(rows, rules)
    report = check("raw data", rows, always + rules, DOCS)
    ruled = {"id", "sha256"} | {rule.column for rule in rules if hasattr(rule, "column")}
    unruled = sorted(set(rows.columns) - ruled)
    if not report["success"]:
        told = f"{failures(report)} (as a page: {DOCS.as_posix()})"
        raise UserError(f"the raw data break a rule of expectations() in problem.py: {told}")
    if unruled:
        raise UserError(f"no rule in expectations() of problem.py speaks of: {', '.join(unruled)}")
    write_json(REPORT, report)
    print(f"validated {report['rows']} examples against {len(report['expectations'])} rules: all hold")


if __name__ == "__main__":
    run(main)
