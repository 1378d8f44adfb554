"""A request to stop, heard between two steps instead of in the middle of one."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


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
