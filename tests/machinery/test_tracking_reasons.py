"""Why MLflow is not up to date: one short line that says what to do, in the project's language."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from filelock import Timeout
from tracked import begin, default, finish, free_port

from lab.errors import UserError
from lab.messages import translated
from lab.tracking.server import reason
from lab.tracking.sync import main as main_sync
from lab.tracking.ui import _listen

pytest_plugins = ["tracked"]  # its fixtures
HERE = "see whether it runs, and whether MLFLOW_TRACKING_URI is its address"


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (
            "API request to http://a:b@x:9/api failed with exception HTTPConnectionPool(host='x', port=9): Max retries "
            'exceeded with url: /api (Caused by NewConnectionError("Failed: [Errno 111] Connection refused"))',
            f"no server answers there ([Errno 111] Connection refused): {HERE}",
        ),
        ("HTTPConnectionPool(host='x'): Max retries exceeded with url: /api", f"no server answers there: {HERE}"),
        (str(Timeout(".lab/mlflow-writer.lock")), "another command of this project writes to it: wait until it ends"),
        ("(sqlite3.OperationalError) database is locked [SQL: SELECT 1]", "another program writes to it: close that"),
        ("(sqlite3.OperationalError) no such table: runs [SQL: SELECT 1]", "(sqlite3.OperationalError) no such table"),
        ("Bad request to http://a:b@x/api", "Bad request to http://x/api"),
    ],
)
def test_a_reason_is_short_and_says_what_to_do(raised: str, told: str) -> None:
    said = reason(Exception(raised))
    assert said.startswith(told)
    assert "SQL" not in said
    if "answers" in said or "writes" in said:
        assert translated(said, "zh-TW") != said


def test_a_damaged_file_and_a_server_that_is_away_are_told_in_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(begin(), seconds=1.0)
    Path("mlflow.db").write_text("no database", encoding="utf-8")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", default())
    with pytest.raises(UserError, match=r"/mlflow\.db is not up to date: the file is damaged: move it away"):
        main_sync()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(UserError, match=r"is not up to date: no server answers there \(.*refused\): see whether"):
        main_sync()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows would share no port anyhow")
def test_two_that_start_at_the_same_moment_get_a_port_each() -> None:
    first, second = _listen(None), _listen(None)
    with first, second:
        assert first.getsockname() != second.getsockname()
