"""What Git's hooks do with DVC, in a line or none: `.pre-commit-config.yaml` calls them.

``dvc git-hook`` does the same, but it stops every push of a project that has no remote yet, fails at every checkout in
one that has no results yet, and prints many lines at each commit.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from lab.console import localised, tell
from lab.errors import UserError, run
from lab.staleness import is_stale


def pre_commit() -> None:
    """Say what the other hooks changed and whether the results belong to this code; never stop a commit."""
    mended = _git("diff", "--name-only", "-z").split("\0")[:-1]
    if mended and "PRE_COMMIT" in os.environ:  # which hides what is not to be committed
        tell("commands.mended", files=", ".join(mended))
    if _git("rev-parse", "--quiet", "--verify", "MERGE_HEAD"):  # a merge with conflicts, which this commit ends
        bring_results()
    if is_stale():
        tell("commands.stale")


def pre_push() -> None:
    """Send data and results along, if the project has a DVC remote."""
    if not _has_remote():
        tell("commands.no_remote")
        return
    pushed = _dvc("push")
    if pushed.returncode:
        raise UserError(f"dvc: data and results were not sent: {_reason(pushed)}")


def post_checkout() -> None:
    """Bring back data and results of the commit that Git checked out, as far as they are on this machine."""
    whole_commit = os.environ.get("PRE_COMMIT_CHECKOUT_TYPE") == "1"  # else single files: Git's own third argument
    if whole_commit and not Path(".git/rebase-merge").is_dir() and Path("dvc.lock").is_file():
        _check_out()


def post_merge() -> None:
    """Bring the runs that the others have trained: they need not be trained here again."""
    if Path("dvc.lock").is_file() and os.environ.get("PRE_COMMIT_REWRITE_COMMAND") != "amend":
        bring_results()


def bring_results() -> None:
    """Fetch data and results that ``dvc.lock`` names, if the project has a DVC remote, and put them in their places."""
    fetched = _dvc("fetch") if _has_remote() else None
    _check_out()
    # `dvc fetch` succeeds where a remote lacks something.
    lacking = json.loads(_dvc("data", "status", "--json").stdout or "{}").get("not_in_cache", [])
    runs = ", ".join(path.rstrip("/") for path in lacking if path.startswith("runs/"))
    if runs:
        why = f" ({localised(_reason(fetched))})" if fetched and fetched.returncode else ""
        tell("commands.not_here", runs=runs, why=why)


def _check_out() -> None:
    done = _dvc("checkout", "--allow-missing")
    if done.returncode and _set_aside(done.stderr):
        done = _dvc("checkout", "--allow-missing")
    if done.returncode:
        raise UserError(f"dvc: data and results are not those of this commit: {_reason(done)}")


def _set_aside(complaint: str) -> bool:
    """Set aside the runs that DVC does not have and will not write over, such as an unfinished one."""
    from lab.kept_runs import read_record, set_aside
    from lab.runs import RUNS, only_trainer

    here = Path.cwd()
    unsaved = [Path(line).relative_to(here) for line in complaint.splitlines() if Path(line).is_relative_to(here)]
    folders = {RUNS.joinpath(*path.parts[1:3]) for path in unsaved if path.parts[0] == RUNS.name}
    runs = [folder for folder in sorted(folders) if read_record(folder)]
    for folder in runs:
        with only_trainer(folder.parent):
            set_aside(folder)
        tell("commands.set_aside", folder=folder.as_posix())
    return bool(runs)


def _has_remote() -> bool:
    return _dvc("remote", "default").returncode == 0


def _dvc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace").stdout


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """What DVC complains of, in one line."""
    lines = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.strip()]
    return " ".join(lines) or f"exit code {done.returncode}"


HOOKS = {"pre-commit": pre_commit, "pre-push": pre_push, "post-checkout": post_checkout, "post-merge": post_merge}

if __name__ == "__main__":
    run(HOOKS[sys.argv[1]])
