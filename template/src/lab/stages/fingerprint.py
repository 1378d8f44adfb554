"""Write, for DVC to compare, a digest of what each later stage runs and reads of params: see ``lab.fingerprint``."""

from pathlib import Path

from lab.errors import run
from lab.files import write_json
from lab.fingerprint import of_stages
from lab.settings import read_params


def main() -> None:
    write_json(Path("data/fingerprints.json"), of_stages(read_params()))


if __name__ == "__main__":
    run(main)
