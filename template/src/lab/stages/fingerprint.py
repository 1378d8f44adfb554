"""Write, for DVC to compare, a digest of what each later stage runs and reads of params: see ``lab.fingerprint``."""

from lab.errors import run
from lab.files import write_json
from lab.fingerprint import of_stages
from lab.paths import FINGERPRINTS
from lab.settings import read_params


def main() -> None:
    params = read_params()
    params.data.check_path()  # here, for DVC looks for it before it starts the stage that reads it
    write_json(FINGERPRINTS, of_stages(params))


if __name__ == "__main__":
    run(main)
