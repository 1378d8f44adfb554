"""The files of a real run hold what ``lab.results`` says: every name, no other, each of its type."""

import json
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from conftest import Project
from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import is_typeddict

from lab.data_results import Collected, SplitReport, Validation
from lab.paths import COMPARISON, COSTS, METRICS, PROVENANCE, RUBRIC_REPORT, SPLIT_REPORT, VALIDATION
from lab.reporting.rubric import RubricReport
from lab.results import Comparison, Costs, Means, RunRecord

FILES: dict[Path, Any] = {
    PROVENANCE: Collected,
    VALIDATION: Validation,
    SPLIT_REPORT: SplitReport,
    COMPARISON: Comparison,
    COSTS: Costs,
    METRICS: Means,
    RUBRIC_REPORT: RubricReport,
}


def forbid_others(kind: Any) -> None:
    """Let pydantic refuse a name that a TypedDict does not have, in it and in all that it holds."""
    if is_typeddict(kind):
        kind.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    for part in get_type_hints(kind).values() if is_typeddict(kind) else get_args(kind):
        forbid_others(part)


def check(kind: Any, content: str) -> Any:
    forbid_others(kind)
    return TypeAdapter(kind, config=None if is_typeddict(kind) else ConfigDict(strict=True)).validate_json(content)


@pytest.mark.parametrize(("path", "kind"), FILES.items(), ids=lambda value: getattr(value, "stem", ""))
def test_each_file_is_what_its_type_says(reproduced: Project, path: Path, kind: Any) -> None:
    text = (reproduced.path / path).read_text(encoding="utf-8")
    check(kind, text)
    first, *_ = content = json.loads(text)
    with pytest.raises(ValidationError):  # the check itself sees a name that is new
        check(kind, json.dumps(content | {"another": 1}))
    if is_typeddict(kind):
        with pytest.raises(ValidationError):  # and one that is gone
            check(kind, json.dumps({name: value for name, value in content.items() if name != first}))


def test_a_finished_run_has_every_name(reproduced: Project) -> None:
    records = list(reproduced.path.glob("runs/*/*/run.json"))
    assert len(records) == 6
    for path in records:
        record = check(RunRecord, path.read_text(encoding="utf-8"))
        assert set(record) == set(RunRecord.__annotations__) - {"trial"}, path


def test_a_new_name_inside_is_seen(reproduced: Project) -> None:
    content = json.loads((reproduced.path / COMPARISON).read_text(encoding="utf-8"))
    content["methods"]["novel"]["metrics"]["accuracy"]["difference"]["another"] = 1
    with pytest.raises(ValidationError, match="another"):
        check(Comparison, json.dumps(content))
