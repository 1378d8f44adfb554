"""Shared storage: one member names it and pushes, another pulls, from a folder and from a real S3 server."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Project, Stamp
from pipeline import stages_run

from lab.collaboration.remote import add_remote
from lab.errors import UserError

KEYS = {"AWS_ACCESS_KEY_ID": "member", "AWS_SECRET_ACCESS_KEY": "of-the-team", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server on this machine, with the bucket ``team``."""
    import boto3

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        s3 = boto3.client(
            "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        s3.create_bucket(Bucket="team")
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def trained(stamp: Stamp, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A member's clone with one short training. Tests work on a copy."""
    project = stamp(tmp_path_factory.mktemp("trained") / "project")
    project.write("params.yaml", "seeds: [0, 1, 2] ", "seeds: [0] ")
    project.write("params.yaml", "  epochs: 30 ", "  epochs: 1 ")
    project.commit()
    project.succeed("dvc", "repro", "train@baseline")
    return project


def push_and_pull(trained: Project, folder: Path, address: str, endpoint_url: str = "", **keys: str) -> Project:
    """One names the storage and pushes; the other clones, pulls, and has the same runs."""
    a = Project(Path(shutil.copytree(trained.path, folder / "a", symlinks=True)))
    assert "can be reached: commit .dvc/config" in name(a, address, endpoint_url, **keys)
    a.commit("Share")
    a.succeed("dvc", "push", **keys)
    b = Project(folder / "b")
    a.succeed("git", "clone", "--quiet", str(a.path), str(b.path))
    b.run("dvc", "pull", "--allow-missing", **keys)  # what no stage has made yet is missing
    for file in ("predictions.parquet", "model.safetensors", "run.json"):
        path = f"runs/baseline/0/{file}"
        assert (a.path / path).read_bytes() == (b.path / path).read_bytes()
    assert stages_run(b.succeed("dvc", "repro", "train@baseline")) == set()
    return a


@pytest.mark.slow
def test_a_folder_is_shared(trained: Project, tmp_path: Path) -> None:
    push_and_pull(trained, tmp_path, str(tmp_path / "our storage"))


@pytest.mark.slow
def test_s3_is_shared_and_no_key_is_committed(trained: Project, tmp_path: Path, server: str) -> None:
    a = push_and_pull(trained, tmp_path, "s3://team/project", server, **KEYS)
    committed = a.succeed("git", "show", "HEAD:.dvc/config")
    assert server in committed
    assert "of-the-team" not in committed


def name(project: Project, address: str, endpoint_url: str, **variables: str) -> str:
    """What `lab setup` does of this, alone."""
    call = f"from lab.collaboration.remote import add_remote; add_remote({address!r}, {endpoint_url!r})"
    return project.succeed("python", "-c", call, **variables)


def test_what_cannot_be_reached_is_told_and_named_all_the_same(stamp: Stamp, tmp_path: Path, server: str) -> None:
    project = stamp()
    project.commit()
    assert "can be reached" in name(project, "s3://team/x", server, **KEYS)
    assert "cannot be reached yet" in name(project, "s3://nobody/x", server, **KEYS)
    keyless = dict.fromkeys(KEYS, "") | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
    assert "Each member gives keys once" in name(project, "s3://team/x", server, **keyless)
    assert server in (project.path / ".dvc/config").read_text(encoding="utf-8")


def test_addresses_that_cannot_be_used_change_nothing(stamp: Stamp, monkeypatch: pytest.MonkeyPatch) -> None:
    project = stamp()
    monkeypatch.chdir(project.path)
    before = Path(".dvc/config").read_bytes()
    for address, endpoint, told in [
        ("gdrive://x", "", "Google refuses DVC's sign-in"),
        ("s4://x", "", "one of s3://, ssh://"),
        ("ssh://me@host/x", "", 'run `uv add "dvc\\[ssh\\]"`'),
        ("s3://me:secret@host/x", "", "holds a password"),
        ("/資料", "", "ASCII letters alone"),
        ("inside", "", "lies inside this project"),
        ("", "http://host", "needs --remote"),
        ("../beside", "http://host", "begins with s3://"),
    ]:
        with pytest.raises(UserError, match=told):
            add_remote(address, endpoint)
    assert Path(".dvc/config").read_bytes() == before
    line = project.fail("python", "-m", "lab.cli", "setup", "--remote", "gdrive://x")
    assert line.startswith("error: --remote: Google refuses")
