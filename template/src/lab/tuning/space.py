"""From the ranges of ``tune:`` to the settings of one trial."""

from __future__ import annotations

import json
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from lab.errors import UserError
from lab.files import sha256, there
from lab.fingerprint import digest, of_learning
from lab.paths import SPLITS
from lab.settings import Params, read_project
from lab.team_code.loading import load_method
from lab.team_code.options import check_options
from lab.train_settings import TrainSettings
from lab.tune_settings import Range

Values = dict[str, Any]
"""What a trial sets, by its place under ``methods.<method>``: ``width``, ``train.learning_rate``."""
DIGITS = 3
"""Digits of a number that is tried: what stands in params.yaml afterwards is what was tried, and can be read."""


def space_of(params: Params, method: str) -> dict[str, Range]:
    """The ranges of a method, each held against what the method and training can take."""
    if method not in params.methods:
        raise UserError(f"params.yaml has no method {method!r}: it has {', '.join(params.methods)}")
    space = params.tune.space(method)
    if not space:
        how = f"name ranges under tune.train, or under tune.methods.{method}"
        raise UserError(f"params.yaml: tune: has nothing to change for {method}: {how}")
    for key, each in space.items():
        for value in each.ends():
            try:
                tried = with_values(params, method, {key: value})
                tried.training(method)
                check_options(load_method(method), tried.options(method), f"methods.{method}")
            except UserError as error:
                place = f"params.yaml: tune.{'' if key.startswith('train.') else f'methods.{method}.'}{key}"
                reason = str(error).removeprefix(f"params.yaml: methods.{method}.train: ")
                raise UserError(f"{place}: {value!r} cannot be tried: {reason}") from None
    return space


def distributions(space: dict[str, Range]) -> dict[str, BaseDistribution]:
    """The same in Optuna's words."""
    found: dict[str, BaseDistribution] = {}
    for key, each in space.items():
        low, high = each.low, each.high
        if each.choices:
            found[key] = CategoricalDistribution(each.choices)
        elif isinstance(low, int) and isinstance(high, int) and not _is_a_float(key):
            found[key] = IntDistribution(low, high, log=each.log)
        else:
            found[key] = FloatDistribution(float(low or 0), float(high or 0), log=each.log)
    return found


def _is_a_float(key: str) -> bool:
    """``clip: {low: 0, high: 5}``: the setting takes any number, however its ends are written."""
    field = TrainSettings.model_fields.get(key.removeprefix("train."))
    return key.startswith("train.") and field is not None and field.annotation is float


def rounded(values: Values) -> Values:
    return {key: float(f"{one:.{DIGITS}g}") if isinstance(one, float) else one for key, one in values.items()}


def with_values(params: Params, method: str, values: Values) -> Params:
    """``params`` as they are with the values of a trial."""
    own = json.loads(json.dumps(params.methods[method]))
    for key, value in values.items():
        place, _, name = key.rpartition(".")
        (own.setdefault(place, {}) if place else own)[name] = value
    return params.model_copy(update={"methods": params.methods | {method: own}})


def fingerprint(params: Params, method: str, data: str) -> str:
    """Of all that makes trials comparable: code, data, ranges and all settings but those that trials set.

    Not of the number of trials: more of them go on from those that are there.
    """
    space = params.tune.space(method)
    own = with_values(params, method, dict.fromkeys(space)).methods[method]  # what is tuned does not count
    train = params.train.model_dump(exclude={"workers", "threads", "checkpoint_minutes"}) | own.get("train", {})
    problem = f"lab.tasks.{read_project().task}.problem"
    return of_learning(
        method,
        {
            "options": own | {"train": train},
            "ranges": {key: each.model_dump() for key, each in space.items()},
            "judged": digest(*[(problem, name) for name in ("metrics", "measure", "score")]),
            "seeds": params.seeds[: params.tune.seeds],
            "search": params.tune.seed,
            "data": data + sha256(there(SPLITS).read_bytes()),
        },
    )[:16]
