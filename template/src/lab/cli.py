"""``uv run lab``: what a team does besides ``dvc repro``."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from lab.command_line import Parser
from lab.errors import UserError, run


def setup(remote: str, endpoint_url: str) -> None:
    """Make the folder a Git repository with hooks and a way to merge, then look at what this machine lacks."""
    from lab import doctor
    from lab.collaboration.merge import install
    from lab.console import tell

    doctor.require_git()
    if not doctor.git("rev-parse", "--git-dir"):
        _call("git", "init", "--initial-branch=main")
    if Path(".git").exists():
        install()  # before the hooks, which need the web
    if remote or endpoint_url:
        from lab.collaboration.remote import add_remote

        add_remote(remote, endpoint_url)
    if not Path(".git").exists():  # a folder inside a bigger repository
        tell("commands.no_hooks")
    elif importlib.util.find_spec("pre_commit") is None:
        raise UserError("pre-commit is not installed: run `uv sync`, which installs what the project needs")
    elif subprocess.run([sys.executable, "-m", "pre_commit", "install", "--install-hooks"]).returncode:
        tell("commands.hooks_later")
    doctor.main()


def doctor() -> None:
    """Say what is missing on this machine, and the fix."""
    from lab.doctor import main

    main()


def look() -> None:
    """Show what the settings of the data would give, before anything is written."""
    from lab.data.look import main

    main()


def rubric(form: str) -> None:
    """Say what evidence there is for each criterion of rubric.yml."""
    from lab.reporting.rubric_formats import main

    main(form)


def watch() -> None:
    """Typeset a document again as soon as it is saved, and say how much is left to write."""
    from lab.reporting.watch import main

    main()


def hand_in() -> None:
    """Make the folder that is handed in: documents, figures, results, and the evidence for each criterion."""
    from lab.reporting.hand_in import main

    main()


def merge() -> None:
    """End a merge of Git's: keep the settings, data and trained runs of both sides."""
    from lab.collaboration.merge import finish

    finish()


def sync() -> None:
    """Bring MLflow up to date with the files in runs/."""
    from lab.tracking.sync import main

    main()


def ui(port: int | None, browser: bool) -> None:
    """Open MLflow's pages where methods are compared; Ctrl+C ends it."""
    from lab.tracking.ui import main

    main(port, browser)


def power(mean: float | None, std: float) -> None:
    """Say which difference these test examples and seeds can show, before you train for it."""
    from lab.comparison.planning import main

    main(mean, std)


def try_method(method: str, seed: int | None) -> None:
    """Say in a minute whether a method learns and how long it will take; runs/ is not touched."""
    from lab.training.trying import main

    main(method, seed)


def verify(method: str | None, seed: int | None, every: bool) -> None:
    """Train a run again, make all else again in a throw-away folder, and name what is not what is committed."""
    from lab.verification.verify import main

    main(method, seed, every)


def folds() -> None:
    """Train every method on several splits, to see how much of a difference is the split's."""
    from lab.verification.folds import main

    main()


def seal(again: bool) -> None:
    """Write the plan of the comparison down, before the test split is looked at."""
    from lab.comparison.plan import main

    main(again)


def tune(method: str | None, every: str | None, workers: int, trials: int | None, applied: bool) -> None:
    """Search better settings for a method by validation data alone; killed, it goes on where it was."""
    from lab.tuning.tune import main

    main(method, every == "all", workers, trials, applied)


def main() -> None:
    """Run the command that the command line names."""
    parser = Parser(prog="lab", description=__doc__.replace("``", ""))
    commands = parser.add_subparsers(title="commands", required=True, metavar="command")
    line = str(setup.__doc__)
    setting_up = commands.add_parser("setup", help=line, description=line)
    setting_up.add_argument("--remote", default="", help="also share data and runs here: a folder, s3://… or ssh://…")
    setting_up.add_argument("--endpoint-url", default="", help="of a storage that speaks S3 and is not Amazon's")
    setting_up.set_defaults(command=setup)
    for command in (doctor, look, merge, watch, hand_in, sync, folds):
        line = str(command.__doc__)
        name = command.__name__.replace("_", "-")
        commands.add_parser(name, help=line, description=line).set_defaults(command=command)
    line = str(rubric.__doc__)
    finding = commands.add_parser("rubric", help=line, description=line)
    forms = ["text", "markdown", "json", "html", "gradescope", "classroom50"]
    finding.add_argument("--format", choices=forms, default="text", dest="form", help="the last two are for graders")
    finding.set_defaults(command=rubric)
    line = str(try_method.__doc__)
    trying = commands.add_parser("try", help=line, description=line)
    trying.add_argument("method", help="a method of params.yaml, say novel")
    trying.add_argument("--seed", type=int, help="train this seed whole, and score it on the validation split")
    trying.set_defaults(command=try_method)
    line = str(power.__doc__)
    foreseeing = commands.add_parser("power", help=line, description=line)
    foreseeing.add_argument("--mean", type=float, help="before any run: the share of right answers that you expect")
    foreseeing.add_argument("--std", type=float, default=1.0, help="and its standard deviation over seeds")
    foreseeing.set_defaults(command=power)
    verifying = commands.add_parser("verify", help=str(verify.__doc__), description=str(verify.__doc__))
    verifying.add_argument("method", nargs="?", help="a method of params.yaml; without one, the champion")
    verifying.add_argument("--seed", type=int, help="a seed of params.yaml; without one, the first")
    verifying.add_argument("--all", action="store_true", dest="every", help="train every method and seed again")
    verifying.set_defaults(command=verify)
    sealing = commands.add_parser("seal", help=str(seal.__doc__), description=str(seal.__doc__))
    sealing.add_argument("--again", action="store_true", help="beside a plan that is sealed already")
    sealing.set_defaults(command=seal)
    tuning = commands.add_parser("tune", help=str(tune.__doc__), description=str(tune.__doc__))
    tuning.add_argument("method", nargs="?", help="a method of params.yaml, say novel")
    tuning.add_argument("--for", choices=["all"], dest="every", help="every method, with as many trials each")
    tuning.add_argument("--workers", type=int, default=1, help="processes that train trials at once, or Slurm jobs")
    tuning.add_argument("--trials", type=int, help="in all; without it, those of params.yaml")
    tuning.add_argument("--apply", action="store_true", dest="applied", help="write the best into params.yaml")
    tuning.set_defaults(command=tune)
    line = str(ui.__doc__)
    pages = commands.add_parser("ui", help=line, description=line)
    pages.add_argument("--port", type=int, help="of this machine; without it a free one is taken")
    pages.add_argument("--no-browser", dest="browser", action="store_false", help="print the addresses only")
    pages.set_defaults(command=ui)
    given = vars(parser.parse_args())
    command = given.pop("command")
    run(lambda: command(**given))


def _call(*command: str) -> None:
    code = subprocess.run(command).returncode
    if code:
        raise UserError(f"`{' '.join(command)}` failed: see what it says above")


if __name__ == "__main__":
    main()
