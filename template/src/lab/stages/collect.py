"""Collect the raw data: ``data/raw/examples.parquet``, the payload beside it, and where it all comes from."""

from dataclasses import asdict

from lab.errors import UserError, run
from lab.files import tree_digest, whole_folder, write_json
from lab.paths import EXAMPLES, PROVENANCE, RAW
from lab.settings import read_params
from lab.team_code import load_problem


def main() -> None:
    problem, options = load_problem(), read_params().data
    with whole_folder(RAW) as raw:  # what fails or is killed leaves the old data as they were
        examples, provenance = problem.collect(raw, options)
        for column in ("id", "sha256"):
            if column not in examples:
                raise UserError(f"collect in problem.py returns no column {column!r}: every example needs one")
        examples.to_parquet(raw / EXAMPLES.name, index=False)
        payload = {
            "rows": len(examples),
            "columns": {name: str(kind) for name, kind in examples.dtypes.items()},
            "bytes": sum(path.stat().st_size for path in raw.rglob("*") if path.is_file()),
            "digest": tree_digest(raw),
        }
        write_json(raw / PROVENANCE.name, asdict(provenance) | payload)
    print(f"collected {len(examples)} examples ({provenance.kind} data): {provenance.title}")


if __name__ == "__main__":
    run(main)
