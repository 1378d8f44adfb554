"""A user's mistake ends in one clear line; only our own mistakes end in a traceback.

A mistake in a team's own code is told with its place: ``in_team_code`` finds the team's lines in what was raised,
``ask`` calls a function of the team, and ``wrong`` says what it returned that cannot be used.
"""

from __future__ import annotations

import builtins
import inspect
import re
import sys
import traceback
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from lab.messages import translated, written_language
from lab.words import speaker

Answer = TypeVar("Answer")

ROOM = re.compile(r"[\\/]lab[\\/]tasks[\\/]\w+[\\/]")
"""In the path of a file that is the team's."""

SHOWN = 6
"""Lines of the team's code that are shown above the message: the last ones, where it went wrong."""

PACKAGES = {"cv2": "opencv-python-headless", "PIL": "pillow", "skimage": "scikit-image", "sklearn": "scikit-learn"}
"""Packages that are installed under another name than they are imported by."""


class UserError(Exception):
    """What is wrong, where, and how to fix it: one line that a student can act on."""

    frames = ""
    """The lines of the team's code that led there; empty if the mistake is not in code."""


def run(main: Callable[[], None]) -> None:
    """Call ``main``; on a ``UserError`` or a mistake in a team's code print its line and leave with exit code 1.

    Ctrl-C ends it with a line as well, and the code that shells give it.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not use UTF-8 by itself
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        main()
    except (Exception, SystemExit) as error:
        told = error if isinstance(error, UserError) else in_team_code(error)
        if told is None:
            raise
        language = written_language()
        shown = speaker(language)("console.error", text=translated(str(told), language))
        print(told.frames + shown, file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print(speaker(written_language())("console.interrupted"), file=sys.stderr)
        raise SystemExit(130) from None


def ask(function: Callable[..., Answer], *arguments: Any, of: Any = None, **options: Any) -> Answer:
    """What a function of the team returns; what it raises is shown as a mistake in it.

    ``of`` is what to name in place of ``function``, where the team's code is only reached through it.
    """
    try:
        return function(*arguments, **options)
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        if is_out_of_memory(error):
            raise
        raise in_team_code(error) or wrong(of or function, f"fails: {_described(error)}") from None


def wrong(thing: Any, text: str) -> UserError:
    """The mistake that a function or class of the team has: its place, its name, and ``text``."""
    named = "" if isinstance(thing, ModuleType) else f": {_name(thing)} "
    return UserError(f"{place(thing)}{named}{text}")


def is_out_of_memory(error: BaseException) -> bool:
    """Of a GPU or of the machine: no mistake in the code, but a batch that is too large."""
    return type(error).__name__ == "OutOfMemoryError" or "not enough memory" in str(error)


def in_team_code(error: BaseException) -> UserError | None:
    """``error`` with the line of the team's code that it comes from; None if it comes from none, or from no memory."""
    if is_out_of_memory(error):
        return None
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if ROOM.search(frame.filename)]
    described = _described(error)
    if isinstance(error, SyntaxError) and ROOM.search(error.filename or ""):
        frames.append(traceback.FrameSummary(str(error.filename), error.lineno or 0, "<module>", line=error.text or ""))
    if not frames:  # in a process that loads data, of which only the text is left
        found = re.findall(r'File "([^"]+)", line (\d+), in (\S+)', str(error))
        frames = [traceback.FrameSummary(path, int(line), name) for path, line, name in found if ROOM.search(path)]
        described = str(error).rstrip().rpartition("\n")[2]
    if not frames:
        return None
    last = frames[-1]
    where = "" if last.name == "<module>" else f", in {last.name}"
    told = UserError(f"{_shown(last.filename)}, line {last.lineno}{where}: {described}")
    told.frames = "".join(
        f'  File "{_shown(frame.filename)}", line {frame.lineno}, in {frame.name}\n    {(frame.line or "").strip()}\n'
        for frame in frames[-SHOWN:]
    )
    return told


def a(value: Any) -> str:
    """What kind of thing ``value`` is, as a person says it."""
    if value is None:
        return "None (is a return missing?)"
    kind = type(value).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def place(thing: Any) -> str:
    """File and line where the team defines a function, method, class or module."""
    if isinstance(thing, ModuleType):
        return _shown(str(thing.__file__))
    function = inspect.unwrap(getattr(thing, "__func__", thing))
    inherited = inspect.ismethod(thing) and re.match(r"lab\.(?!tasks\.)", function.__module__)
    if inherited:  # the class is what is the team's
        function = type(thing.__self__)
    try:
        return f"{_shown(str(inspect.getsourcefile(function)))}, line {max(1, inspect.getsourcelines(function)[1])}"
    except (OSError, TypeError):
        return str(getattr(function, "__module__", "the team's code"))


def one_line(error: BaseException) -> str:
    """The message of ``error``, as far as a line holds it."""
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else f"{text[:299]}…"


def _name(thing: Any) -> str:
    """``loss of Perceptron``, ``score``."""
    owner = f" of {type(thing.__self__).__name__}" if inspect.ismethod(thing) else ""
    return f"{getattr(thing, '__name__', type(thing).__name__)}{owner}"


def _shown(path: str) -> str:
    """A path as the team sees it in its editor: from the project's folder on."""
    file = Path(path).absolute()
    return (file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file).as_posix()


def _described(error: BaseException) -> str:
    """What was raised in one line, with the fix of usual mistakes."""
    text = one_line(error)
    if isinstance(error, SystemExit):
        return "exit() ends the whole program: remove it, or raise an error that says what is wrong"
    described = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        if top == "lab":
            return f"{described}: look for a misspelling of the file's name"
        return f"{described}: install it with `uv add {PACKAGES.get(top, top)}`, if that is its package's name"
    if "before Module.__init__() call" in text:
        return f"{described}: call super().__init__() first"
    return described + _near(error)


def _near(error: BaseException) -> str:
    """What a misspelt name may have been meant to be."""
    name = getattr(error, "name", None)
    if not isinstance(name, str) or not isinstance(error, NameError | AttributeError):
        return ""
    known = dir(error.obj) if isinstance(error, AttributeError) else dir(builtins)
    if isinstance(error, NameError) and error.__traceback__:
        frame = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1]
        known = [*frame.f_locals, *frame.f_globals, *known]
    close = [each for each in get_close_matches(name, known, n=1) if each != name]
    return f": did you mean {close[0]!r}?" if close else ""


def some(names: list[str], most: int = 5) -> str:
    """The first names, and how many there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
