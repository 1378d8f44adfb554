"""An environment of gymnasium in a stamped project, by the settings that its own page names."""

import json
import re

import pytest
import yaml
from conftest import Project, Stamp
from pipeline import result

TASK = "reinforcement_learning"


def name(project: Project, environment: str, **changes: object) -> None:
    """Do as own_data/README.md says: its lines take the place of all that stands under ``data:``."""
    page = (project.path / "own_data/README.md").read_text(encoding="utf-8")
    block = next(block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "gymnasium" in block)
    params = yaml.safe_load((project.path / "params.yaml").read_text(encoding="utf-8"))
    params["data"] = yaml.safe_load(block)["data"] | {"name": environment}
    for section, values in changes.items():
        params[section] = params[section] | values if isinstance(values, dict) else values
    (project.path / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def test_look_shows_an_environment_and_names_are_mended(stamp: Stamp) -> None:
    project = stamp(task=TASK)
    name(project, "CartPole-v1")
    shown = project.succeed("python", "-m", "lab.cli", "look")
    assert "Starts of games in CartPole-v1 (made data)" in shown
    assert "320 examples" in shown
    name(project, "CartPole-v7")
    assert "did you mean 'CartPole-v1'?" in project.fail("python", "-m", "lab.cli", "look")
    name(project, "Pendulum-v1")
    line = project.fail("python", "-m", "lab.stages.collect")
    assert "its actions are Box of shape (1,)" in line
    assert not (project.path / "data/raw").exists()


@pytest.mark.slow
def test_cart_pole_is_learned_by_settings_alone(stamp: Stamp) -> None:
    """500 is the most that a game can bring, and gymnasium calls 475 solved; a random player gets about 22."""
    project = stamp(task=TASK)
    name(project, "CartPole-v1")
    project.commit()
    project.succeed("dvc", "repro")
    found = json.loads(result(project, "comparison.json"))
    assert [metric["name"] for metric in found["metrics"]] == ["mean_return", "solved"]
    for method in ("baseline", "novel"):
        assert found["methods"][method]["metrics"]["mean_return"]["mean"] > 300
    for figure in ("game", "returns"):
        assert (project.path / f"results/figures/{figure}.svg").stat().st_size > 1000
    card = (project.path / "deliverables/data_card.md").read_text(encoding="utf-8")
    assert "CartPole-v1" in card
    for path in (*project.path.glob("deliverables/*.md"), *project.path.glob("results/figures/*.svg")):
        assert "chess" not in path.read_text(encoding="utf-8").lower()
    assert "didn't change" in project.succeed("dvc", "repro")
    tested = project.run("python", "-m", "pytest", "-q", "tests", timeout=900)
    assert tested.returncode == 0, tested.stdout


@pytest.mark.slow
@pytest.mark.parametrize("environment", ["Acrobot-v1", "MountainCar-v0", "FrozenLake-v1", "CliffWalking-v1"])
def test_other_environments_run_through(stamp: Stamp, environment: str) -> None:
    project = stamp(task=TASK)
    name(project, environment, train={"epochs": 1}, seeds=[0, 1])
    project.write("params.yaml", "games: 320", "games: 80")
    project.commit()
    project.succeed("dvc", "repro")
    assert "mean_return" in json.loads(result(project, "comparison.json"))["methods"]["novel"]["metrics"]
