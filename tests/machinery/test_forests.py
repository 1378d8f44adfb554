"""Classical methods answer the same in each run, however many processor cores there are."""

import numpy as np
from conftest import TEMPLATE
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor

from lab.forests import fitted


def test_a_forest_predicts_on_one_core() -> None:
    inputs = np.random.default_rng(0).normal(size=(60, 3))
    forest = fitted(ExtraTreesRegressor(5, random_state=0), inputs, inputs[:, 0])
    assert forest.n_jobs == 1
    assert np.corrcoef(forest.predict(inputs), inputs[:, 0])[0, 1] > 0.9
    assert fitted(HistGradientBoostingRegressor(random_state=0), inputs, inputs[:, 0]).n_iter_ == 100


def test_no_task_sets_how_many_cores_a_forest_has() -> None:
    named = [path for path in TEMPLATE.rglob("tasks/*/*.py") if "n_jobs" in path.read_text(encoding="utf-8")]
    assert named == []
