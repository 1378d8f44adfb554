"""Merge ``dvc.lock`` and ``params.yaml`` by their content, not line by line: the trainings of two members both stay.

Git calls this for the two files (see ``.gitattributes``) once ``uv run lab setup`` has set it up. Without that,
or where both sides changed one setting, ``uv run lab merge`` does the rest.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lab.collaboration.git_hooks import bring_results
from lab.collaboration.merge_settings import merge_settings, settled
from lab.console import tell
from lab.errors import UserError, run
from lab.files import write_text

LOCK, SETTINGS = "dvc.lock", "params.yaml"
DRIVER = "uv run --no-sync python -m lab.collaboration.merge %O %A %B %P"
"""What Git runs, with three files: of where both sides began, ours (where the result goes) and theirs."""
CHOOSE = "both sides changed one setting: choose between <<<<<<< and >>>>>>> and delete these marks"


def install() -> None:
    """Tell the Git of this clone what ``merge=lab`` in ``.gitattributes`` means."""
    for key, value in {"name": "dvc.lock and params.yaml by what they say", "driver": DRIVER}.items():
        subprocess.run(["git", "config", f"merge.lab.{key}", value], check=True)


def merge_lock(base: str, ours: str, theirs: str) -> str:
    """Stage by stage. What one side alone ran stays; of what both ran, ours.

    Each entry says which results came from which inputs, so no choice is wrong: a stage whose inputs have changed runs
    again.
    """
    yaml = YAML()  # as DVC itself writes the file
    yaml.default_flow_style = False
    try:
        lock, before, others = (yaml.load(text) or {"stages": {}} for text in (ours, base, theirs))
        stages, old, new = lock["stages"], before["stages"], others["stages"]
    except (YAMLError, KeyError, TypeError):
        raise UserError(f"{LOCK} is not as DVC wrote it: `git log -- {LOCK}` shows who changed it") from None
    if not stages:
        return theirs
    for name in dict.fromkeys([*stages, *old, *new]):
        mine, was, other = stages.get(name), old.get(name), new.get(name)
        if other in (was, mine):
            continue
        if mine != was:
            if name.startswith("train@"):
                tell("commands.both_trained", file=LOCK, method=name.removeprefix("train@"))
        elif other is None:
            del stages[name]
        else:
            stages[name] = other
    text = io.StringIO()
    yaml.dump(lock, text)
    return text.getvalue()


def merge(name: str, base: str, ours: str, theirs: str) -> tuple[str, bool]:
    """The file with both sides' changes, and whether it is whole: else marks show where the sides contradict."""
    return (merge_lock(base, ours, theirs), True) if name == LOCK else merge_settings(base, ours, theirs)


def finish() -> None:
    """Merge what Git left of dvc.lock and params.yaml, then fetch the data and runs of both sides."""
    for name in (SETTINGS, LOCK):
        base, ours, theirs = (_side(number, name) for number in (1, 2, 3))
        if ours is None and theirs is None:
            continue  # it is merged
        text, whole = merge(name, base or "", ours or "", theirs or "")
        present = Path(name).read_text(encoding="utf-8")
        # Git's own marks, or one side alone: no person has worked on it.
        untouched = "<<<<<<<" in present or present in (ours, theirs)
        if not whole and untouched and present not in (settled(text, 1), settled(text, 2)):
            write_text(Path(name), text)
            raise UserError(f"{name}: {CHOOSE}, then run `uv run lab merge` again")
        if whole and (untouched or name == LOCK):
            write_text(Path(name), text)
        _git("add", "--", name)
        tell("commands.merged", file=name)
    bring_results()
    left = _git("diff", "--name-only", "--diff-filter=U").splitlines()
    if left:
        tell("commands.by_hand", files=", ".join(left))
    tell("commands.after_merge")


def _side(number: int, name: str) -> str | None:
    """A file that is not merged yet: 1 as where both sides began, 2 as ours, 3 as theirs."""
    shown = subprocess.run(["git", "show", f":{number}:./{name}"], capture_output=True)
    return None if shown.returncode else shown.stdout.decode("utf-8")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, check=True, encoding="utf-8").stdout


def main() -> None:
    """Called by Git as its merge driver."""
    base, ours, theirs, name = sys.argv[1:]
    text, whole = merge(name, *(Path(path).read_text(encoding="utf-8") for path in (base, ours, theirs)))
    write_text(Path(ours), text)
    if not whole:
        raise UserError(f"{name}: {CHOOSE}, then `git add {name}`, `git commit` and `uv run lab merge`")


if __name__ == "__main__":
    run(main)
