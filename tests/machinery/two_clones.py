"""Two clones of a small project that share a Git remote and a folder as DVC remote, for tests of what members do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from small_project import SmallProject

PARAMS = """\
# Every number that you may turn.
data: {}
split: {validation: 0.2, test: 0.2, seed: 0}
seeds: [0]                    # each method is trained once for each seed
train: # for every method
  epochs: 2                   # times that training sees every example
  batch_size: 16
  learning_rate: 0.01
  weight_decay: 0.01
  schedule: cosine
  warmup: 0.1
  clip: 1.0
  accumulate: 1
  patience: 0
  device: cpu
  precision: fp32
  compile: false
  workers: 0
  checkpoint_minutes: 5.0

methods: # one file each
  baseline: {}                # the method to beat
  own_step: {}                # ours

compare: # every method with the baseline
  resamples: 100
  confidence: 0.95
  seed: 0
"""
PIPELINE = """\
stages:
  fingerprint:
    cmd: python -m lab.stages.fingerprint
    deps: [src/lab, project.toml, params.yaml]
    outs: [data/fingerprints.json]
  train:
    foreach: ${methods}
    do:
      cmd: python -m lab.stages.train ${key}
      deps: [data/raw, data/splits.parquet]
      params:
        - data/fingerprints.json: [seeds, "methods.${key}"]
      outs:
        - runs/${key}:
            persist: true
  compare:
    cmd: python compare.py
    deps: [runs]
    params:
      - data/fingerprints.json: [compare]
    outs: [results]
"""
COMPARE = """\
from pathlib import Path
Path("results").mkdir()
Path("results/methods.txt").write_text(" ".join(sorted(path.name for path in Path("runs").iterdir())))
"""
METHOD = """
from lab.tasks.small.baseline import Baseline


class Another(Baseline):
    pass
"""
OURS = "  own_step: {}                # ours\n"


class Clone:
    """A member's clone. Its commands run with this interpreter, and say nothing of the developer's own settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        own = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(self.folder / "src"),
            "UV_PROJECT_ENVIRONMENT": sys.prefix,
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        name = shutil.which(command[0], path=own["PATH"]) or command[0]
        return subprocess.run(
            [name, *command[1:]], cwd=self.folder, env=inherited | own, capture_output=True, encoding="utf-8"
        )

    def succeed(self, *command: str) -> str:
        done = self.run(*command)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def write(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert text.count(old) == 1
        (self.folder / path).write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    def identify(self, name: str) -> None:
        for key, value in {"user.name": name, "user.email": f"{name}@example.edu", "commit.gpgsign": "false"}.items():
            self.succeed("git", "config", key, value)

    def add_method(self, name: str) -> None:
        (self.folder / f"src/lab/tasks/small/{name}.py").write_text(METHOD, encoding="utf-8")
        self.write("params.yaml", OURS, f"{OURS}  {name}:                      # {name}\n    dropout: 0.1\n")

    def save(self, message: str) -> None:
        """Train, commit and push, as a member does."""
        self.succeed("dvc", "repro")
        self.succeed("git", "add", "--all")
        self.succeed("git", "commit", "--quiet", "--message", message)
        self.succeed("dvc", "push")

    def runs(self) -> dict[str, bytes]:
        paths = sorted(path for path in (self.folder / "runs").rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def lab(self, command: str) -> subprocess.CompletedProcess[str]:
        return self.run("python", "-m", "lab.cli", command)


def make_two(folder: Path) -> tuple[Clone, Clone]:
    """A and B, after each trained and pushed a method of her own; B has not merged what A pushed."""
    a, b = Clone(SmallProject(folder / "a").folder), Clone(folder / "b")
    (a.folder / "src/lab/tracking/__main__.py").write_text("", encoding="utf-8")  # MLflow is not what is tested here
    files = {"params.yaml": PARAMS, "dvc.yaml": PIPELINE, "compare.py": COMPARE}
    files |= {".gitignore": "/runs/\n/results/\n/data/fingerprints.json\n/.lab/\n__pycache__/\n"}
    files |= {".gitattributes": "* text=auto eol=lf\ndvc.lock merge=lab\nparams.yaml merge=lab\n*.parquet binary\n"}
    files |= {"pyproject.toml": '[project]\nname = "small"\nversion = "0"\nrequires-python = ">=3.11"\n'}
    for name, text in files.items():
        (a.folder / name).write_text(text, encoding="utf-8", newline="\n")
    a.succeed("git", "init", "--quiet", "--initial-branch=main")
    a.identify("a")
    a.succeed("dvc", "init", "--quiet")
    a.succeed("dvc", "config", "core.autostage", "true")
    a.succeed("dvc", "remote", "add", "--default", "storage", str(folder / "storage"))
    a.save("Start")
    a.succeed("git", "clone", "--quiet", "--bare", ".", str(folder / "origin"))
    a.succeed("git", "remote", "add", "origin", str(folder / "origin"))
    a.succeed("git", "clone", "--quiet", str(folder / "origin"), str(b.folder))
    b.identify("b")
    b.succeed("dvc", "pull")
    for clone, name in ((a, "wide"), (b, "deep")):
        clone.add_method(name)
        clone.save(f"Add {name}")
    a.succeed("git", "push", "--quiet", "origin", "main")
    return a, b
