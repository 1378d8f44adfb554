"""Training on a cluster: a real Slurm of one machine is started, and a training of two processes submitted to it.

It needs Debian's packages ``slurm-wlm`` and ``munge``, or the same programs from elsewhere.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from small_project import SmallProject

ROOT = Path(__file__).resolve().parent.parent

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "scancel")
SEARCHED = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"])
MISSING = [name for name in PROGRAMS if shutil.which(name, path=SEARCHED) is None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}: apt-get install slurm-wlm munge"),
]

CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=30
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(command: list[str], expected: str, variables: dict[str, str], logs: Path) -> None:
    until = time.monotonic() + 60
    while expected not in (said := subprocess.run(command, env=variables, capture_output=True, text=True)).stdout:
        if time.monotonic() > until:
            written = {path.name: path.read_text()[-2000:] for path in logs.glob("*.log")}
            pytest.fail(f"{' '.join(command)}: {said.stdout}{said.stderr}\n{written}")
        time.sleep(0.2)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment variables with which Slurm's commands reach a cluster that lives as long as this module's tests."""
    folder = tmp_path_factory.mktemp("slurm")
    for path in (folder, folder / "state", folder / "spool"):
        path.mkdir(mode=0o755, exist_ok=True)
        path.chmod(0o755)
    host = socket.gethostname().partition(".")[0]
    names = {"folder": folder, "host": host, "user": getpass.getuser()}
    text = CONFIGURATION.format(controller_port=free_port(), node_port=free_port(), **names)
    (folder / "slurm.conf").write_text(text, encoding="utf-8")
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "SBATCH_"))}
    variables = inherited | {"PATH": SEARCHED, "SLURM_CONF": str(folder / "slurm.conf")}
    munge = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munge.pid", "log-file": "munged.log"}
    options = [f"--{option}={folder / name}" for option, name in (munge | {"seed-file": "munge.seed"}).items()]
    with ExitStack() as daemons:
        # Temporary folders belong to everyone: munged must be told that this is fine.
        for command in (["munged", "--foreground", "--force", *options], ["slurmctld", "-D"], ["slurmd", "-D"]):
            if command[0] == "slurmctld":
                wait_for(["ls", str(folder)], "munge.socket", variables, folder)
            with (folder / f"{command[0]}.output.log").open("w") as output:
                daemon = subprocess.Popen(command, env=variables, stdout=output, stderr=output)
            daemons.callback(end, daemon)
        wait_for(["sinfo", "--noheader", "--format=%T"], "idle", variables, folder)
        yield variables


def end(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    try:
        daemon.wait(20)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def states(cluster: dict[str, str]) -> str:
    return subprocess.run(["squeue", "--noheader", "--format=%T"], env=cluster, capture_output=True, text=True).stdout


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return SmallProject(tmp_path / "a project 黃", seeds=[0, 1], launch={"processes": 2, "slurm": {"time": "10:00"}})


def test_each_seed_is_a_job_of_two_processes(cluster: dict[str, str], project: SmallProject) -> None:
    done = project.train(**cluster)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[seed 1] baseline, seed 1: epoch 4 of 4 kept" in done.stdout
    assert [project.record(seed=seed)["status"] for seed in (0, 1)] == ["finished", "finished"]
    assert not (project.folder / ".lab/baseline.holder").exists()
    numbers = project.numbers(seed=1)
    shutil.rmtree(project.folder / "runs")
    project.set(seeds=[1])
    assert project.train(LAB_LAUNCHED="1").returncode == 0
    assert numbers == pytest.approx(project.numbers(seed=1), abs=1e-5)


def test_a_failed_job_gives_its_exit_code_and_one_line(cluster: dict[str, str], project: SmallProject) -> None:
    project.set(seeds=[0], launch={"processes": 2, "slurm": {}}, methods={"baseline": {"fail": "not enough memory"}})
    done = project.train(**cluster)
    assert done.returncode == 1
    assert done.stderr.startswith("error: baseline, seed 0: out of memory: set train.accumulate in params.yaml to 2")
    assert "FAILED, NonZeroExitCode, exit code 1]; log: .lab/slurm/baseline-0-" in done.stderr
    assert done.stderr.count("\n") == 1
    assert project.record()["status"] == "failed"


def test_options_that_slurm_does_not_take_are_named(cluster: dict[str, str], project: SmallProject) -> None:
    project.set(launch={"slurm": {"partition": "moon"}})
    done = project.train(**cluster)
    assert done.returncode == 1
    assert done.stderr.startswith("error: params.yaml: launch.slurm: sbatch does not take the job: ")
    assert "moon" in done.stderr or "invalid partition" in done.stderr


def test_jobs_end_with_the_stage_and_continue(cluster: dict[str, str], project: SmallProject) -> None:
    slow = {"methods": {"baseline": {"dropout": 0.5, "pause": 0.05}}, "seeds": [0], "train": {"epochs": 8}}
    project.set(**slow, launch={"processes": 2, "slurm": {}})
    with project.start(**cluster) as stage:
        until = time.monotonic() + 120
        while not (project.run() / "history.csv").is_file():
            assert time.monotonic() < until
            time.sleep(0.2)
        stage.send_signal(signal.SIGTERM)
        said, complaint = stage.communicate(timeout=120)
    assert stage.returncode == 1
    assert complaint == "error: baseline: 1 Slurm jobs cancelled; `uv run dvc repro` continues from there\n", said
    assert states(cluster).strip() in ("", "COMPLETING")
    assert project.record()["status"] == "interrupted"
    assert (project.run() / "checkpoint.pt").is_file()
    assert project.train(**cluster).returncode == 0
    assert project.record()["status"] == "finished"
    assert not (project.run() / "checkpoint.pt").exists()
