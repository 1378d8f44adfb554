"""``lab verify`` where another kind of machine trains again: what it lets pass, and what it names."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from lab.contract import Metric
from lab.files import read_json, write_json
from lab.runs import Run
from lab.verification import training
from lab.verification.checks import Finding

HERE = Path("runs/novel/0")
HARDWARE = {"processor": "P", "threads": 2, "kernels": "AVX2", "blas": "MKL"}
PROBLEM = SimpleNamespace(
    metrics=(Metric("error", higher_is_better=False),),
    targets=("y",),
    score=lambda frame: {"error": float((frame["answer"] - frame["y"]).abs().mean())},
)


def write_run(folder: Path, shift: float, first_loss: float, **about: Any) -> None:
    """A finished run whose answers are off by ``shift``, and so is its score."""
    run = Run("novel", 0, folder)
    run.start("f", {"parameters": {"width": 4}, "data_digest": "d", "member": "A", "git_commit": None})
    run.write_history([{"epoch": 1, "step": 1, "train_loss": first_loss}, {"epoch": 2, "step": 2, "train_loss": shift}])
    table = pd.DataFrame({"id": list("abcd"), "split": ["validation", "test"] * 2, "y": 1.0, "answer": 1.0 + shift})
    table.to_parquet(folder / "predictions.parquet")
    (folder / "model.safetensors").write_bytes(str(shift).encode())
    known: Any = {"hardware": HARDWARE, "versions": {"torch": "2"}, "device": "cpu", "precision": "fp32"}
    known |= {"parameter_count": 7, "epochs": 2, "best_epoch": 2, "seconds": 1.0}
    run.update(status="finished", finished="2027-01-01T00:01:00.000+00:00", **(known | about))


class Elsewhere:
    """A throw-away copy in which another machine trains: what it writes is given."""

    def __init__(self, folder: Path, write: Callable[[Path], None]) -> None:
        self.folder, self.write = folder, write

    def link(self, path: Path) -> None:
        """Nothing: no file of the project is read here."""

    def remove(self, path: Path) -> None:
        shutil.rmtree(self.folder / path, ignore_errors=True)

    def run(self, stage: str, *arguments: str) -> str:
        assert (stage, arguments) == ("train", ("novel", "--seed", "0"))
        self.write(self.folder / HERE)
        return ""


@pytest.fixture
def verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Finding, bool]]:
    """Train again with this score, loss of the first epoch and record, where 0.5 and 2.0 are committed."""
    monkeypatch.chdir(tmp_path)

    def again(shift: float, first_loss: float, std: float | None = 0.01, **about: Any) -> tuple[Finding, bool]:
        shutil.rmtree("runs", ignore_errors=True)
        write_run(HERE, 0.5, 2.0)
        write_json(Path("results/comparison.json"), {"methods": {"novel": {"metrics": {"error": {"std": std}}}}})
        copy: Any = Elsewhere(tmp_path / "again", lambda folder: write_run(folder, shift, first_loss, **about))
        problem: Any = PROBLEM
        return training.trained_again("novel", 0, problem, copy)

    return again


OTHERS = [
    {"hardware": HARDWARE | {"threads": 8}},
    {"hardware": HARDWARE | {"processor": "Q"}},
    {"device": "NVIDIA H100"},
    {"precision": "bf16"},
    {"versions": {"torch": "3"}},
]


def test_on_the_same_kind_of_machine_no_digit_may_differ(verify: Callable[..., tuple[Finding, bool]]) -> None:
    assert verify(0.5, 2.0) == (Finding(verify(0.5, 2.0)[0].name, []), True)
    found, is_same = verify(0.5 + 1e-9, 2.0)
    assert is_same
    assert [fault.split(":")[0] for fault in found.faults] == [
        f"{HERE.as_posix()}/{name}" for name in ("predictions.parquet", "model.safetensors", "history.csv")
    ]


@pytest.mark.parametrize("about", OTHERS, ids=lambda about: next(iter(about)))
def test_elsewhere_a_score_may_move_as_far_as_seeds_scatter(
    verify: Callable[..., tuple[Finding, bool]], about: dict[str, Any]
) -> None:
    assert verify(0.528, 2.03, epochs=3, best_epoch=1, **about) == (Finding(verify(0.5, 2.0)[0].name, []), False)
    found, _ = verify(0.54, 2.0, **about)
    assert [fault.partition(" (")[0] for fault in found.faults] == [
        f"{HERE.as_posix()}/predictions.parquet: error on the {part} split: 0.5, trained again 0.54"
        for part in ("validation", "test")
    ]


def test_elsewhere_one_seed_allows_a_tenth(verify: Callable[..., tuple[Finding, bool]]) -> None:
    assert not verify(0.54, 2.0, std=None, device="cuda")[0].faults
    assert len(verify(0.56, 2.0, std=None, device="cuda")[0].faults) == 2


def test_elsewhere_the_first_epoch_shows_other_code_or_data(verify: Callable[..., tuple[Finding, bool]]) -> None:
    (fault,) = verify(0.5, 2.1, device="cuda")[0].faults
    assert fault.startswith(f"{HERE.as_posix()}/history.csv, epoch 1: train_loss: 2.0, made again 2.1")


def test_elsewhere_what_decides_a_run_may_not_differ(verify: Callable[..., tuple[Finding, bool]]) -> None:
    (fault,) = verify(0.5, 2.0, device="cuda", parameter_count=8)[0].faults
    assert fault == f"{HERE.as_posix()}/run.json: parameter_count: 7, made again 8"
    assert read_json(HERE / "run.json")["parameter_count"] == 7
