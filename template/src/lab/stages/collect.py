"""Collect the raw data: ``data/raw/examples.parquet``, the payload next to it, and where the data come from."""

from pyarrow.lib import ArrowException

from lab.data_results import Collected
from lab.errors import one_line, run, wrong
from lab.files import tree_digest, whole_folder, write_json
from lab.messages import translated_whole
from lab.paths import EXAMPLES, PROVENANCE, RAW
from lab.settings import read_params, read_project
from lab.team_code.example_checks import collected
from lab.team_code.loading import load_problem
from lab.words import speaker


def main() -> None:
    problem, options, language = load_problem(), read_params().data, read_project().language
    with whole_folder(RAW) as raw:  # what fails or is killed leaves the old data as they were
        examples, source = collected(problem, raw, options)
        try:
            examples.to_parquet(raw / EXAMPLES.name, index=False)
        except (ArrowException, TypeError, ValueError) as error:
            text = f"returns a table that Parquet cannot hold, maybe a column of mixed types: {one_line(error)}"
            raise wrong(problem.collect, text) from None
        record: Collected = {
            "title": translated_whole(source.title, language),
            "kind": source.kind,
            "source": translated_whole(source.source, language),
            "licence": translated_whole(source.licence, language),
            "citation": translated_whole(source.citation, language),
            "notes": translated_whole(source.notes, language),
            "files": source.files,
            "rows": len(examples),
            "columns": {str(name): str(kind) for name, kind in examples.dtypes.items()},
            "bytes": sum(path.stat().st_size for path in raw.rglob("*") if path.is_file()),
            "digest": tree_digest(raw),
        }
        write_json(raw / PROVENANCE.name, record)
    say = speaker(language)
    print(say("console.collected", rows=len(examples), kind=say(f"kinds.{source.kind}"), title=record["title"]))


if __name__ == "__main__":
    run(main)
