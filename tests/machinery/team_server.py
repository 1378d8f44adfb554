"""The team's server as ``template/team_server/compose.yaml`` starts it, without containers: its words and variables."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
import yaml
from tracked import free_port, stop, wait_for

FOLDER = Path(__file__).parents[2] / "template/team_server"
SECRETS = {
    "POSTGRES_PASSWORD": "of the database",
    "STORE_PASSWORD": "of-the-store",
    "MLFLOW_AUTH_ADMIN_PASSWORD": "of the administrator",
    "MLFLOW_FLASK_SERVER_SECRET_KEY": "signs cookies",
}

MEMBERS = {"yi-ting": "a word of twelve", "wei": "another word of it", "mei": "the third one's word"}


def composed(**variables: str) -> dict[str, Any]:
    """``compose.yaml`` with its variables filled in as Compose does: ``${A:-usual}`` and ``${A:?complaint}``."""

    def value(found: re.Match[str]) -> str:
        name, kind, word = found.groups()
        if kind == "?" and not variables.get(name):
            raise KeyError(name)
        return variables.get(name) or word

    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(re.sub(r"\$\{(\w+):([-?])([^}]*)\}", value, text))


def missing() -> str:
    """What this machine lacks for it; empty if nothing."""
    programs = [name for name in ("initdb", "postgres", "psql") if program(name) is None]
    return f"PostgreSQL is not installed (Debian: postgresql): no {', '.join(programs)}" if programs else ""


def program(name: str) -> str | None:
    # Debian keeps the programs of a server off the PATH.
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


class TeamServer:
    """PostgreSQL, an S3 store and MLflow with accounts; each can be killed and started again."""

    def __init__(self) -> None:
        self.services = composed(**SECRETS)["services"]
        self.config = composed(**SECRETS)["configs"]["auth"]["content"]
        self.ports = {name: free_port() for name in ("database", "store", "mlflow")}
        self.address = f"http://127.0.0.1:{self.ports['mlflow']}"
        self.running: dict[str, subprocess.Popen] = {}
        # PostgreSQL refuses to run as root, and another user cannot read pytest's folders.
        is_root = os.name == "posix" and os.geteuid() == 0
        self.owner: dict[str, Any] = {"user": "postgres", "group": "postgres"} if is_root else {}
        self.folder = Path(tempfile.mkdtemp())
        if self.owner:
            shutil.chown(self.folder, **self.owner)
        password = self.folder / "password"
        password.write_text(SECRETS["POSTGRES_PASSWORD"], encoding="utf-8")
        self._done("initdb", "--username=mlflow", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8")

    def _done(self, name: str, *arguments: str) -> None:
        command = [str(program(name)), *arguments, str(self.folder / "data")]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, **self.owner)

    def environment(self) -> dict[str, str]:
        """Of MLflow: what compose.yaml says, with this machine's places."""
        told = {name: str(value) for name, value in self.services["mlflow"]["environment"].items()}
        auth = self.folder / "auth.ini"
        auth.write_text(self.config, encoding="utf-8")
        places = {"PGHOST": "127.0.0.1", "PGPORT": str(self.ports["database"]), "MLFLOW_AUTH_CONFIG_PATH": str(auth)}
        store = {"MLFLOW_S3_ENDPOINT_URL": f"http://127.0.0.1:{self.ports['store']}"}
        plain = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        return plain | told | places | store

    def start(self) -> None:
        """Start what does not run, and wait until MLflow answers."""
        port = str(self.ports["database"])
        command = [str(program("postgres")), "-D", "data", "-p", port, "-h", "127.0.0.1", "-k", str(self.folder)]
        self._run("database", command, **self.owner)
        store = ["-m", "moto.server", "--host=127.0.0.1", f"--port={self.ports['store']}"]
        if "store" not in self.running:
            self._run("store", [sys.executable, *store])
            wait_for(self._bucket)
        environment = self.environment()
        query = [str(shutil.which("psql") or program("psql")), "--username=mlflow", "--command"]

        def asked(database: str, statement: str) -> bool:
            command = [*query, statement, database]
            return subprocess.run(command, env=environment, capture_output=True).returncode == 0

        wait_for(lambda: asked("postgres", "select 1"))
        if not asked("mlflow", "select 1"):
            assert asked("postgres", "create database mlflow")
        words = self.services["mlflow"]["command"]
        changed = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=5000": f"--port={self.ports['mlflow']}"}
        self._run("mlflow", [sys.executable, "-m", *(changed.get(word, word) for word in words)], env=environment)
        wait_for(self._answers)

    def _run(self, name: str, command: list[str], **options: Any) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            options |= {"cwd": self.folder, "stdout": log, "stderr": log, "start_new_session": True}
            self.running[name] = subprocess.Popen(command, **options)

    def _bucket(self) -> bool:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        try:
            boto3.client("s3", endpoint_url=f"http://127.0.0.1:{self.ports['store']}", **keys).create_bucket(
                Bucket=self.services["store"]["environment"]["S3_BUCKET"]
            )
        except Exception:
            return False
        return True

    def _answers(self) -> bool:
        import requests

        log = (self.folder / "mlflow.log").read_text(encoding="utf-8", errors="replace")
        assert self.running["mlflow"].poll() is None, log[-3000:]
        try:
            return requests.get(f"{self.address}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self, *names: str) -> None:
        """Without a word, as a power cut does."""
        for name in names:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself
                stop(self.running.pop(name))
        (self.folder / "data/postmaster.pid").unlink(missing_ok=True)

    def close(self) -> None:
        self.kill(*list(self.running))
        shutil.rmtree(self.folder, ignore_errors=True)


def variables(server: TeamServer, member: str) -> dict[str, str]:
    """What README.md tells a member to set."""
    return {
        "MLFLOW_TRACKING_URI": server.address,
        "MLFLOW_TRACKING_USERNAME": member,
        "MLFLOW_TRACKING_PASSWORD": MEMBERS[member],
    }
