"""The default example as a project, quick to run, and what tests ask of a run."""

import re
from pathlib import Path

import yaml
from conftest import ROOT, Project, Stamp

TASK = "image_classification"
ROOM = f"src/lab/tasks/{TASK}"


def example(stamp: Stamp, folder: Path, task: str = TASK) -> Project:
    answers = yaml.safe_load((ROOT / f"examples/{task}/answers.yml").read_text(encoding="utf-8"))
    return stamp(folder, **answers)


def quick_example(stamp: Stamp, folder: Path) -> Project:
    """The default example with few epochs: these tests ask what runs and what is written, not how well it learns."""
    project = example(stamp, folder)
    project.write("params.yaml", "  epochs: 30 ", "  epochs: 3 ")
    project.commit()
    return project


def stages_run(output: str) -> set[str]:
    return set(re.findall(r"Running stage '([^']+)'", output))


def result(project: Project, name: str) -> bytes:
    return (project.path / "results" / name).read_bytes()
