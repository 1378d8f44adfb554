"""The process that writes to MLflow while its parent trains: ``python -m lab.tracking <folder>``."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from pathlib import Path

from lab.tracking.follower import GOODBYE
from lab.tracking.server import be_quick_and_quiet, reason, tracking_uri

POLL_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0

SHARE = 0.01
"""Of a processor that looking for news may take: it is longer until the next look if the last one took long."""

WORKERS_SECONDS = 10.0
"""How long the data-loading workers of a killed trainer may live, and hold its lock."""


def step_back() -> None:
    """Give way to the trainer on the processors."""
    if hasattr(os, "nice"):
        os.nice(19)
    # Linux shares processors between sessions first, and niceness counts only within one (man 7 sched, autogroup).
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text("19", encoding="ascii")


def follow(folder: Path) -> None:
    """What the child does: look once a second or less often, write what is new, and end soon after its parent."""
    be_quick_and_quiet(seconds=5, retries=1)
    last_words: list[bytes] = []
    left = threading.Event()

    def listen() -> None:
        last_words.append(sys.stdin.buffer.read(1))  # nothing, if the parent was killed
        left.set()

    threading.Thread(target=listen, daemon=True).start()
    writer, machine, pause, deadline = None, None, 0.0, 0.0
    while True:
        ending = left.wait(pause)
        deadline = deadline or (time.monotonic() + WORKERS_SECONDS if ending else 0.0)
        try:
            from lab.tracking.machine import Machine
            from lab.tracking.writer import MLflowWriter

            writer = writer or MLflowWriter(tracking_uri())
            machine = machine or Machine(tracking_uri())
            began = time.process_time()
            done = writer.sync(folder)
            machine.watch(writer.training())
            pause = min(LONGEST_PAUSE_SECONDS, max(POLL_SECONDS, (time.process_time() - began) / SHARE))
            problem, training = "; ".join(done.problems), done.training
        except Exception as error:
            # Whatever it is, it may be over soon: try again, more slowly each time.
            writer, problem, training = None, reason(error), 0
            pause = min(LONGEST_PAUSE_SECONDS, 2 * max(POLL_SECONDS, pause))
        if ending:
            if GOODBYE in last_words or not training or time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
    with contextlib.suppress(OSError):  # the parent may have ended
        os.write(sys.stdout.fileno(), problem.encode())
    os._exit(0)  # all is written; unloading MLflow's modules takes longer than writing a run


if __name__ == "__main__":
    if "background" in sys.argv:
        step_back()
    follow(Path(sys.argv[1]))
