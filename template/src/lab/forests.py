"""Forests of trees, the quick classical methods that stand beside deep ones."""

from typing import Any


def fitted(model: Any, inputs: Any, answers: Any) -> Any:
    """A model of scikit-learn that has learnt ``answers`` (n, …) from ``inputs`` (n, features), on all processor cores.

    It then predicts on one: several would add up a forest's trees in any order, and last digits differ from run to run.
    """
    if "n_jobs" not in model.get_params():
        return model.fit(inputs, answers)
    return model.set_params(n_jobs=-1).fit(inputs, answers).set_params(n_jobs=1)
