"""Hold the raw data against the problem's rules and every project's: no training starts on data that break one."""

from __future__ import annotations

from lab.data.data_docs import write_page
from lab.data.gate import failures
from lab.data.inspection import validate
from lab.data.payload import Memory
from lab.data_results import Collected
from lab.errors import UserError, run
from lab.files import read_json, read_table, write_json
from lab.paths import DATA_DOCS, EXAMPLES, PROVENANCE, RAW, VALIDATED_BEFORE, VALIDATION
from lab.settings import read_params, read_project
from lab.team_code.example_checks import expected
from lab.team_code.loading import load_problem
from lab.words import speaker


def main() -> None:
    rows, problem = read_table(EXAMPLES, "id", "sha256"), load_problem()
    provenance: Collected = read_json(PROVENANCE, "digest")
    rules = expected(problem, rows, read_params().data)
    before: Memory | None = read_json(VALIDATED_BEFORE) if VALIDATED_BEFORE.is_file() else None
    report, found = validate(problem, rules, RAW, rows, provenance, before)
    write_page(report, rows, found.contents, provenance)
    language = read_project().language
    say = speaker(language)
    for warning in report["warnings"]:
        print(say("console.warning", text=warning[language]))
    if not report["success"]:
        raise UserError(f"the raw data break a rule: {failures(report)} (as a page: {DATA_DOCS.as_posix()})")
    write_json(VALIDATED_BEFORE, found.memory)
    write_json(VALIDATION, report)
    held = sum(entry["success"] for entry in report["expectations"])
    number = len(report["warnings"])
    kind = {0: "console.no_warning", 1: "console.one_warning"}.get(number, "console.warnings")
    all_rules, warned = len(report["expectations"]), say(kind, number=number)
    print(say("console.validated", rows=report["rows"], held=held, rules=all_rules, warned=warned))


if __name__ == "__main__":
    run(main)
