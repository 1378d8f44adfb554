"""``uv run lab ui``: MLflow's pages, open where methods are compared."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
import warnings
import webbrowser
from pathlib import Path

from lab.console import localised, padded, said, tell
from lab.errors import UserError
from lab.paths import RUNS
from lab.tracking.server import reason, store, tracking_uri
from lab.tracking.sync import caught_up

HOST = "127.0.0.1"
PORTS = range(5000, 5050)
"""Where a free port is looked for: a browser keeps what one chose on MLflow's pages by host and port."""

FIRST_CHOICES = {
    "mlflow.workflowType_v1": "machine_learning",
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": True,
    "mlflow.settings.telemetry.enabled_v1": False,
    "mlflow.telemetry.info.alert.dismissed_v1": True,
}
"""What MLflow's pages keep in the browser, until somebody chooses otherwise: model training, no chat that opens by
itself, nothing reported to anyone."""


def main(port: int | None, browser: bool) -> None:
    """Bring MLflow up to date, print the pages' addresses and open the first; serve them if no server does."""
    uri = tracking_uri()
    if uri == "sqlite:///mlflow.db" and not Path("mlflow.db").is_file() and not any(RUNS.rglob("run.json")):
        raise UserError("there is nothing to show yet: `uv run dvc repro` trains and compares all methods")
    is_remote = uri.startswith(("http://", "https://"))
    if is_remote and port is not None:
        raise UserError(f"--port: the server at {store()} has its own; without MLFLOW_TRACKING_URI one is started here")
    socket_ = None if is_remote else _listen(port)  # before anything that takes time
    tell("commands.syncing", store=store())
    try:
        writer, done = caught_up(uri)
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"MLflow at {store()} cannot be shown: {reason(error)}") from None
    for problem in done.problems:
        tell("commands.note", text=localised(problem))
    server = store() if socket_ is None else f"http://{HOST}:{socket_.getsockname()[1]}"
    pages = writer.pages(server.rstrip("/"))
    for name, address in pages.items():
        print(f"{padded(said(f'commands.{name}_page'), 17)} {address}", flush=True)
    first = next(iter(pages.values()))
    if socket_ is not None:
        serve(uri, socket_, first, browser)
    elif browser:
        webbrowser.open(first)


def _listen(port: int | None) -> socket.socket:
    for candidate in PORTS if port is None else [port]:
        listener = socket.socket()
        if os.name == "posix":  # or a port stays taken for a minute after its server; Windows would share it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
            listener.listen()  # now: until then a second `lab ui` would be given the same port
            return listener
        except (OSError, OverflowError):
            listener.close()
    if port is None:
        raise UserError(f"no port from {PORTS[0]} to {PORTS[-1]} is free: choose another with --port")
    raise UserError(f"port {port} cannot be used: leave --port out, and a free one is taken")


def serve(uri: str, listener: socket.socket, first: str, browser: bool) -> None:
    """MLflow's server in this process, until Ctrl+C; ``first`` is what its address alone leads to.

    `mlflow ui` starts fifteen processes: for jobs and for language models, of which this project has none.
    """
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    from mlflow.server import constants

    # What `mlflow server` tells the processes that it starts.
    os.environ[constants.BACKEND_STORE_URI_ENV_VAR] = os.environ[constants.REGISTRY_STORE_URI_ENV_VAR] = uri
    with warnings.catch_warnings(action="ignore"):
        import uvicorn
        from mlflow.server.fastapi_app import app
        from starlette.responses import HTMLResponse
        from starlette.routing import Route

    async def begin(_: object) -> HTMLResponse:
        return HTMLResponse(_beginning(first))

    app.router.routes.insert(0, Route("/begin", begin))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))

    def announce() -> None:
        while not server.started:
            time.sleep(0.05)
        tell("commands.stop")
        if browser:
            webbrowser.open(f"http://{HOST}:{listener.getsockname()[1]}/begin")

    threading.Thread(target=announce, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn passes it on when it has closed everything
        server.run(sockets=[listener])


def _beginning(page: str) -> str:
    """A page that makes the first choices, where none was made, and goes on to ``page``."""
    choices = json.dumps({name: json.dumps(value) for name, value in FIRST_CHOICES.items()})
    keep = "for (const [name, value] of Object.entries(choices)) localStorage[name] ??= value"
    return f"<!doctype html><script>const choices = {choices}; {keep}; location.replace({json.dumps(page)})</script>"
