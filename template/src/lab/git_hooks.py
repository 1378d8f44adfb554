"""What Git's hooks do with DVC, in a line or none: `.pre-commit-config.yaml` calls them.

``dvc git-hook`` does the same, but it stops every push of a project that has no remote yet, fails at every checkout in
one that has no results yet, and tells at length at each commit what a team knows.
"""

import os
import subprocess
import sys
from pathlib import Path


def pre_commit() -> int:
    """Say whether the results belong to this code; never stop a commit for it."""
    if _dvc("status", "--quiet").returncode:
        print("dvc: results are not those of this code: `uv run dvc repro` makes them anew")
    return 0


def pre_push() -> int:
    """Send data and results along, if the project has a DVC remote."""
    if _dvc("remote", "default").returncode:
        print("dvc: no remote, so data and results stay here: `uv run dvc remote add --default storage <address>`")
        return 0
    return _told(_dvc("push"))


def post_checkout() -> int:
    """Bring data and results of the commit that Git went to, as far as they are on this machine."""
    whole_commit = os.environ.get("PRE_COMMIT_CHECKOUT_TYPE") == "1"  # else single files: Git's own third argument
    if not whole_commit or Path(".git/rebase-merge").is_dir() or not Path("dvc.lock").is_file():
        return 0
    return _told(_dvc("checkout", "--allow-missing"))


def _dvc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")


def _told(done: subprocess.CompletedProcess[str]) -> int:
    if done.returncode:
        print(done.stderr.strip())
    return done.returncode


if __name__ == "__main__":
    raise SystemExit({"pre-commit": pre_commit, "pre-push": pre_push, "post-checkout": post_checkout}[sys.argv[1]]())
