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
    """What went wrong, in one line that fits a screen."""
    text = re.sub(r"//[^/@\s]*@", "//", " ".join(str(error).split()))
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
