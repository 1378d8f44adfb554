"""A user's mistake ends in one clear line; only our own mistakes end in a traceback."""

import sys
from collections.abc import Callable


class UserError(Exception):
    """What is wrong, where, and how to mend it: one line that a student can act on."""


def run(main: Callable[[], None]) -> None:
    """Call ``main``; on a ``UserError`` print its line and leave with exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not speak UTF-8 by itself
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        main()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None
