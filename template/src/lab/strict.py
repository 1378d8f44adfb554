"""Files that a team writes by hand, read strictly: every mistake is named in one line, with what was probably meant."""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from lab.errors import UserError
from lab.files import read_text

LONGEST = 400
"""Characters of a line that a person still reads."""


class Strict(BaseModel):
    """An unknown key or a wrong type is a mistake to name, not to pass over."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _is_something(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Text = Annotated[str, AfterValidator(_is_something)]
Model = TypeVar("Model", bound=Strict)


def checked(model: type[Model], content: Any, where: str) -> Model:
    """``content`` as a ``model``; errors name their place in ``where``, as far as one line allows."""
    if not isinstance(content, dict):
        raise UserError(f"{where}: {'is empty' if content is None else 'holds no keys'}: `key: value` is needed")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        mistakes = _mistakes(model, error)
    told = [mistakes[0]]
    for mistake in mistakes[1:]:
        if len("; ".join([*told, mistake])) > LONGEST:
            break
        told.append(mistake)
    more = f" (and {len(mistakes) - len(told)} more)" if len(mistakes) > len(told) else ""
    raise UserError(f"{where}: {'; '.join(told)}{more}") from None


def _mistakes(model: type[Strict], error: ValidationError) -> list[str]:
    # A misspelt key is also a missing one; the misspelling is the one to correct.
    found = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    lines, meant = [], set()
    for each in found:
        # Without Pydantic's own words for a key and for one of several types.
        place = [part for part in each["loc"] if not re.search(r"\[|^(str|int|float|bool)$", str(part))]
        message = each["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if each["type"] == "extra_forbidden":
            known = _keys(model, place[:-1])
            near = _nearest(str(place[-1]), known)
            meant.add((*place[:-1], near))
            message = f"unknown key{did_you_mean(str(place[-1]), known)}"
        elif each["type"] == "missing":
            if tuple(place) in meant:
                continue
            message = "is missing"
        elif "[key]" in each["loc"]:
            message = f"a name must be text: write it in quotes, {str(each['input'])!r}"
        elif each["type"] in ("dict_type", "model_type"):
            message = f"must hold keys of its own, as in `{place[-1]}: {{key: value}}`; none is `{{}}`"
        elif message.startswith("Input should be"):
            message += f", not {_short(each['input'])}"
        lines.append(f"{'.'.join(map(str, place))}: {message}" if place else message)
    return list(dict.fromkeys(lines))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``: did you mean …?``, or what is known."""
    known = list(known)
    if near := _nearest(name, known):
        return f": did you mean {near!r}?"
    return f"; known are {', '.join(sorted(known))}" if known else ""


def _nearest(name: str, known: Iterable[str]) -> str:
    by_form = {each.lower().replace("-", "_"): each for each in known}
    near = get_close_matches(name.lower().replace("-", "_"), by_form, n=1, cutoff=0.7)
    return by_form[near[0]] if near else ""


def _keys(model: Any, place: list[Any]) -> list[str]:
    """The keys that a model has at ``place``, which leads through models, lists and mappings."""
    kinds = [model]
    for part in place:
        inner: list[Any] = []
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                inner += [kind.model_fields[part].annotation] if part in kind.model_fields else []
            elif get_origin(kind) in (list, dict):
                inner.append(get_args(kind)[-1])
        kinds = [one for kind in inner for one in _alternatives(kind)]
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return [name for kind in models for name in kind.model_fields]


def _alternatives(kind: Any) -> list[Any]:
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [one for each in get_args(kind) for one in _alternatives(each)]
    return [kind]


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= 40 else f"{text[:39]}…"


def read_yaml(path: Path) -> Any:
    """YAML 1.2, as DVC reads it: for YAML 1.1 ``1e-3`` would be a text."""
    text = _needed(path)
    try:
        return YAML(typ="safe", pure=True).load(text)
    except DuplicateKeyError as error:
        key = str(error.problem).partition('"')[2].partition('"')[0]
        raise UserError(f"{path.as_posix()}{_line(error)}: the key {key!r} appears twice") from None
    except MarkedYAMLError as error:
        problem = "a tab: indent with spaces" if "'\\t'" in str(error.problem) else str(error.problem)
        context = f"{error.context}: " if error.context else ""
        raise UserError(f"{path.as_posix()}{_line(error)}: {context}{problem}") from None
    except (YAMLError, ValueError) as error:
        raise UserError(f"{path.as_posix()}: {' '.join(str(error).split())}") from None


def _line(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f", line {mark.line + 1}" if mark else ""


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_needed(path))
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise UserError(f"{path.as_posix()}: {error}") from None


def _needed(path: Path) -> str:
    if not path.exists():
        raise UserError(f"there is no {path.as_posix()} in {Path.cwd()}: run this in your project's folder")
    return read_text(path)
