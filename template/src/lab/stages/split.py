"""Split the examples into train, validation and test, and check that nothing leaks from one into another."""

import pandas as pd

from lab.data.data_docs import write_page
from lab.data.gate import check, failures
from lab.data.rules import check_alike, leakage_rules
from lab.data.splitting import HELD_OUT, NAMES, is_held_out, merged, split
from lab.data.time_splitting import LEFT_OUT, check_method, check_order
from lab.data_results import SplitReport, Validation
from lab.errors import UserError, run
from lab.files import atomic, read_json, read_table, write_json
from lab.paths import EXAMPLES, PROVENANCE, RAW, SPLIT_REPORT, SPLITS, VALIDATION
from lab.settings import read_params, read_project
from lab.team_code.loading import load_problem
from lab.words import speaker


def main() -> None:
    params, problem = read_params(), load_problem()
    examples = read_table(EXAMPLES, "id", "sha256")
    validation: Validation = read_json(VALIDATION, "near_duplicates")
    stratify, duplicates = problem.stratify, validation["near_duplicates"]
    if stratify and stratify not in examples:
        raise UserError(f"problem.py: stratify names {stratify!r}, which is not a column of data/raw/examples.parquet")
    check_method(examples, params.split)
    every = examples.assign(split=split(examples, params.split, stratify, duplicates))
    rows = every[every["split"] != LEFT_OUT].copy()
    kinds = {"content": "sha256", "group": "group", "class": stratify}
    for kind, column in kinds.items():
        if column in rows:
            rows[f"splits_of_{kind}"] = rows.groupby(column)["split"].transform("nunique")
    if HELD_OUT in rows:  # Great Expectations passes over values that are missing
        held_out = is_held_out(rows)
        rows["split_of_held_out"] = rows["split"].where(held_out)
        if stratify:
            rows["splits_of_class"] = rows["splits_of_class"].mask(held_out)
    copies = merged(rows["id"].astype(str), rows["id"], duplicates)
    rows["splits_of_near_duplicates"] = rows.groupby(copies)["split"].transform("nunique")
    in_order = check_order(rows, is_held_out(rows)) if params.split.method == "time" else []
    rules = check("splits", rows, leakage_rules(examples, stratify), [*check_alike(rows), *in_order])
    if not rules["success"]:
        raise UserError(f"the split leaks or lacks a class: {failures(rules)}")
    with atomic(SPLITS) as temporary:
        every[["id", "split"]].to_parquet(temporary, index=False)
    parts = [*NAMES, *([LEFT_OUT] if len(rows) < len(every) else [])]
    sizes = {name: int((every["split"] == name).sum()) for name in parts}
    classes: dict[str, dict[str, int]] = {}
    if stratify:
        counts = pd.crosstab(rows[stratify].astype(str), rows["split"])
        classes = {str(name): {split: int(counts.loc[name, split]) for split in NAMES} for name in counts.index}
    report: SplitReport = {**rules, "sizes": sizes, "classes": classes}
    write_json(SPLIT_REPORT, report)
    # Only now the page is whole. Contents are read again for a few pictures or texts; their digests are not.
    contents = problem.contents(RAW, examples) if hasattr(problem, "contents") else None
    write_page(validation, examples, contents, read_json(PROVENANCE), report)
    say = speaker(read_project().language)
    told = [say("console.size", size=size, split=say(f"terms.{name}")) for name, size in sizes.items()]
    print(say("console.split", rows=len(every), sizes=say("results.list").join(told)))


if __name__ == "__main__":
    run(main)
