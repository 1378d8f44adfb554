"""Collect the raw data: ``data/raw/examples.parquet``, the payload beside it, and where it all comes from."""

from dataclasses import asdict

from lab.errors import UserError, run
from lab.files import atomic, tree_digest, write_json
from lab.paths import EXAMPLES, PROVENANCE, RAW
from lab.settings import read_params
from lab.team_code import load_problem


def main() -> None:
    RAW.mkdir(parents=True, exist_ok=True)
    examples, provenance = load_problem().collect(RAW, read_params().data)
    for column in ("id", "sha256"):
        if column not in examples:
            raise UserError(f"collect in problem.py returns no column {column!r}: every example needs one")
    with atomic(EXAMPLES) as temporary:
        examples.to_parquet(temporary, index=False)
    payload = {
        "rows": len(examples),
        "columns": {name: str(kind) for name, kind in examples.dtypes.items()},
        "bytes": sum(path.stat().st_size for path in RAW.rglob("*") if path.is_file()),
        "digest": tree_digest(RAW, skip=lambda path: path == PROVENANCE),
    }
    write_json(PROVENANCE, asdict(provenance) | payload)
    print(f"collected {len(examples)} examples ({provenance.kind} data): {provenance.title}")


if __name__ == "__main__":
    run(main)
