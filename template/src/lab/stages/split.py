"""Split the examples into train, validation and test, and check that nothing leaks from one into another."""

from lab.data.gate import check, failures
from lab.data.rules import leakage_rules
from lab.data.splitting import NAMES, split
from lab.errors import UserError, run
from lab.files import atomic, read_table, write_json
from lab.paths import EXAMPLES, SPLIT_REPORT, SPLITS
from lab.settings import read_params
from lab.team_code.loading import load_problem


def main() -> None:
    params, stratify = read_params(), load_problem().stratify
    examples = read_table(EXAMPLES, "id", "sha256")
    if stratify and stratify not in examples:
        raise UserError(f"problem.py: stratify names {stratify!r}, which is no column of data/raw/examples.parquet")
    rows = examples.assign(split=split(examples, params.split, stratify))
    kinds = {"content": "sha256", "group": "group", "class": stratify}
    for kind, column in kinds.items():
        if column in rows:
            rows[f"splits_of_{kind}"] = rows.groupby(column)["split"].transform("nunique")
    report = check("splits", rows, leakage_rules(examples, stratify))
    if not report["success"]:
        raise UserError(f"the split leaks or lacks a class: {failures(report)}")
    with atomic(SPLITS) as temporary:
        rows[["id", "split"]].to_parquet(temporary, index=False)
    sizes = {name: int((rows["split"] == name).sum()) for name in NAMES}
    write_json(SPLIT_REPORT, report | {"sizes": sizes})
    print(f"split {len(rows)} examples: " + ", ".join(f"{size} {name}" for name, size in sizes.items()))


if __name__ == "__main__":
    run(main)
