"""Two members train different methods in two clones, and merge: nothing is lost and nothing is trained twice."""

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_project import SmallProject
from two_clones import OURS, PARAMS, Clone, make_two

HOOKS = ("python", "-m", "lab.collaboration.git_hooks")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Clone, Clone]:
    return make_two(tmp_path_factory.mktemp("two members"))


@pytest.fixture
def a(two: tuple[Clone, Clone]) -> Clone:
    return two[0]


@pytest.fixture
def b(two: tuple[Clone, Clone], tmp_path: Path) -> Clone:
    """B's clone, to change."""
    shutil.copytree(two[1].folder, tmp_path / "b", symlinks=True)
    return Clone(tmp_path / "b")


def install(clone: Clone) -> None:
    """What `lab setup` does before the hooks, which need the web."""
    clone.succeed("python", "-c", "from lab.collaboration.merge import install; install()")


def pull(clone: Clone) -> subprocess.CompletedProcess[str]:
    return clone.run("git", "pull", "--no-rebase", "--no-edit", "origin", "main")


def assert_both_are_there(b: Clone, a: Clone) -> None:
    before = b.runs()
    assert {name: content for name, content in a.runs().items() if "/wide/" in name}.items() <= before.items()
    said = b.succeed("dvc", "repro")
    assert set(re.findall(r"Running stage '([^']+)'", said)) == {"fingerprint", "compare"}, said
    assert b.runs() == before
    assert b.read("results/methods.txt") == "baseline deep own_step wide"
    assert "Running" not in b.succeed("dvc", "repro")
    for name in ("wide", "deep"):
        assert b.read("params.yaml").count(f"  {name}:                      # {name}\n    dropout: 0.1\n") == 1
    assert len(b.read("params.yaml").splitlines()) == len(PARAMS.splitlines()) + 4


def test_git_merges_the_trainings_of_both(a: Clone, b: Clone) -> None:
    install(b)
    merged = pull(b)
    assert merged.returncode == 0, merged.stdout + merged.stderr
    b.succeed(*HOOKS, "post-merge")
    assert_both_are_there(b, a)


@pytest.mark.parametrize("meanwhile", ["", "--theirs", "--ours"])
def test_who_never_ran_setup_has_a_way_out(a: Clone, b: Clone, meanwhile: str) -> None:
    merged = pull(b)
    assert "CONFLICT" in merged.stdout
    if meanwhile:
        b.succeed("git", "checkout", meanwhile, "--", "dvc.lock", "params.yaml")
    done = b.lab("merge")
    assert done.returncode == 0, done.stderr
    assert "params.yaml is merged\ndvc.lock is merged\n" in done.stdout
    b.succeed("git", "commit", "--no-edit")
    assert_both_are_there(b, a)


def test_a_merge_that_a_person_ends_fetches_when_it_is_committed(a: Clone, b: Clone) -> None:
    install(b)
    b.write("compare.py", 'Path("results").mkdir()', 'Path("results").mkdir()  # b')
    a_compare = a.read("compare.py").replace('Path("results").mkdir()', 'Path("results").mkdir()  # a')
    b.succeed("git", "commit", "--quiet", "--all", "--message", "Comment")
    b.succeed("git", "fetch", "--quiet", "origin")
    b.succeed("git", "checkout", "--quiet", "-b", "other", "origin/main")
    (b.folder / "compare.py").write_text(a_compare, encoding="utf-8")
    b.succeed("git", "commit", "--quiet", "--all", "--message", "Comment")
    b.succeed("git", "checkout", "--quiet", "main")
    assert b.run("git", "merge", "other").returncode == 1
    (b.folder / "compare.py").write_text(a_compare, encoding="utf-8")
    b.succeed("git", "add", "--all")
    b.succeed(*HOOKS, "pre-commit")
    b.succeed("git", "commit", "--no-edit")
    assert_both_are_there(b, a)


@pytest.mark.parametrize("driver", [True, False])
def test_one_setting_changed_on_both_sides_is_for_a_person(a: Clone, b: Clone, driver: bool) -> None:
    """And either choice brings back what was trained with it, or trains what nobody has trained here."""
    b.write("params.yaml", OURS, "  own_step: {dropout: 0.2}    # ours\n")
    b.save("Drop a fifth")
    mine = {name: content for name, content in b.runs().items() if "/own_step/" in name}
    b.succeed("git", "checkout", "--quiet", "-b", "other", "HEAD~")
    b.write("params.yaml", OURS, "  own_step: {dropout: 0.4}    # ours\n")
    b.save("Drop more")
    b.succeed("git", "checkout", "--quiet", "main")
    b.succeed("dvc", "checkout")
    if driver:
        install(b)
    merged = b.run("git", "merge", "other")
    assert merged.returncode == 1
    if driver:
        assert "error: params.yaml: both sides changed one setting" in merged.stdout + merged.stderr
        assert "both sides trained own_step: your runs stay here" in merged.stdout + merged.stderr
    for _ in range(2):  # as often as one likes
        done = b.lab("merge")
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "choose between" in done.stderr
    text = b.read("params.yaml")
    one, other = (f"  own_step: {{dropout: {number}}}    # ours\n" for number in (0.2, 0.4))
    both = f"<<<<<<< ours\n{one}=======\n{other}>>>>>>> theirs\n"
    assert both in text
    chosen = text.replace(both, one)
    (b.folder / "params.yaml").write_text(chosen, encoding="utf-8")
    assert b.lab("merge").returncode == 0
    assert b.read("params.yaml") == chosen
    b.succeed("git", "commit", "--no-edit")
    assert "epoch" not in b.succeed("dvc", "repro")
    assert mine.items() <= b.runs().items()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process can hear")
def test_an_unfinished_run_outlives_a_merge(a: Clone, b: Clone) -> None:
    install(b)
    b.write("params.yaml", OURS, "  own_step: {dropout: 0.5, pause: 0.05}\n")
    b.write("params.yaml", "  epochs: 2", "  epochs: 9")
    b.succeed("git", "commit", "--quiet", "--all", "--message", "Slower")
    small = SmallProject.__new__(SmallProject)
    small.folder = b.folder
    with small.start("own_step") as trainer:
        until = time.monotonic() + 60
        while (
            not (b.folder / "runs/own_step/0/history.csv").is_file() or small.record("own_step")["status"] == "finished"
        ):
            assert time.monotonic() < until
            time.sleep(0.05)
        trainer.send_signal(signal.SIGTERM)
        trainer.communicate(timeout=60)
    key = small.record("own_step")["key"]
    assert small.record("own_step")["status"] == "interrupted"
    assert pull(b).returncode == 0
    said = b.succeed(*HOOKS, "post-merge")
    assert "runs/own_step/0 is of other settings than this commit's: set aside" in said
    assert (b.folder / "runs/wide/0/run.json").is_file()
    assert small.record("own_step")["key"] != key
    said = b.succeed("dvc", "repro", "train@own_step")
    assert "own_step, seed 0: restored with its checkpoint" in said
    assert (small.record("own_step")["key"], small.record("own_step")["status"]) == (key, "finished")


def test_a_remote_that_is_away_is_told_and_tried_again(a: Clone, b: Clone) -> None:
    install(b)
    storage = b.succeed("dvc", "config", "remote.storage.url").strip()
    b.succeed("dvc", "config", "--local", "remote.storage.url", str(b.folder / "nothing"))
    assert pull(b).returncode == 0
    said = b.succeed(*HOOKS, "post-merge")
    assert said.count("\n") == 1
    assert "dvc: runs/wide: these runs are not here" in said
    b.succeed("dvc", "config", "--local", "remote.storage.url", storage)
    assert b.lab("merge").returncode == 0
    assert_both_are_there(b, a)


def test_the_driver_starts_fast(b: Clone) -> None:
    done = b.run("python", "-X", "importtime", "-c", "import lab.collaboration.merge")
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "ruamel" in imported
    assert not imported & {"torch", "mlflow", "pandas", "numpy", "dvc", "pydantic"}


def test_a_comment_makes_no_result_stale(b: Clone) -> None:
    problem = b.folder / "src/lab/tasks/small/problem.py"
    assert b.succeed(*HOOKS, "pre-commit") == ""
    problem.write_text(problem.read_text(encoding="utf-8") + "\n# an idea for later\n", encoding="utf-8")
    b.succeed("git", "add", "--all")
    assert b.succeed(*HOOKS, "pre-commit") == ""
    b.write("params.yaml", OURS, "  own_step: {dropout: 0.3}\n")
    b.succeed("git", "add", "--all")
    assert "dvc: results are not those of this code" in b.succeed(*HOOKS, "pre-commit")
