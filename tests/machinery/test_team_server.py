"""A team's server, as template/team_server starts it: accounts, PostgreSQL, an S3 store; and three write at once."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from project_copy import edit
from small_project import SmallProject
from team_server import FOLDER, MEMBERS, SECRETS, TeamServer, composed, missing, variables
from tracked import wait_for, write_comparison

UNTIL_GO = """
            while self.steps > 20 and not os.path.exists("go"):
                time.sleep(0.1)
"""
"""Trainings wait for the server's death: on a busy machine they would be over before anything of them is there."""


def test_nothing_starts_without_secrets_and_none_is_in_the_tree() -> None:
    for name in SECRETS:
        with pytest.raises(KeyError, match=name):
            composed(**SECRETS | {name: ""})
    told = "".join(path.read_text(encoding="utf-8") for path in FOLDER.iterdir())
    assert set(re.findall(r"(?:PASSWORD|KEY): (?!\$\{)(.*)", told)) == set()
    assert not (FOLDER / ".env").exists()
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r'uv run python -c "(.*)"', page)
    assert set(re.findall(r"[A-Z_]{8,}", line)) == set(SECRETS)
    assert ".env" in (FOLDER.parent / ".gitignore.jinja").read_text(encoding="utf-8").splitlines()


def test_only_this_machine_reaches_it_until_somebody_says_otherwise() -> None:
    services = composed(**SECRETS)["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"mlflow"}
    assert services["mlflow"]["ports"] == ["127.0.0.1:5050:5000"]
    assert composed(**SECRETS, BIND="0.0.0.0")["services"]["mlflow"]["ports"] == ["0.0.0.0:5050:5000"]
    command = services["mlflow"]["command"]
    assert "--app-name=basic-auth" in command
    assert "--allowed-hosts=localhost:*,127.0.0.1:*" in command
    assert "--disable-security-middleware" not in command


def test_the_line_that_writes_the_secrets_writes_new_ones_each_time(tmp_path: Path) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r'uv run python -c "(.*)"', page)
    (tmp_path / "team_server").mkdir()
    found = []
    for _ in range(2):
        subprocess.run([sys.executable, "-c", line], cwd=tmp_path, check=True)
        lines = (tmp_path / "team_server/.env").read_text(encoding="utf-8").splitlines()
        found.append(dict(each.split("=", 1) for each in lines))
    assert set(found[0]) == set(SECRETS)
    assert len({value for one in found for value in one.values()}) == 2 * len(SECRETS)
    assert all(len(value) >= 24 for one in found for value in one.values())


@pytest.fixture(scope="module")
def server() -> Iterator[TeamServer]:
    if lacking := missing():
        pytest.skip(lacking)
    team = TeamServer()
    try:
        team.start()
        for name, password in MEMBERS.items():
            account = {"username": name, "password": password}
            url = f"{team.address}/api/2.0/mlflow/users/create"
            made = requests.post(url, json=account, auth=("admin", SECRETS["MLFLOW_AUTH_ADMIN_PASSWORD"]), timeout=60)
            assert made.ok, made.text
        yield team
    finally:
        team.close()


@pytest.mark.slow
def test_strangers_and_other_names_are_refused(server: TeamServer) -> None:
    url = f"{server.address}/api/2.0/mlflow/experiments/search"
    body, member, admin = {"max_results": 1}, ("wei", MEMBERS["wei"]), ("admin", SECRETS["MLFLOW_AUTH_ADMIN_PASSWORD"])
    assert requests.post(url, json=body, timeout=60).status_code == 401
    assert requests.post(url, json=body, auth=("wei", "guessed, and long"), timeout=60).status_code == 401
    assert requests.post(url, json=body, auth=("admin", "password1234"), timeout=60).status_code == 401
    assert requests.post(url, json=body, auth=member, timeout=60).status_code == 200
    foreign = requests.post(url, json=body, auth=member, headers={"Host": "evil.example"}, timeout=60)
    assert foreign.status_code == 403
    assert requests.get(f"{server.address}/signup", auth=admin, timeout=60).status_code == 200
    assert requests.get(f"{server.address}/signup", auth=member, timeout=60).status_code == 403


@pytest.mark.slow
def test_a_wrong_password_is_told_in_one_line(server: TeamServer, tmp_path: Path) -> None:
    project = SmallProject(tmp_path / "project", seeds=[0], train={"epochs": 1})
    done = project.train("baseline", **variables(server, "wei") | {"MLFLOW_TRACKING_PASSWORD": "forgotten"})
    assert done.returncode == 0
    assert project.record()["status"] == "finished"
    told = [line for line in done.stderr.splitlines() if line.startswith("tracking: ")]
    assert len(told) == 1
    assert "401" in told[0]
    assert "forgotten" not in done.stderr


@pytest.mark.slow
def test_three_who_train_at_once_lose_nothing_when_the_server_is_killed(
    server: TeamServer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Two of them train one method, with other seeds: its parent is there once as well."""
    plans: dict[str, tuple[str, list[int]]] = {
        "yi-ting": ("baseline", [0, 1]),
        "wei": ("baseline", [2]),
        "mei": ("own_step", [0, 1]),
    }
    clones = {}
    for member, (_, seeds) in plans.items():
        clones[member] = SmallProject(tmp_path / member, seeds=seeds)
        code = clones[member].folder / "src/lab"
        edit(str(code / "tasks/small/baseline.py"), "time.sleep(self.pause)", UNTIL_GO)
        edit(
            code / "tracking/__main__.py", "        step_back()", "        pass"
        )  # or it gets no turn on a busy machine
    started = {
        member: clones[member].start(method, **variables(server, member)) for member, (method, _) in plans.items()
    }
    for process in started.values():
        request.addfinalizer(process.kill)
    wait_for(lambda: len([run for run in runs(server, "t") if "train/loss" in run.data.metrics]) >= 3)
    server.kill("mlflow", "database")
    for clone in clones.values():
        (clone.folder / "go").touch()
    for member, process in started.items():
        said = process.communicate(timeout=300)[1]
        assert process.returncode == 0, (member, said)
        assert said.count("uv run lab sync") == 1, (member, said)
    server.start()
    sync_at_once(server, {member: clone.folder for member, clone in clones.items()})
    found = runs(server, "t")
    there = Counter((run.data.tags["method"], run.data.tags["seed"]) for run in found)
    expected = [(method, str(seed)) for method, seeds in plans.values() for seed in seeds]
    assert there == Counter([*expected, ("baseline", "all"), ("own_step", "all")])
    parents = {run.info.run_id: run for run in found if run.data.tags["seed"] == "all"}
    for member, (method, numbers) in plans.items():
        for seed in numbers:
            record = clones[member].record(method, seed)
            (run,) = (one for one in found if one.data.tags["lab.key"] == record["key"])
            assert run.info.status == "FINISHED"
            assert parents[run.data.tags["mlflow.parentRunId"]].data.tags["method"] == method
            history = pd.read_csv(clones[member].run(method, seed) / "history.csv")
            curve = client(server).get_metric_history(run.info.run_id, "train/loss")
            assert [(one.step, one.value) for one in curve] == list(
                zip(history["epoch"], history["train_loss"], strict=True)
            )


@pytest.mark.slow
def test_three_who_sync_the_same_runs_at_once_double_nothing(
    server: TeamServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after ``dvc pull``, to a server that is empty: each clone finds nothing there, and all of it missing."""
    first = SmallProject(tmp_path / "yi-ting", seeds=[0, 1], train={"epochs": 2})
    about = first.folder / "project.toml"
    about.write_text(about.read_text(encoding="utf-8").replace('slug = "t"', 'slug = "pulled"'), encoding="utf-8")
    for method in ("baseline", "own_step"):
        assert first.train(method, LAB_LAUNCHED="1").returncode == 0  # without MLflow
    monkeypatch.chdir(first.folder)
    write_comparison({"baseline": 0.5, "own_step": 0.25}, champion="own_step", seeds=(0, 1))
    clones = {member: tmp_path / member for member in MEMBERS}
    for member in list(MEMBERS)[1:]:
        shutil.copytree(first.folder, clones[member])
    sync_at_once(server, clones)
    seeds = Counter((run.data.tags["method"], run.data.tags["seed"]) for run in runs(server, "pulled"))
    assert seeds == Counter((method, seed) for method in ("baseline", "own_step") for seed in ("0", "1", "all"))
    (version,) = client(server).search_model_versions("name = 'pulled'")
    weights = client(server).download_artifacts(str(version.run_id), "model/model.safetensors", str(tmp_path))
    assert Path(weights).read_bytes() == (first.run("own_step") / "model.safetensors").read_bytes()
    assert client(server).get_model_version_by_alias("pulled", "champion").version == version.version
    again = sync_at_once(server, clones)
    assert all("0 runs created, 0 updated, 4 already up to date" in said for said in again), again


def sync_at_once(server: TeamServer, clones: dict[str, Path]) -> list[str]:
    """``lab sync`` of all members at the same moment; what each said."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "lab.cli", "sync"],
            cwd=folder,
            env=os.environ | variables(server, member) | {"PYTHONPATH": str(folder / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        for member, folder in clones.items()
    ]
    said = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(started), "\n".join(said)
    return said


def client(server: TeamServer) -> MlflowClient:
    os.environ |= {"MLFLOW_TRACKING_USERNAME": "wei", "MLFLOW_TRACKING_PASSWORD": MEMBERS["wei"]}
    return MlflowClient(server.address)


def runs(server: TeamServer, slug: str) -> list[Run]:
    experiment = client(server).get_experiment_by_name(slug)
    if experiment is None:
        return []
    return list(client(server).search_runs([experiment.experiment_id], "", ViewType.ACTIVE_ONLY))
