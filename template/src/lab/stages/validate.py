"""Hold the raw data against the problem's rules and every project's: no training starts on data that break one."""

from __future__ import annotations

import great_expectations.expectations as gxe

from lab.data.data_docs import write_page
from lab.data.gate import check, failures
from lab.data.inspection import inspect
from lab.data.raw_files import check_files
from lab.data.rules import standing_rules, unruled
from lab.errors import UserError, run
from lab.files import read_json, read_table, write_json
from lab.paths import DATA_DOCS, EXAMPLES, PROVENANCE, RAW, VALIDATED_BEFORE, VALIDATION
from lab.settings import read_params
from lab.team_code.example_checks import expected
from lab.team_code.loading import load_problem


def main() -> None:
    rows, provenance, problem = read_table(EXAMPLES, "id", "sha256"), read_json(PROVENANCE, "digest"), load_problem()
    rules = expected(problem, rows, read_params().data)
    ranged = {rule.column for rule in rules if isinstance(rule, gxe.ExpectColumnValuesToBeBetween)}
    before = read_json(VALIDATED_BEFORE) if VALIDATED_BEFORE.is_file() else None
    found = inspect(problem, RAW, rows, provenance, ranged, before)
    checks = [*found.checks, *check_files(RAW, provenance["digest"]), *unruled(rows, rules)]
    report = check("raw data", rows, standing_rules(rows, rules) + rules, checks)
    report |= {
        "near_duplicates": found.near_duplicates,
        "suspicious": found.suspicious,
        "classes": found.classes,
    }
    write_page(report, rows, found.contents, provenance)
    for warning in report["warnings"]:
        print(f"warning: {warning['en']}")
    if not report["success"]:
        raise UserError(f"the raw data break a rule: {failures(report)} (as a page: {DATA_DOCS.as_posix()})")
    write_json(VALIDATED_BEFORE, found.memory)
    write_json(VALIDATION, report)
    held = sum(entry["success"] for entry in report["expectations"])
    broken = f"{len(report['warnings'])} warnings" if report["warnings"] else "no warning"
    print(f"validated {report['rows']} examples: {held} of {len(report['expectations'])} rules hold, {broken}")


if __name__ == "__main__":
    run(main)
