"""Hold the raw data against the problem's rules: no training starts on data that break one."""

from __future__ import annotations

from lab.data.gate import check, failures
from lab.data.rules import standing_rules
from lab.errors import UserError, run
from lab.files import read_table, write_json
from lab.paths import DATA_DOCS, EXAMPLES, VALIDATION
from lab.settings import read_params
from lab.team_code.example_checks import expected
from lab.team_code.loading import load_problem


def main() -> None:
    rows = read_table(EXAMPLES, "id", "sha256")
    rules = expected(load_problem(), rows, read_params().data)
    always = standing_rules(rows, rules)
    report = check("raw data", rows, always + rules, DATA_DOCS)
    ruled = {"id", "sha256"} | {rule.column for rule in rules if hasattr(rule, "column")}
    unruled = sorted(set(rows.columns) - ruled)
    if not report["success"]:
        told = f"{failures(report)} (as a page: {DATA_DOCS.as_posix()})"
        raise UserError(f"the raw data break a rule of expectations() in problem.py: {told}")
    if unruled:
        raise UserError(f"no rule in expectations() of problem.py speaks of: {', '.join(unruled)}")
    write_json(VALIDATION, report)
    print(f"validated {report['rows']} examples against {len(report['expectations'])} rules: all hold")


if __name__ == "__main__":
    run(main)
