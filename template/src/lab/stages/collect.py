"""Collect the raw data: ``data/raw/examples.parquet``, the payload next to it, and where the data come from."""

from pyarrow.lib import ArrowException

from lab.data_results import Collected
from lab.errors import one_line, run, wrong
from lab.files import tree_digest, whole_folder, write_json
from lab.paths import EXAMPLES, PROVENANCE, RAW
from lab.settings import read_params, read_project
from lab.team_code.example_checks import collected
from lab.team_code.loading import load_problem
from lab.words import speaker


def main() -> None:
    problem, options = load_problem(), read_params().data
    with whole_folder(RAW) as raw:  # what fails or is killed leaves the old data as they were
        examples, source = collected(problem, raw, options)
        try:
            examples.to_parquet(raw / EXAMPLES.name, index=False)
        except (ArrowException, TypeError, ValueError) as error:
            text = f"returns a table that Parquet cannot hold, maybe a column of mixed types: {one_line(error)}"
            raise wrong(problem.collect, text) from None
        record: Collected = {
            "title": source.title,
            "kind": source.kind,
            "source": source.source,
            "licence": source.licence,
            "citation": source.citation,
            "notes": source.notes,
            "files": source.files,
            "rows": len(examples),
            "columns": {str(name): str(kind) for name, kind in examples.dtypes.items()},
            "bytes": sum(path.stat().st_size for path in raw.rglob("*") if path.is_file()),
            "digest": tree_digest(raw),
        }
        write_json(raw / PROVENANCE.name, record)
    say = speaker(read_project().language)
    print(say("console.collected", rows=len(examples), kind=say(f"kinds.{source.kind}"), title=source.title))


if __name__ == "__main__":
    run(main)
