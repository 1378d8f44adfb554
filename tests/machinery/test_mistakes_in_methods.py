"""What a team may write wrong in a method ends in one line, with its place in that file, before anything is trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from team_project import BASELINE, FILES, OWN_STEP, ROOM, enter, told

from lab.settings import read_params
from lab.training.run import train_seeds

LOSS = 'return {"loss": nn.functional.mse_loss(self.answer(batch), batch["y"])}'
VALIDATE = "return self.loss(batch)"
ANSWER = '{"answer": self.answer(batch)}'
OPTIMIZERS = '{"main": train.adamw(self.parameters())}'
STEP = "update(loss)"

IN_BASELINE = [
    ("        super().__init__()\n", "", "call super().__init__() first"),
    (
        "        super().__init__()\n        self.net = nn.Linear(5, 1)\n",
        "        pass\n",
        "does not call super().__init__()",
    ),
    ("nn.Linear(5, 1)", "[nn.Linear(5, 1)]", "has nothing to learn"),
    ("nn.Linear(5, 1)", "nn.Linear(5, 1 / 0)  # here", "ZeroDivisionError"),
    ("nn.Linear(5, 1)", "nn.Liner(5, 1)  # here", "did you mean 'Linear'?"),
    ("nn.Linear(5, 1)", "nn.Linear(4, 1)", "mat1 and mat2 shapes cannot be multiplied"),
    (
        "def __init__(self, examples):",
        "def __init__(self, examples, width):",
        "width: is missing, and Baseline needs it",
    ),
    ("class Baseline(Method)", "class Baseline(nn.Module)", "defines 0 subclasses of Method"),
    ("class Baseline(Method):", "class Old(Method): ...\nclass Baseline(Method):", "defines 2 subclasses of Method"),
    (LOSS, LOSS.replace('"loss"', '"los"'), "loss of Baseline returns no 'loss', which is minimised: it has los"),
    (LOSS, 'return nn.functional.mse_loss(self.answer(batch), batch["y"])', "returns a Tensor: return a dict"),
    (LOSS, "return 0.5", "loss of Baseline returns a float"),
    (LOSS, "pass", "returns None (is a return missing?)"),
    (LOSS, 'return {"loss": self.answer(batch) - batch["y"]}', "'loss' of shape (8,): make it one number"),
    (LOSS, 'return {"loss": self.answer(batch).mean().item()}', "a float as 'loss': leave out .item()"),
    (LOSS, 'return {"loss": self.answer(batch).mean().detach()}', "'loss' without a gradient"),
    (LOSS, 'return {"loss": batch["y"].mean()}', "'loss' without a gradient"),
    (LOSS, 'return {"loss": self.answer(batch).mean(), "accuracy": 0.5}', "a float as 'accuracy'"),
    (LOSS, 'return {"loss": self.answer(batch).mean(), "error": batch["y"]}', "'error' of shape (8,)"),
    (LOSS, 'return {"loss": self.answer(batch).mean(), 3: batch["y"]}', "the key 3: keys must be texts"),
    (LOSS, 'return {"loss": (self.answer(batch) + 1j).mean()}', "'loss' as a complex number"),
    (LOSS, 'return {"loss": batch["label"].mean()}  # here', "KeyError: 'label'"),
    (LOSS, "exit()  # here", "exit() ends the whole program"),
    (LOSS, "assert len(batch) == 3  # here", "AssertionError"),
    (LOSS, "return self.loss(batch)  # here", "RecursionError"),
    ("def loss(self, batch)", "def loss(batch)", "TypeError: Baseline.loss() takes 1 positional argument"),
    ("def loss(self, batch)", "def lose(self, batch)", "Baseline has neither loss nor train_step"),
    ("def predict(self, batch)", "def predictions(self, batch)", "Baseline has no predict: add it"),
    (VALIDATE, "pass", "validate of Baseline returns None"),
    (VALIDATE, 'return self.loss(batch)["loss"]', "validate of Baseline returns a Tensor"),
    (VALIDATE, 'return {"loss": 1.0}', "a float as 'loss'"),
    (VALIDATE, 'return {"loss": batch["y"]}', "'loss' of shape (7,)"),
    (VALIDATE, 'return {"accuracy": batch["label"]}  # here', "KeyError: 'label'"),
    (ANSWER, '{"answer": self.answer(batch)[1:]}', "4 rows as 'answer' for 5 examples"),
    (ANSWER, '{"answer": self.answer(batch).mean()}', "a single number as 'answer' for 5 examples"),
    (ANSWER, '{"answer": self.answer(batch).numpy()}', "a ndarray as 'answer': torch.from_numpy"),
    (ANSWER, '{"answer": self.answer(batch).tolist()}', "a list as 'answer'"),
    (ANSWER, '{"answer": self.answer(batch) + 1j}', "'answer' as complex numbers"),
    (ANSWER, "self.answer(batch)", "predict of Baseline returns a Tensor"),
    (ANSWER, "{}", "predict of Baseline returns an empty dict"),
    (ANSWER, "None", "predict of Baseline returns None"),
    (ANSWER, '{"y": self.answer(batch)}', "'y', which is a target or a column of every table"),
    (ANSWER, '{"split": self.answer(batch)}', "'split', which is a target or a column"),
    (ANSWER, '{"answer": batch["y"]}  # here', "KeyError: 'y'"),
    (
        ANSWER,
        '{"answer" if len(batch["x"]) == 5 else "other": self.answer(batch)}',
        "for some batches and not for others",
    ),
    (ANSWER, '{"answer": batch["x"] @ batch["x"].T}', "rows of shape (3,) as 'answer', and (5,) for the batch before"),
    (ANSWER, '{"answer": self.answer(batch).to_sparse()}', "a sparse tensor"),
    (OPTIMIZERS, "train.adamw(self.parameters())", "configure_optimizers of Baseline returns an AdamW: return a dict"),
    (OPTIMIZERS, "[train.adamw(self.parameters())]", "configure_optimizers of Baseline returns a list"),
    (OPTIMIZERS, "{}", "returns an empty dict"),
    (OPTIMIZERS, '{"main": "adam"}', "gives a str as 'main'"),
    (OPTIMIZERS, '{"adam": train.adamw(self.parameters())}', "names 'adam', and no 'main'"),
    (OPTIMIZERS, '{"main": train.adam(self.parameters())}  # here', "has no attribute 'adam'"),
    ("from torch import nn", "from torch import nn\nimport timmm  # here", "install it with `uv add timmm`"),
    ("from torch import nn", "from torch import nn,  # here", "SyntaxError"),
]
IN_OWN_STEP = [
    (STEP, 'update(loss, "mian")  # here', "configure_optimizers has no optimizer 'mian': it has 'main'"),
    (STEP, 'update(loss, optimizer="mian")  # here', "configure_optimizers has no optimizer 'mian'"),
    (STEP, "update(self.answer(batch))  # here", "a Tensor of shape (8,): it must be a tensor of one number"),
    (STEP, "update(loss.item())  # here", "the loss is a float: it must be a tensor of one number"),
    (STEP, "update(loss.detach())  # here", "the loss has no gradient"),
    (STEP, 'update(loss["loss"])  # here', "IndexError"),
    ('return {"loss": loss}', "pass", "train_step of OwnStep returns None (is a return missing?)"),
    ('return {"loss": loss}', "return loss", "train_step of OwnStep returns a Tensor"),
    ('return {"loss": loss}', 'return {"loss": 1.0}', "a float as 'loss'"),
    ("def train_step(self, batch, update)", "def train_step(self, batch)", "TypeError"),
]
LATER = [
    (ANSWER, '{"answer": self.answer(batch) / 0 * 0}', "NaN or infinity as 'answer' for 30 of 30 examples"),
    (VALIDATE, "return self.loss(batch) if self.late(3) else {}", "in some epochs and not in others"),
    (
        VALIDATE,
        "return {'loss': batch['y'].mean()} if self.late(2) else {}",
        "loss for some batches and not for others",
    ),
    (
        LOSS,
        'return {"loss": self.answer(batch).mean()} if self.late(3) else {"los": batch["y"].mean()}',
        "returns no 'loss'",
    ),
    (LOSS, "self.late(5) or 1 / 0  # here\n        " + LOSS, "ZeroDivisionError"),
]
LATE = """
    def late(self, calls):
        type(self).calls = getattr(type(self), "calls", 0) + 1
        return type(self).calls <= calls
"""
MISTAKES = [("baseline", *mistake) for mistake in IN_BASELINE] + [("own_step", *mistake) for mistake in IN_OWN_STEP]


def check(name: str, text: str, new: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    frames, line = told(lambda: train_seeds(name, [0], read_params(), {0: "f"}), capsys)
    assert says in line
    assert f"{(ROOM / name).as_posix()}.py" in line
    if "# here" in new:
        number = next(number for number, code in enumerate(text.splitlines(), start=1) if "# here" in code)
        assert f", line {number}" in line
        assert "# here" in frames


@pytest.mark.parametrize(("name", "old", "new", "says"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_in_a_method_is_told_before_it_trains(
    name: str,
    old: str,
    new: str,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert FILES[name].count(old) == 1
    text = FILES[name].replace(old, new)
    enter(tmp_path, monkeypatch, **{name: text})
    check(name, text, new, says, capsys)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("old", "new", "says"), LATER)
def test_a_mistake_that_shows_later_is_told_too(
    old: str,
    new: str,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = BASELINE.replace(old, new) + LATE
    enter(tmp_path, monkeypatch, baseline=text)
    check("baseline", text, new, says, capsys)
    record = json.loads((tmp_path / "runs/baseline/0/run.json").read_text(encoding="utf-8"))
    assert record["status"] == "failed"
    assert says in record["error"]


def test_a_right_method_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"baseline": BASELINE, "own_step": OWN_STEP}.items():
        assert text in FILES.values()
        enter(tmp_path / name, monkeypatch)
        train_seeds(name, [0], read_params(), {0: "f"})
        assert json.loads(Path(f"runs/{name}/0/run.json").read_text(encoding="utf-8"))["status"] == "finished"
