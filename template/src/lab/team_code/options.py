"""A method's options in params.yaml, checked against the ``__init__`` that will receive them."""

from __future__ import annotations

import inspect
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from lab.contract import Method
from lab.errors import UserError
from lab.settings import task_folder
from lab.strict import did_you_mean


def check_options(method_class: type[Method], options: dict[str, Any], where: str) -> None:
    """Hold ``options`` of params.yaml against the ``__init__`` that will receive them, before anything is loaded.

    What has no annotation, or one that is no plain type, may be anything.
    """
    parameters = list(inspect.signature(method_class.__init__).parameters.values())[2:]  # after self and the examples
    named = {each.name: each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)}
    mistakes = []
    if all(each.kind != each.VAR_KEYWORD for each in parameters):
        mistakes += [f"{name}: unknown option{did_you_mean(name, named)}" for name in options if name not in named]
    guesses = " ".join(mistakes)
    for name, parameter in named.items():
        if name not in options and parameter.default is parameter.empty and f"{name!r}" not in guesses:
            mistakes.append(f"{name}: is missing, and {method_class.__name__} needs it")
    try:
        kinds = get_type_hints(method_class.__init__)
    except (NameError, TypeError):  # a name that only type checkers import
        kinds = {}
    for name, value in options.items():
        if name in kinds and not _is_of(value, kinds[name]):
            wanted = getattr(kinds[name], "__name__", "") if isinstance(kinds[name], type) else str(kinds[name])
            mistakes.append(f"{name}: must be {wanted.replace('typing.', '')}, not {value!r}")
    if mistakes:
        path = (task_folder() / f"{method_class.__module__.rpartition('.')[2]}.py").as_posix()
        raise UserError(f"{where}: {'; '.join(mistakes)} (see __init__ in {path})")


def _is_of(value: Any, kind: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any(_is_of(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin in (list, tuple, dict) or kind in (list, tuple, dict):
        if kind is dict or origin is dict:
            return isinstance(value, dict)
        plain = [one for one in inner if one is not ...]
        return isinstance(value, list) and (len(set(plain)) != 1 or all(_is_of(one, plain[0]) for one in value))
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind) if kind in (str, bool, NoneType) else True
