"""A user's mistake ends in one line that says what, where and how to mend it; nothing is half-written."""

from pathlib import Path

import pytest
from conftest import Project, Stamp

from lab.files import write_json

PROBLEM = "src/lab/tasks/image_classification/problem.py"
DEMO = "src/lab/tasks/image_classification/digits.py"


def stage(name: str) -> tuple[str, ...]:
    return ("python", "-m", *f"lab.stages.{name}".split())


@pytest.fixture
def project(stamp: Stamp, tmp_path: Path) -> Project:
    return stamp(tmp_path / "project", task="image_classification")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("\nseeds:", "\ncolour: red\nseeds:", "params.yaml: colour: unknown key"),
        ("\n  epochs: 30", "\n  epochs: 30\n  epoch: 3", "params.yaml: train.epoch: unknown key"),
        ("\n  epochs: 30", "\n  epochs: many", "params.yaml: train.epochs: Input should be a valid integer"),
        (
            "\n  novel:",
            "\n  ablation: {}\n  novel:",
            "methods.ablation: there is no src/lab/tasks/image_classification/ablation.py",
        ),
        ("\n  baseline:", "\n  first:", "methods: has no 'baseline'"),
        (
            "\n  novel:",
            "\n  novel:\n    train: {epochs: 0}",
            "params.yaml: methods.novel.train: epochs: Input should be greater",
        ),
        (
            "source: demo                # or folder, table, url, huggingface, kaggle\n  path: own_data ",
            "source: folder\n  path: own_data/照片 ",
            "params.yaml: data.path: there is no own_data/照片, seen from ",
        ),
        ("seeds: [0, 1, 2]", "seeds: [0, 0]", "seeds: names one seed twice"),
        ("\nseeds:", "\n: [", "params.yaml, line "),
    ],
)
def test_mistakes_in_params(project: Project, old: str, new: str, says: str) -> None:
    project.write("params.yaml", old, new)
    assert says in project.fail(*stage("fingerprint"))
    assert not (project.path / "data/fingerprints.json").exists()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "metrics = CLASS_METRICS",
            'from lab.contract import Metric\nmetrics = (*CLASS_METRICS, Metric("share"))',
            "missing 1 required positional argument: 'higher_is_better'",
        ),
        (
            "metrics = CLASS_METRICS",
            'from lab.contract import Metric\nmetrics = (*CLASS_METRICS, Metric("share", higher_is_better="up"))',
            "'share' has no direction",
        ),
        ('stratify = "label"', "", f"{PROBLEM} lacks stratify"),
        ("MEMORY = 125_000_000", "MEMORY = 125_000_000\nx = 1 / 0", f"{PROBLEM}, line "),
    ],
)
def test_mistakes_in_the_problem(project: Project, old: str, new: str, says: str) -> None:
    project.write(PROBLEM, old, new)
    assert says in project.fail(*stage("collect"))
    assert not list((project.path / "data/raw").glob("*"))


def test_broken_rules_are_told_all_at_once(project: Project) -> None:
    spoil = '    examples["writer"], examples["place"] = "me", 1\n    examples.loc[7, "ink"] = 99\n'
    project.write(DEMO, "    return examples, provenance", f"{spoil}    return examples, provenance")
    project.succeed(*stage("collect"))
    said = project.fail(*stage("validate"))
    for column in ("writer", "place"):
        assert f"{column}: expectations() in problem.py must have a rule for this column" in said
    assert "ink: must be between 0.1 and 0.5: 1 row (id 0007)" in said


@pytest.mark.parametrize("stray", [False, True])
def test_a_payload_changed_after_collection_is_noticed(project: Project, stray: bool) -> None:
    for name in ("fingerprint", "collect", "validate", "split"):
        project.succeed(*stage(name))
    name = "notes.txt" if stray else "pictures.npy"
    with (project.path / "data/raw" / name).open("ab") as stream:
        stream.write(b"x")
    if stray:  # a file more spoils nothing
        assert "data/raw may have no file that collect did not write: notes.txt" in project.succeed(*stage("validate"))
    else:
        for name in ("validate", "train baseline"):
            assert "(last written: pictures.npy)" in project.fail(*stage(name)) or name == "validate"
        assert "the files in data/raw must be those that were collected" in project.fail(*stage("validate"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ('examples = examples.drop(columns="label")', "label"),
        ('examples.loc[7, "label"] = 11', "label: the values that occur must be exactly 0, 1, 2"),
        (
            'examples["ink"] = examples["ink"].where(examples.index != 7)',
            "ink: no value may be missing: 1 row (id 0007)",
        ),
        ('examples.loc[7, "ink"] = 99', "(id 0007)"),
        ('examples.loc[7, "id"] = "0006"', "id: no value may appear twice: 2 rows (id 0006, 0006)"),
        ('examples["writer"] = "me"', "writer: expectations() in problem.py must have a rule for this column"),
    ],
)
def test_raw_data_that_break_a_rule_stop_before_training(project: Project, spoil: str, says: str) -> None:
    project.write(DEMO, "    return examples, provenance", f"    {spoil}\n    return examples, provenance")
    project.succeed(*stage("collect"))
    said = project.fail(*stage("validate"))
    assert says in said
    assert "results/data_docs/index.html" in said
    assert (project.path / "results/data_docs/index.html").is_file()
    assert not (project.path / "results/validation.json").exists()


def test_a_leaking_split_stops_before_training(project: Project) -> None:
    spoil = '    examples["group"] = examples["id"]\n    examples.loc[:99, "sha256"] = examples.loc[0, "sha256"]\n'
    project.write(DEMO, "    return examples, provenance", f"{spoil}    return examples, provenance")
    project.succeed(*stage("collect"))
    write_json(project.path / "results/validation.json", {"near_duplicates": []})
    assert "sha256: no content may be in two splits: 100 rows (id 0000, " in project.fail(*stage("split"))
    assert not (project.path / "data/splits.parquet").exists()


def test_scores_without_a_metric_are_refused(project: Project) -> None:
    project.write("params.yaml", "\n  epochs: 30", "\n  epochs: 1")
    project.write("params.yaml", "seeds: [0, 1, 2]", "seeds: [0]")
    for name in ("fingerprint", "collect", "validate", "split", "train baseline", "train novel"):
        project.succeed(*stage(name))
    project.write(PROBLEM, "metrics = CLASS_METRICS", "metrics = CLASS_METRICS[::2]")
    assert "score returns 'macro_f1', whose direction is not given" in project.fail(*stage("compare"))
    assert not (project.path / "results/comparison.json").exists()


def test_a_mistake_in_a_method_is_told_before_anything_trains(project: Project) -> None:
    for name in ("fingerprint", "collect", "validate", "split"):
        project.succeed(*stage(name))
    baseline = "src/lab/tasks/image_classification/baseline.py"
    project.write(baseline, "return self.layers(picture)", "return self.layer(picture)")
    said = project.fail(*stage("train baseline"))
    assert said.startswith(f"error: {baseline}, line ")
    assert said.endswith("'Perceptron' object has no attribute 'layer': did you mean 'layers'?")
    assert "line " in project.fail("python", "-m", "lab.cli", "try", "baseline")
    assert not (project.path / "runs/baseline/0").exists()


def test_a_stage_outside_a_project_says_where_to_go(project: Project) -> None:
    assert "run this in your project's folder" in Project(project.path / "src").fail(*stage("collect"))
