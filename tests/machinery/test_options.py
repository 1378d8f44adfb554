"""A method's options in params.yaml are held against its ``__init__`` before anything is loaded or removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from lab.contract import Method
from lab.errors import UserError
from lab.team_code.options import check_options


class Net(Method):
    def __init__(
        self,
        examples: dict,
        width: int,
        dropout: float = 0.0,
        kind: Literal["small", "large"] = "small",
        bias: bool = True,
        name: str = "",
        sizes: list[int] | None = None,
        anything: Any = None,
    ) -> None:
        super().__init__()


class Open(Method):
    def __init__(self, examples: dict, **options: Any) -> None:
        super().__init__()


class Inherits(Net):
    pass


class NamesWhatOnlyCheckersImport(Method):
    def __init__(self, examples: Unknown, width: int = 1) -> None:  # type: ignore[name-defined]  # noqa: F821
        super().__init__()


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.team_code.options.task_folder", lambda: Path("src/lab/tasks/small"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"widht": 3}, "widht: unknown option: did you mean 'width'?"),
        ({"width": 3, "drop_out": 0.1}, "drop_out: unknown option: did you mean 'dropout'?"),
        ({"width": 3, "colour": 1}, "colour: unknown option; known are anything, bias, dropout"),
        ({"width": 3, "examples": 1}, "examples: unknown option"),
        ({"width": 3, "self": 1}, "self: unknown option"),
        ({}, "width: is missing, and Net needs it"),
        ({"width": "wide"}, "width: must be int, not 'wide'"),
        ({"width": 3.5}, "width: must be int, not 3.5"),
        ({"width": True}, "width: must be int, not True"),
        ({"width": None}, "width: must be int, not None"),
        ({"width": [3]}, "width: must be int, not [3]"),
        ({"width": 3, "dropout": "0.1"}, "dropout: must be float, not '0.1'"),
        ({"width": 3, "dropout": False}, "dropout: must be float, not False"),
        ({"width": 3, "bias": 1}, "bias: must be bool, not 1"),
        ({"width": 3, "bias": "no"}, "bias: must be bool, not 'no'"),
        ({"width": 3, "name": 5}, "name: must be str, not 5"),
        ({"width": 3, "kind": "medium"}, "kind: must be Literal['small', 'large'], not 'medium'"),
        ({"width": 3, "sizes": 4}, "sizes: must be list[int] | None, not 4"),
        ({"width": 3, "sizes": ["4"]}, "sizes: must be list[int] | None, not ['4']"),
        ({"width": "3", "dropout": "0"}, "width: must be int, not '3'; dropout: must be float, not '0'"),
    ],
)
def test_a_wrong_option_is_told(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError) as error:
        check_options(Net, options, "params.yaml: methods.novel")
    assert str(error.value).startswith("params.yaml: methods.novel: ")
    assert says in str(error.value)
    assert str(error.value).endswith(" (see __init__ in src/lab/tasks/small/test_options.py)")


@pytest.mark.parametrize(
    ("method", "options"),
    [
        (Net, {"width": 3, "dropout": 1, "kind": "large", "bias": False, "name": "a", "sizes": [1, 2]}),
        (Net, {"width": 3, "sizes": None, "anything": {"a": 1}}),
        (Inherits, {"width": 3}),
        (Open, {"whatever": 1}),
        (NamesWhatOnlyCheckersImport, {"width": "not known"}),
        (Method, {}),
    ],
)
def test_what_fits_is_let_through(method: type[Method], options: dict[str, Any]) -> None:
    check_options(method, options, "params.yaml: methods.novel")


def test_an_inherited_init_is_held_too() -> None:
    with pytest.raises(UserError, match="Inherits needs it"):
        check_options(Inherits, {}, "params.yaml: methods.novel")
