"""Hold the raw data against the problem's rules: no training starts on data that break one."""

import shutil
from pathlib import Path

import pandas as pd

from lab.errors import UserError, run
from lab.files import write_json
from lab.task import load_problem
from lab.validation import check, failures

REPORT = Path("results/validation.json")
DOCS = Path("results/data_docs")


def main() -> None:
    import great_expectations.expectations as gxe

    rows = pd.read_parquet("data/raw/examples.parquet")
    always = [
        gxe.ExpectColumnValuesToNotBeNull(column="id"),
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnValuesToNotBeNull(column="sha256"),
        gxe.ExpectColumnValuesToMatchRegex(column="sha256", regex="^[0-9a-f]{64}$"),
    ]
    rules = load_problem().expectations()
    shutil.rmtree(DOCS, ignore_errors=True)
    DOCS.mkdir(parents=True)
    report = check("raw data", rows, always + rules, DOCS)
    unruled = sorted(set(rows.columns) - {rule.column for rule in always + rules if hasattr(rule, "column")})
    if not report["success"]:
        raise UserError(f"the raw data break a rule of expectations() in problem.py: {failures(report)}")
    if unruled:
        raise UserError(f"no rule in expectations() of problem.py speaks of: {', '.join(unruled)}")
    write_json(REPORT, report)
    print(f"validated {report['rows']} examples against {len(report['expectations'])} rules: all hold")


if __name__ == "__main__":
    run(main)
