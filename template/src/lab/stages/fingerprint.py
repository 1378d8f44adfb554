"""Write a digest of the code behind each later stage, for DVC to compare: see ``lab.fingerprint``."""

from pathlib import Path

from lab.errors import run
from lab.files import write_json
from lab.fingerprint import digest
from lab.settings import read_params, read_project


def main() -> None:
    task = f"lab.tasks.{read_project().task}"
    problem = f"{task}.problem"
    # Training reaches neither metrics nor figures, tracking nor documents: none of them can change a weight.
    training = [("lab.training", "fit"), ("lab.evaluation", "predict"), (problem, "load"), (problem, "targets")]
    code = {
        "collect": digest(("lab.stages.collect", "*"), (problem, "collect")),
        "validate": digest(("lab.stages.validate", "*"), (problem, "expectations")),
        "split": digest(("lab.stages.split", "*"), (problem, "stratify")),
        "methods": {name: digest((f"{task}.{name}", "*"), *training) for name in read_params().methods},
        "compare": digest(
            ("lab.stages.compare", "*"), *[(problem, name) for name in ("metrics", "measure", "score", "figures")]
        ),
        "deliver": digest(("lab.stages.deliver", "*")),
    }
    write_json(Path("data/code.json"), code)


if __name__ == "__main__":
    run(main)
