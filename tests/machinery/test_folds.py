"""``lab folds``: each example is tested once, nothing trains twice, and the interval allows for what folds share."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t
from team_project import OWN_STEP, PROBLEM, enter, told

from lab.comparison.folds import corrected_interval, over_folds, read_folds
from lab.data.splitting import split
from lab.errors import UserError
from lab.files import tree_digest
from lab.paths import COMPARISON, FOLDS, PROVENANCE, RAW
from lab.reporting.records import sentences
from lab.settings import SplitSettings, read_params
from lab.verification import folds
from lab.words import speaker

BY_ID = PROBLEM.replace(
    "torch.randn(len(ids), 5, generator=generator)",
    "torch.randn(60, 5, generator=torch.Generator().manual_seed(0))[[int(one) for one in ids]]",
)
TWICE = OWN_STEP.replace("        update(loss)", '        update(loss)\n        update(self.loss(batch)["loss"])')
SETTINGS = SplitSettings(validation=0.2, test=0.3, seed=0, folds=4)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter(tmp_path, monkeypatch, problem=BY_ID, own_step=TWICE)
    ids = [str(row) for row in range(60)]
    pd.DataFrame({"id": ids, "sha256": ids}).to_parquet("data/raw/examples.parquet")
    PROVENANCE.unlink()
    PROVENANCE.write_text(json.dumps({"digest": tree_digest(RAW)}), encoding="utf-8")
    Path("results").mkdir()
    Path("results/validation.json").write_text('{"near_duplicates": []}', encoding="utf-8")
    change("folds", 3)
    return tmp_path


def change(key: str, value: int | str) -> None:
    params = json.loads(Path("params.yaml").read_text(encoding="utf-8"))
    (params["split"] if key in ("folds", "method") else params["train"])[key] = value
    Path("params.yaml").write_text(json.dumps(params), encoding="utf-8")
    read_params.cache_clear()


@pytest.mark.parametrize("grouped", [False, True])
def test_each_example_is_tested_in_one_fold_and_groups_stay_together(grouped: bool) -> None:
    names = [f"{row:03d}" for row in range(240)]
    table = pd.DataFrame({"id": names, "sha256": names, "label": [f"{row % 3}" for row in range(240)]})
    if grouped:
        table["group"] = [f"{row % 60}" for row in range(240)]
    tested = np.zeros(240, int)
    for fold in range(4):
        where = split(table, SETTINGS, "label", [["000", "001"]], fold)
        tested += (where == "test").to_numpy()
        assert set(where) == {"train", "validation", "test"}
        assert abs((where == "test").mean() - 1 / 4) < 0.03
        assert abs((where == "validation").mean() - 0.2) < 0.03
        if grouped:
            assert where.groupby(table["group"]).nunique().max() == 1
        assert where[0] == where[1]
    assert (tested == 1).all()


def test_folds_leave_the_split_of_the_comparison_alone() -> None:
    table = pd.DataFrame({"id": [str(row) for row in range(99)], "sha256": [str(row) for row in range(99)]})
    other = SETTINGS.model_copy(update={"folds": 7})
    assert split(table, SETTINGS, None).equals(split(table, other, None))
    assert SETTINGS.record() == other.record()


def test_too_few_folds_leave_nothing_to_train_on() -> None:
    with pytest.raises(ValueError, match="set more folds"):
        SplitSettings(validation=0.5, test=0.1, seed=0, folds=2)


def test_the_interval_is_that_of_nadeau_and_bengio() -> None:
    differences = np.array([0.5, 1.5, 1.0, 2.0, 0.0])
    low, high = corrected_interval(differences, 0.05)
    width = t.ppf(0.975, df=4) * np.sqrt((1 / 5 + 1 / 4) * differences.var(ddof=1))
    assert (low, high) == (pytest.approx(1 - width), pytest.approx(1 + width))
    plain = t.ppf(0.975, df=4) * np.sqrt(differences.var(ddof=1) / 5)
    assert high - low == pytest.approx(3 * plain)  # 1.5 on each side


def test_all_methods_are_trained_on_all_folds_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folds.main()
    found = read_folds()
    assert sorted((each.method, each.fold) for each in found) == [
        (m, f) for m in ("baseline", "own_step") for f in range(3)
    ]
    assert "own_step: error" in capsys.readouterr().out.splitlines()[-2]
    written = FOLDS.stat().st_mtime_ns
    folds.main()
    assert FOLDS.stat().st_mtime_ns == written
    assert not any(Path(".lab/folds").glob("*"))
    scores = {(each.method, each.fold): each.scores["error"] for each in found}
    assert len(set(scores.values())) == 6
    by_method = over_folds(read_params(), "error")
    shift = [scores["own_step", fold] - scores["baseline", fold] for fold in range(3)]
    assert by_method["own_step"].difference == pytest.approx(np.mean(shift))
    assert by_method["baseline"].difference is None


def test_a_change_makes_folds_stale_and_only_what_it_touches_trains(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folds.main()
    before = {(each.method, each.fold): each.fingerprint for each in read_folds()}
    change("epochs", 1)
    assert over_folds(read_params(), "error") == {}
    folds.main()
    after = {(each.method, each.fold): each.fingerprint for each in read_folds()}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())


def test_stopped_it_goes_on_where_it_was(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[tuple[str, int]] = []
    real = folds.train

    def noted(method: str, fold: int, *rest: object) -> dict[str, float]:
        if len(trained) == 3:
            trained.append((method, fold))
            raise UserError("stopped")
        trained.append((method, fold))
        return real(method, fold, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(folds, "train", noted)
    with pytest.raises(UserError):
        folds.main()
    assert len(read_folds()) == 3
    folds.main()
    assert len(trained) == 7  # the fourth a second time
    assert trained[3] == trained[4]


def test_a_split_by_time_has_no_folds(project: Path) -> None:
    change("method", "time")
    with pytest.raises(UserError, match=r"split\.method is time, so there are no folds"):
        folds.main()
    assert read_folds() == []


def test_the_report_says_what_the_folds_say(project: Path) -> None:
    say = speaker("en")
    method = {"label": "own step"}
    metric = {"name": "error", "label": "error", "digits": 3, "unit": "m"}
    known = {"metrics": [metric], "methods": {"baseline": {"label": "baseline"}, "own_step": method}}
    COMPARISON.write_text(json.dumps(known), encoding="utf-8")
    assert not any("other splits" in line for line in sentences(say))
    folds.main()
    (line,) = [line for line in sentences(say) if "other splits" in line]
    one = over_folds(read_params(), "error")["own_step"]
    assert f"own step differs from baseline in error by {one.difference:+.3f}".replace("-", "−") in line
    assert "\N{NO-BREAK SPACE}m [" in line
    change("epochs", 1)
    assert not any("other splits" in line for line in sentences(say))


def test_a_spoiled_record_is_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FOLDS.parent.mkdir()
    FOLDS.write_text("[]\n", encoding="utf-8")
    _, line = told(folds.main, capsys)
    assert line == "error: records/folds.jsonl, line 1: not as `lab folds` wrote it: `git checkout records/folds.jsonl`"


def test_a_score_that_is_no_number_is_neither_kept_nor_read(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folds, "scored", lambda problem, table: {"error": float("nan")})
    assert "gives error = nan for baseline, fold 1" in told(folds.main, capsys)[1]
    assert not FOLDS.exists()
    monkeypatch.undo()
    monkeypatch.chdir(project)
    folds.main()
    FOLDS.write_text(FOLDS.read_text(encoding="utf-8").replace('"error"', '"errors"'), encoding="utf-8")
    with pytest.raises(UserError, match=r"records/folds\.jsonl: not as `lab folds` wrote it: `git checkout records/"):
        over_folds(read_params(), "error")
