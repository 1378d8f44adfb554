"""What a method gives, checked where it gives it: scalars, predictions, optimizers.

See ``Method`` in contract.py. A mistake is told in one line, with the line of the team's code: see errors.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from lab.contract import Examples, Method
from lab.errors import a, ask, wrong

if TYPE_CHECKING:
    import pandas as pd

    from lab.train_settings import TrainSettings

OWN_COLUMNS = ("id", "split")
"""Columns of ``predictions.parquet`` that every method gets."""


def built(method_class: type[Method], examples: Examples, options: dict[str, Any]) -> Method:
    """The method before any training."""
    method = ask(method_class, examples, **options)
    kind = type(method)
    if "_parameters" not in vars(method):
        raise wrong(kind, "does not call super().__init__(): make it the first line of __init__")
    if kind.loss is Method.loss and not hasattr(method, "train_step"):
        raise wrong(kind, "has neither loss nor train_step: add one of them")
    if kind.validate is Method.validate and kind.loss is Method.loss:
        raise wrong(kind, "has no loss, so it needs a validate of its own: add it")
    if kind.predict is Method.predict:
        raise wrong(kind, "has no predict: add it")
    if not any(value.requires_grad for value in method.parameters()):
        raise wrong(kind, "has nothing to learn: no parameter of it has requires_grad; are its layers in a plain list?")
    return method


def optimizers_of(method: Method, settings: TrainSettings) -> dict[str, torch.optim.Optimizer]:
    """The method's optimizers by name."""
    configure = method.configure_optimizers
    returned = ask(configure, settings)
    if not isinstance(returned, dict):
        raise wrong(configure, f'returns {a(returned)}: return a dict, {{"main": optimizer}}')
    for name, optimizer in returned.items():
        if not isinstance(optimizer, torch.optim.Optimizer):
            raise wrong(configure, f"gives {a(optimizer)} as {name!r}: it must be an optimizer")
    if not returned:
        raise wrong(configure, 'returns an empty dict: return {"main": optimizer}')
    if "main" not in returned and not hasattr(method, "train_step"):
        named = ", ".join(map(repr, returned))
        raise wrong(configure, f"names {named}, and no 'main', which learns by loss: rename it, or add a train_step")
    return returned


def check_scalars(
    function: Callable[..., Any], returned: Any, learns: bool = False, before: dict[str, Tensor] | None = None
) -> None:
    """Of ``loss``, ``validate`` or ``train_step``; what ``learns`` must have a ``loss`` with a gradient.

    ``before`` has the keys of the batches before, if there were any: of what is missing now and then, no mean is right.
    """
    if not isinstance(returned, dict):
        raise wrong(function, f'returns {a(returned)}: return a dict of scalars, {{"loss": loss}}')
    for name, value in returned.items():
        if not isinstance(name, str):
            raise wrong(function, f"returns the key {name!r}: keys must be texts")
        if not isinstance(value, Tensor):
            mend = "leave out .item() or float()" if isinstance(value, int | float) else "it must be a tensor"
            raise wrong(function, f"returns {a(value)} as {name!r}: {mend}")
        if value.ndim:
            raise wrong(function, f"returns {name!r} of shape {tuple(value.shape)}: make it one number, with .mean()")
        if value.is_complex():
            raise wrong(function, f"returns {name!r} as a complex number: take .abs() or .real")
    if other := ", ".join(sorted(before.keys() ^ returned.keys())) if before else "":
        raise wrong(function, f"returns {other} for some batches and not for others: give each the same keys")
    if not learns:
        return
    if "loss" not in returned:
        raise wrong(function, f"returns no 'loss', which is minimised: it has {', '.join(returned) or 'nothing'}")
    if not returned["loss"].requires_grad:
        text = "returns a 'loss' without a gradient: look for .detach(), .item(), argmax or no_grad on its way"
        raise wrong(function, text)


def check_update(loss: Any, name: Any, optimizers: dict[str, torch.optim.Optimizer]) -> None:
    """What a ``train_step`` hands to ``update``. Raised in the team's own line, which is shown with it."""
    if name not in optimizers:
        known = ", ".join(map(repr, optimizers))
        raise ValueError(f"update: configure_optimizers has no optimizer {name!r}: it has {known}")
    if not isinstance(loss, Tensor) or loss.ndim:
        shape = f" of shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else ""
        raise ValueError(f"update: the loss is {a(loss)}{shape}: it must be a tensor of one number")
    if not loss.requires_grad:
        raise ValueError("update: the loss has no gradient: look for .detach(), .item() or no_grad on its way")


def check_predictions(
    method: Method, returned: Any, rows: int, targets: tuple[str, ...], shapes: dict[str, torch.Size]
) -> None:
    """Of one batch. ``shapes`` has a row's shape of each column, as the batches before gave it, and is filled here."""
    predict = method.predict
    if not isinstance(returned, dict) or not returned:
        kind = "an empty dict" if isinstance(returned, dict) else a(returned)
        raise wrong(predict, f"returns {kind}: return a dict of tensors, one row for each example")
    for name, value in returned.items():
        if not isinstance(name, str):
            raise wrong(predict, f"returns the key {name!r}: keys must be texts")
        if name in (*targets, *OWN_COLUMNS):
            raise wrong(predict, f"returns {name!r}, which is a target or a column of every table: choose another name")
        if not isinstance(value, Tensor):
            mend = "torch.from_numpy(…) makes a tensor" if isinstance(value, np.ndarray) else "it must be a tensor"
            raise wrong(predict, f"returns {a(value)} as {name!r}: {mend}")
        if value.ndim == 0 or len(value) != rows:
            size = f"{len(value)} rows" if value.ndim else "a single number"
            raise wrong(predict, f"returns {size} as {name!r} for {rows} examples: one row for each")
        if value.is_complex():
            raise wrong(predict, f"returns {name!r} as complex numbers: split them into real and imaginary part")
        if value.is_sparse:
            raise wrong(predict, f"returns {name!r} as a sparse tensor: write .to_dense()")
    found = {name: value.shape[1:] for name, value in returned.items()}
    if shapes and set(found) != set(shapes):
        other = ", ".join(sorted(set(found) ^ set(shapes)))
        raise wrong(predict, f"returns {other} for some batches and not for others: give each the same keys")
    for name, shape in found.items():
        if shapes.setdefault(name, shape) != shape:
            text = f"returns rows of shape {tuple(shape)} as {name!r}, and {tuple(shapes[name])} for the batch before"
            raise wrong(predict, f"{text}: every row must have one shape")


def check_finite(method: Method, table: pd.DataFrame, targets: tuple[str, ...]) -> None:
    """Raise a ``UserError`` if a trained method predicts what is no number: no score can be made of it."""
    for name in table.columns.drop([*OWN_COLUMNS, *targets], errors="ignore"):
        values = np.stack(table[name].tolist()) if table[name].dtype == object else table[name].to_numpy()
        broken = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
        if broken.any():
            first = table.loc[broken, "id"].iloc[0]
            text = f"gives NaN or infinity as {name!r} for {broken.sum()} of {len(table)} examples, first {first!r}"
            raise wrong(method.predict, f"{text}: look for a division or a logarithm of zero")
