"""The data gate: Great Expectations rules that rows must meet before anything trains on them."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.files import write_text

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations import Expectation

Report = dict[str, Any]


def check(name: str, rows: pd.DataFrame, rules: list[Expectation], docs: Path | None = None) -> Report:
    """Hold ``rows`` (with a column ``id``) against ``rules``; ``docs`` is where a web page tells of it.

    Returns ``success``, ``rows`` and ``expectations``: for each rule its ``rule``, ``column``, ``success``,
    ``unexpected_count`` and the first ``unexpected_ids``.
    """
    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="great_expectations")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    batch = (
        context.data_sources.add_pandas("project").add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
    )
    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=rules))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
    checkpoint = gx.Checkpoint(
        name=name,
        validation_definitions=[definition],
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["id"]},
    )
    outcome = context.checkpoints.add(checkpoint).run(batch_parameters={"dataframe": rows})
    result = next(iter(outcome.run_results.values()))
    report = {
        "success": bool(outcome.success),
        "rows": len(rows),
        "expectations": sorted(map(_summary, result.results), key=lambda entry: (entry["column"] or "", entry["rule"])),
    }
    if docs is not None:
        from lab.data.data_docs import page

        write_text(docs, page(name, result, report))
    return report


def _summary(result: Any) -> Report:
    config, detail = result.expectation_config, result.result or {}
    shown = {key: value for key, value in config.kwargs.items() if key not in ("batch_id", "column")}
    arguments = ", ".join(f"{key}={_short(value)}" for key, value in sorted(shown.items()))
    indices = detail.get("unexpected_index_list") or []
    raised = [entry["exception_message"] for entry in _exceptions(result.exception_info) if entry["raised_exception"]]
    return {
        "rule": f"{config.type.removeprefix('expect_')}({arguments})",
        "column": config.kwargs.get("column"),
        "success": bool(result.success),
        "unexpected_count": int(detail.get("unexpected_count") or 0),
        "unexpected_ids": [str(index["id"]) for index in indices[:10]],
        "observed": None if detail.get("observed_value") is None else _short(detail["observed_value"]),
        "problem": " ".join(raised[0].split()) if raised else None,
    }


def _exceptions(info: dict[str, Any]) -> list[dict[str, Any]]:
    """Great Expectations gives one record, or one for each metric it could not compute."""
    return [info] if "raised_exception" in info else list(info.values())


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def failures(report: Report) -> str:
    """The failed rules in one line: which rule, how many rows, which ids."""
    lines = []
    for entry in report["expectations"]:
        if entry["success"]:
            continue
        line = f"{entry['column'] or 'table'} {entry['rule']}"
        if ids := ", ".join(entry["unexpected_ids"]):
            line += f": {entry['unexpected_count']} rows (id {ids}{', …' if entry['unexpected_count'] > 10 else ''})"
        elif entry["observed"]:
            line += f": there is {entry['observed']}"
        lines.append(f"{line}: {entry['problem']}" if entry["problem"] else line)
    return "; ".join(lines)
