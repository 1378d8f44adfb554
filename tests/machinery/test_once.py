"""What is the same for all seeds is computed by one of them, and never outlives their training."""

from pathlib import Path

import pytest
import torch
from small_project import SmallProject

from lab import once
from lab.once import SHARED, once_for_all_seeds


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "kept", {})
    monkeypatch.delenv(SHARED, raising=False)


def never() -> torch.Tensor:
    raise AssertionError("it is computed again")


def test_a_process_computes_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert once_for_all_seeds("a", lambda: torch.ones(3)) is once_for_all_seeds("a", never)
    monkeypatch.setattr(once, "KEPT", 20)
    once_for_all_seeds("b", lambda: torch.zeros(3))  # for which there is no more room
    with pytest.raises(AssertionError):
        once_for_all_seeds("b", never)


def test_other_processes_read_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED, str(tmp_path / "shared"))
    first = once_for_all_seeds("a", lambda: torch.randn(3, 4).half().T)
    monkeypatch.setattr(once, "kept", {})  # as in another process
    second = once_for_all_seeds("a", never)
    assert second.dtype == torch.float16
    assert torch.equal(first, second)
    assert [path.name for path in (tmp_path / "shared").iterdir()] == ["a"]


def test_seeds_that_train_at_the_same_time_share_a_folder_until_they_have_trained(tmp_path: Path) -> None:
    project = SmallProject(tmp_path / "project", seeds=[0, 1, 2], launch={"seeds_at_once": 3})
    baseline = project.folder / "src/lab/tasks/small/baseline.py"
    text = baseline.read_text(encoding="utf-8")
    told = f'        with open("told.txt", "a") as told:\n            told.write(os.environ["{SHARED}"] + "\\n")\n'
    told += '        from lab.once import once_for_all_seeds\n        once_for_all_seeds("a", lambda: examples["x"])\n'
    baseline.write_text(
        text.replace("        super().__init__()\n", f"        super().__init__()\n{told}"), encoding="utf-8"
    )
    done = project.train()
    assert (done.returncode, done.stderr) == (0, "")
    folders = (project.folder / "told.txt").read_text(encoding="utf-8").splitlines()
    assert len(folders) >= 3
    assert len(set(folders)) == 1
    assert not Path(folders[0]).exists()
