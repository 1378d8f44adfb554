"""A request to stop, heard between two steps instead of in the middle of one, and passed on to other processes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

APART: dict[str, Any]
"""How a process is started in a group of its own. Below: by what it is asked to stop, and what it hears then."""
if sys.platform == "win32":
    APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    REQUEST, HEARD = signal.CTRL_BREAK_EVENT, signal.SIGBREAK
else:
    APART = {"process_group": 0}
    REQUEST = HEARD = signal.SIGTERM

STARTED = "LAB_STARTED"
"""Set for what ``start`` starts."""

SAVING_SECONDS = 120
"""How long processes that are to stop may take to save a checkpoint."""


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """A list that becomes true when a signal asks to stop; a second signal stops at once."""
    received: list[int] = []
    kinds = [signal.SIGINT, signal.SIGTERM, *([signal.SIGBREAK] if hasattr(signal, "SIGBREAK") else [])]

    def note(kind: int, _: Any) -> None:
        received.append(kind)
        signal.signal(kind, before[kind])

    before = {kind: signal.signal(kind, note) for kind in kinds}
    try:
        yield received
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def start(
    command: list[str], variables: dict[str, str] | None = None, log: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """A process that the terminal's Ctrl-C does not reach: ``end`` asks it to stop, once.

    Its standard input ends when this process does. What it says goes to ``log``, or where this process says it.
    """
    told: dict[str, Any] = {
        "env": os.environ | (variables or {}) | {STARTED: "1"},
        "stdin": subprocess.PIPE,
        "stdout": log,
        "stderr": log,
    }
    return subprocess.Popen(command, **told, **APART)


def end(children: list[subprocess.Popen[bytes]]) -> None:
    """Let those that still run save their checkpoints."""
    for child in children:
        if child.poll() is None:
            child.send_signal(REQUEST)
    for child in children:
        try:
            child.wait(SAVING_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin:
            child.stdin.close()


def stop_with_parent() -> None:
    """In a process that ``start`` started: stop when the other one has ended, since nobody would stop it later."""
    if STARTED not in os.environ:
        return

    def wait() -> None:
        os.read(0, 1)  # not by `sys.stdin`, which Python cannot close at the end while somebody waits for it
        signal.raise_signal(HEARD)

    threading.Thread(target=wait, daemon=True).start()
