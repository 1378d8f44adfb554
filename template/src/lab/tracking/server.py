"""Which MLflow this project writes to, and how to reach it."""

from __future__ import annotations

import os
import re


def tracking_uri() -> str:
    """Where MLflow writes: without ``MLFLOW_TRACKING_URI`` the file that ``uv run mlflow ui`` shows by itself."""
    return os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"


def store() -> str:
    """``tracking_uri`` as it may be shown: without user name and password."""
    return re.sub(r"//[^/@]*@", "//", tracking_uri())


def reason(error: BaseException) -> str:
    """What went wrong, in one line that fits a screen; what to do, where that is known."""
    text = re.sub(r"//[^/@\s]*@", "//", " ".join(str(error).split()))
    if "Max retries exceeded" in text:
        why = re.search(r"\[Errno -?\d+\] [\w ]*|timed out|too many \d+ error responses", text)
        seen = f" ({why[0]})" if why else ""
        return f"no server answers there{seen}: see whether it runs, and whether MLFLOW_TRACKING_URI is its address"
    if "mlflow-writer.lock" in text:
        return "another command of this project writes to it: wait until it ends"
    if "database is locked" in text:
        return "another program writes to it: close that one"
    if "file is not a database" in text or "disk image is malformed" in text:
        return "the file is damaged: move it away, and `uv run lab sync` makes it anew from runs/"
    text = text.partition(" [SQL: ")[0]
    return text[:300] or type(error).__name__


def be_quick_and_quiet(seconds: int, retries: int) -> None:
    """Without these, MLflow waits minutes for a server that is away, and reports each table it creates."""
    defaults = {
        "MLFLOW_HTTP_REQUEST_TIMEOUT": str(seconds),
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": str(retries),
        "MLFLOW_LOGGING_LEVEL": "ERROR",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "OMP_NUM_THREADS": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
