"""Write, for DVC to compare, a digest of what each later stage runs and reads of params: see ``lab.fingerprint``."""

from lab.errors import run
from lab.files import write_json
from lab.fingerprint import digest
from lab.paths import FINGERPRINTS
from lab.settings import read_params, read_project


def main() -> None:
    params = read_params()
    task = f"lab.tasks.{read_project().task}"
    problem = f"{task}.problem"
    # Training reaches neither metrics nor figures, tracking nor documents: none of them can change a weight.
    training = [("lab.training.loop", "fit"), ("lab.training.predictions", "prediction_table")]
    training += [(problem, "load"), (problem, "targets")]
    scoring = [(problem, name) for name in ("metrics", "measure", "score", "figures")]
    checked = ("expectations", "contents", "stratify")
    compared = [params.compare.model_dump(), list(params.methods)]
    fingerprints = {
        "collect": digest(("lab.stages.collect", "*"), (problem, "collect"), params=params.data),
        "validate": digest(("lab.stages.validate", "*"), *((problem, name) for name in checked)),
        "split": digest(
            ("lab.stages.split", "*"),
            *((problem, name) for name in ("stratify", "contents")),
            params=[params.split.model_dump(), read_project().language],  # the language of Data Docs
        ),
        "seeds": params.seeds,  # as they are: a new one trains only itself
        "methods": {
            name: digest((f"{task}.{name}", "*"), *training, params=params.decisive(name)) for name in params.methods
        },
        "compare": digest(("lab.stages.compare", "*"), *scoring, params=compared),
        "deliver": digest(("lab.stages.deliver", "*")),
    }
    write_json(FINGERPRINTS, fingerprints)


if __name__ == "__main__":
    run(main)
