"""What the pipeline costs: ``uv run benchmarks/pipeline.py [task] [--rounds N]``.

Cold: ``dvc repro`` of a freshly stamped project, against the same stages called one after the other in one process.
No-op: ``dvc repro`` with nothing to do, against ``dvc repro`` of nine stages that copy a line of text.
Each pair runs in turn, round after round; quoted are the median ratios.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(sys.path.pop(0))  # the standard library's statistics, not the benchmark beside this file

from statistics import median

from copier import run_copy

ROOT = Path(__file__).resolve().parents[1]

ONE_PROCESS = """
import sys
from lab.settings import read_params
from lab.stages import collect, compare, deliver, fingerprint, split, train, validate
for stage in (fingerprint, collect, validate, split):
    stage.main()
for method in read_params().methods:
    sys.argv = ["train", method]
    train.main()
compare.main()
deliver.main()
"""


def run(folder: Path, *command: str) -> float:
    """Seconds that a command takes in a project, with this environment's programs and the project's code."""
    paths = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]), "PYTHONPATH": "src"}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=os.environ | paths, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{' '.join(command)[:60]} failed:\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - started


def commit(folder: Path) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@y"]
    run(folder, "git", "init", "--quiet")
    run(folder, "git", "add", "--all")
    run(folder, "git", *identity, "commit", "--quiet", "--no-gpg-sign", "--message", "Start")


def empty_stages(folder: Path) -> None:
    """A pipeline of nine stages, each of which copies the file of the one before."""
    folder.mkdir()
    (folder / "0.txt").write_text("a line\n", encoding="utf-8")
    copy = "python -c \"import shutil; shutil.copy('{}.txt', '{}.txt')\""
    stages = [
        f"  s{number}:\n    cmd: {copy.format(number - 1, number)}\n"
        f"    deps: [{number - 1}.txt]\n    outs: [{number}.txt]\n"
        for number in range(1, 10)
    ]
    (folder / "dvc.yaml").write_text("stages:\n" + "".join(stages), encoding="utf-8")
    shutil.copytree(ROOT / "template/.dvc", folder / ".dvc", ignore=shutil.ignore_patterns("cache", "tmp"))
    commit(folder)
    run(folder, "dvc", "repro")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", nargs="?", default="image_classification")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold: list[tuple[float, float]] = []
        for number in range(options.rounds):
            pipeline, plain = folder / f"pipeline-{number}", folder / f"plain-{number}"
            for project in (pipeline, plain):
                run_copy(str(ROOT), project, data={"task": options.task}, defaults=True, quiet=True, vcs_ref="HEAD")
                commit(project)
            cold.append((run(pipeline, "dvc", "repro"), run(plain, sys.executable, "-c", ONE_PROCESS)))
        report("cold: dvc repro", "one process", cold)
        empty_stages(folder / "empty")
        no_op = [
            (run(pipeline, "dvc", "repro"), run(folder / "empty", "dvc", "repro")) for _ in range(10 * options.rounds)
        ]
        report("no-op: dvc repro", "nine empty stages", no_op)


def report(first: str, second: str, pairs: list[tuple[float, float]]) -> None:
    ratios = sorted(one / other for one, other in pairs)
    ours, others = (median(column) for column in zip(*pairs, strict=True))
    print(f"{first} {ours:.2f} s, {second} {others:.2f} s: {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
