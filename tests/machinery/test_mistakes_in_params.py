"""Mistakes that people make in ``params.yaml``: each is told in one line, with its place and its remedy."""

import pytest
from team_files import PARAMS, edit, forget, told
from team_files import files as files

pytestmark = pytest.mark.usefixtures("files")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("epochs: 4", "epoch: 4", "params.yaml: train.epoch: unknown key: did you mean 'epochs'?"),
        ("learning_rate:", "learning-rate:", "train.learning-rate: unknown key: did you mean 'learning_rate'?"),
        ("batch_size:", "Batch_size:", "train.Batch_size: unknown key: did you mean 'batch_size'?"),
        ("seeds: [0, 1]", "seed: [0, 1]", "params.yaml: seed: unknown key: did you mean 'seeds'?"),
        ("compare:", "comparison:", "comparison: unknown key: did you mean 'compare'?"),
        ("resamples:", "resample:", "compare.resample: unknown key: did you mean 'resamples'?"),
        ("    width: 16", "    train: {epoch: 3}", "methods.novel.train: epoch: unknown key: did you mean 'epochs'?"),
        ("clip: 1.0", "colour: red", "train.colour: unknown key; known are accumulate, batch_size"),
        ("epochs: 4", "epochs: ten", "train.epochs: Input should be a valid integer, not 'ten'"),
        ("epochs: 4", "epochs: 4.5", "train.epochs: Input should be a valid integer, not 4.5"),
        ("epochs: 4", "epochs: true", "train.epochs: Input should be a valid integer, not true"),
        ("epochs: 4", "epochs: 2027-01-01", "train.epochs: Input should be a valid integer, not datetime.date"),
        ("epochs: 4", "epochs:", "train.epochs: Input should be a valid integer, not None"),
        ("epochs: 4", "epochs: 1000000000000", "train.epochs: Input should be less than or equal to 1000000"),
        ("epochs: 4\n", "\n", "train.epochs: is missing"),
        ("learning_rate: 1e-2", "learning_rate: -1", "train.learning_rate: Input should be greater than 0, not -1"),
        ("learning_rate: 1e-2", "learning_rate: .nan", "train.learning_rate: Input should be a finite number"),
        ("learning_rate: 1e-2", "learning_rate: 0,01", "train.learning_rate: Input should be a valid number"),
        ("schedule: cosine", "schedule: cosin", "train.schedule: Input should be 'constant' or 'cosine', not 'cosin'"),
        ("device: cpu", "device: gpu", "train.device: Input should be 'auto', 'cpu', 'cuda' or 'mps', not 'gpu'"),
        ("compile: false", "compile: no", "train.compile: Input should be a valid boolean, not 'no'"),
        ("accumulate: 1", "accumulate: 3", "train: accumulate must divide batch_size"),
        ("validation: 0.2", "validation: 20", "split.validation: Input should be less than 1, not 20"),
        ("validation: 0.2", "validation: 0.9", "split: validation and test together leave nothing to train on"),
        ("test: 0.2\n  seed: 0", "test: 0.2\n  seed: -1", "split.seed: Input should be greater than or equal to 0"),
        ("confidence: 0.95\n  seed: 0", "confidence: 0.95\n  seed: -3", "compare.seed: Input should be greater than"),
        ("confidence: 0.95", "confidence: 95", "compare.confidence: Input should be less than 1, not 95"),
        ("resamples: 1000", "resamples: 1000000000", "compare.resamples: Input should be less than or equal to 100000"),
        ("seeds: [0, 1]", "seeds: [0, 4294967296]", "seeds.1: Input should be less than or equal to 4294967295"),
        ("seeds: [0, 1]", "seeds: [-1]", "seeds.0: Input should be greater than or equal to 0, not -1"),
        ("seeds: [0, 1]", "seeds: 3", "seeds: Input should be a valid list, not 3"),
        ("seeds: [0, 1]", "seeds: []", "seeds: List should have at least 1 item"),
        ("seeds: [0, 1]", "seeds: [1, 1]", "seeds: names one seed twice"),
        ("train:\n", "train: null\nx:\n", "train: must hold keys of its own"),
        ("data: {}", "data: [1]", "data: must hold keys of its own"),
        ("  baseline: {}\n", "  first: {}\n", "methods: has no 'baseline'"),
        ("    width: 16\n", "", "methods.novel: must hold keys of its own, as in `novel: {key: value}`; none is `{}`"),
        ("  novel:\n    width: 16", "  novel: [1]", "methods.novel: must hold keys of its own"),
        ("  novel:\n    width: 16", "  novel: yes", "methods.novel: must hold keys of its own"),
        ("    width: 16", "    train:", "novel.train: must hold keys of `train:`"),
        ("    width: 16", "    train: [1]", "novel.train: must hold keys of `train:`"),
        ("    width: 16", "    since: 2027-01-01", "novel: an option is no text, number, list or true/false"),
        ("    width: 16", "    width: .inf", "novel: an option is no text, number, list or true/false"),
        ("    width: 16", "    width size: 1", "novel: 'width size' can be no option"),
        ("    width: 16", "    1: 1", "methods.novel.1: a name must be text"),
        ("  novel:", "  problem:", "methods: no method can be called 'problem'"),
        ("  novel:", "  con:", "methods: no method can be called 'con'"),
        ("  novel:", "  my-net:", "methods: 'my-net' can be no file of Python: use letters, digits and _"),
        ("  novel:", "  ../novel:", "methods: '../novel' can be no file of Python"),
        ("  novel:", "  a/b:", "methods: 'a/b' can be no file of Python"),
        ("  novel:", "  class:", "methods: 'class' can be no file of Python"),
        ("  novel:", "  __init__:", "methods: '__init__' can be no file of Python"),
        ("  novel:", "  2d:", "methods: '2d' can be no file of Python"),
        ("  novel:", "  2:", "methods.2: a name must be text: write it in quotes"),
        ("  novel:", "  Baseline:", "methods: 'baseline' appears twice, in small and in capital letters"),
        ("  novel:", "  Novel:", "methods.Novel: there is no src/lab/tasks/small/Novel.py: did you mean 'novel'?"),
        ("  novel:", "  nowel:", "methods.nowel: there is no src/lab/tasks/small/nowel.py: did you mean 'novel'?"),
        ("  epochs: 4", "  epochs: 4\n  epochs: 5", "params.yaml, line 9: the key 'epochs' appears twice"),
        ("  epochs: 4", "\tepochs: 4", "params.yaml, line 8: "),
        ("  epochs: 4", "  epochs : [", "params.yaml, line 10: "),
        ("  epochs: 4", "epochs: 4", "params.yaml, line 9: "),
        ("  epochs: 4", "  epochs: 2027-13-45", "params.yaml: month must be in 1..12"),
        ("seeds: [0, 1]", "<<<<<<< HEAD\nseeds: [0, 1]", "params.yaml, line 6: a merge is not finished"),
        (PARAMS, "", "params.yaml: is empty"),
        (PARAMS, "- a\n- b\n", "params.yaml: holds no keys"),
    ],
)
def test_a_mistake_in_params_is_told(old: str, new: str, says: str) -> None:
    edit("params.yaml", old, new)
    assert says in told()


def test_all_mistakes_are_told_in_one_go() -> None:
    edit("params.yaml", "epochs: 4", "epoch: 4")
    edit("params.yaml", "device: cpu", "device: gpu")
    edit("params.yaml", "resamples: 1000", "resamples: 1")
    said = told()
    assert said.count("; ") == 2
    assert all(part in said for part in ("train.epoch:", "train.device:", "compare.resamples:"))
    assert "is missing" not in said  # epochs is, but only because it is misspelt
    for key in ("batch_size", "weight_decay", "schedule", "warmup", "clip", "accumulate", "patience", "workers"):
        edit("params.yaml", f"\n  {key}:", f"\n  {key}_of_the_training:")
    forget()
    assert len(said := told()) < 600
    assert "more)" in said
