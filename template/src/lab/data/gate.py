"""The data gate: Great Expectations rules that rows must meet before anything trains on them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lab.console import language, said
from lab.data_results import RuleReport, RuleResult, Severity
from lab.messages import translated
from lab.style import number
from lab.words import LANGUAGES, Text, in_language, rule, speaker
from lab.words import translated as named

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations import Expectation

    from lab.data.checks import Check


SEVERITIES: dict[str, Severity] = {"critical": "stop", "warning": "warn", "info": "info"}
"""What Great Expectations calls it, and what a broken rule does here."""
SHOWN = 10
"""Ids that a message names."""


def check(name: str, rows: pd.DataFrame, rules: Sequence[Expectation], checks: Sequence[Check] = ()) -> RuleReport:
    """Check ``rows`` (with a column ``id``) against ``rules``, and add ``checks``, which are computed already."""
    import great_expectations as gx
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.validator.validator import Validator

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="great_expectations")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    by_row = [one for one in checks if one.wrong is not None]
    rows = rows.assign(**{one.name: one.wrong for one in by_row})
    # Not through a checkpoint: that hashes every cell of the table, which takes longer than the rules.
    validator = Validator(PandasExecutionEngine(batch_data_dict={name: rows}), data_context=context)
    results = validator.graph_validate(
        configurations=[rule.configuration for rule in [*rules, *map(_as_rule, by_row)]],
        runtime_configuration={
            "catch_exceptions": True,
            # SUMMARY stops at the first ids: COMPLETE lists every broken row, which may be a million.
            "result_format": {
                "result_format": "SUMMARY",
                "unexpected_index_column_names": ["id"],
                "partial_unexpected_count": SHOWN,
            },
        },
    )
    entries = [_summary(result) for result in results] + [_whole(one) for one in checks if one.wrong is None]
    return summed(entries, len(rows))


def summed(entries: list[RuleResult], rows: int) -> RuleReport:
    """The report of these entries."""
    entries = sorted(entries, key=lambda entry: (entry["column"] is None, entry["column"] or "", entry["rule"]))
    broken = [entry for entry in entries if not entry["success"]]
    return {
        "success": not any(entry["severity"] == "stop" for entry in broken),
        "rows": rows,
        "expectations": entries,
        "warnings": [
            {language: line(entry, language) for language in LANGUAGES}
            for entry in broken
            if entry["severity"] == "warn"
        ],
    }


def _as_rule(one: Check) -> Expectation:
    """A column says for each row whether a check fails; the rule is that it never does."""
    import great_expectations.expectations as gxe

    severity: Any = {ours: theirs for theirs, ours in SEVERITIES.items()}[one.severity]
    meta = {"kind": one.kind, "column": one.column, "detail": one.detail}
    return gxe.ExpectColumnValuesToBeInSet(column=one.name, value_set=[False], severity=severity, meta=meta)


def _whole(one: Check) -> RuleResult:
    """A check of the table as a whole."""
    found = _entry(one.kind, one.column, one.detail, one.severity)
    found["success"] = one.holds
    return found


def _entry(
    kind: str, column: str | None, detail: Text, severity: Severity, arguments: dict[str, Any] | None = None
) -> RuleResult:
    return {
        "kind": kind,
        "rule": kind,
        "words": {language: rule(kind, language, arguments or {}) for language in LANGUAGES},
        "column": column,
        "severity": severity,
        "success": True,
        "unexpected_count": 0,
        "unexpected_ids": [],
        "observed": dict(detail) if isinstance(detail, Mapping) else detail or None,
        "problem": None,
    }


def _summary(result: Any) -> RuleResult:
    config, detail = result.expectation_config, result.result or {}
    severity = SEVERITIES[getattr(config.severity, "value", config.severity)]
    raised = [entry["exception_message"] for entry in _exceptions(result.exception_info) if entry["raised_exception"]]
    if kind := (config.meta or {}).get("kind"):
        entry = _entry(kind, config.meta["column"], config.meta["detail"], severity)
    else:
        entry = _of_great_expectations(config, severity, detail.get("observed_value"))
    entry["success"] = bool(result.success) and not raised
    entry["unexpected_count"] = int(detail.get("unexpected_count") or 0)
    broken = (detail.get("partial_unexpected_index_list") or [])[:SHOWN]
    entry["unexpected_ids"] = [one_line(index["id"]) for index in broken]
    problem = " ".join(raised[0].split()) if raised else ""
    entry["problem"] = {language: translated(problem, language) for language in LANGUAGES} if problem else None
    return entry


def _of_great_expectations(config: Any, severity: Severity, observed: object) -> RuleResult:
    shown = {key: value for key, value in config.kwargs.items() if key not in ("batch_id", "column")}
    arguments = ", ".join(f"{key}={_short(value)}" for key, value in sorted(shown.items()))
    column = config.kwargs.get("column") or ", ".join(
        str(shown[key]) for key in ("column_A", "column_B") if key in shown
    )
    entry = _entry(config.type, column or None, "" if observed is None else _short(observed), severity, shown)
    entry["rule"] = f"{config.type.removeprefix('expect_')}({arguments})"
    return entry


def _exceptions(info: dict[str, Any]) -> list[dict[str, Any]]:
    """Great Expectations gives one record, or one for each metric it could not compute."""
    return [info] if "raised_exception" in info else list(info.values())


def one_line(value: Any) -> str:
    """A value as text in which line breaks and invisible signs are spelt out."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in str(value))


def _short(value: Any) -> str:
    text = one_line(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def line(entry: RuleResult, language: str = "en") -> str:
    """A broken rule: column, rule in plain words, how many rows, the first ids."""
    say = speaker(language)
    told = [column_name(entry, language)] if entry["column"] else []
    told.append(entry["words"][language])
    if found := reason(entry, language):
        told.append(found)
    if not entry["problem"] and (ids := ", ".join(entry["unexpected_ids"])):
        count = entry["unexpected_count"]
        rows = say("page.one_row" if count == 1 else "page.some_rows", count=number(count))
        more = ", …" if count > len(entry["unexpected_ids"]) else ""
        told.append(say("details.rows", rows=rows, ids=ids + more))
    return say("figures.colon").join(told)


def reason(entry: RuleResult, language: str) -> str:
    """Why a rule is broken or cannot be checked, as far as more than the rows is known of it."""
    return entry["problem"][language] if entry["problem"] else in_language(entry["observed"] or "", language)


def column_name(entry: RuleResult, language: str) -> str:
    """What a rule is about: a column of the table, or a part of the payload; empty for the whole table."""
    return named("parts", entry["column"] or "", language)


def failures(report: RuleReport) -> str:
    """The broken rules that stop, in one line, in the project's language."""
    broken = [entry for entry in report["expectations"] if not entry["success"] and entry["severity"] == "stop"]
    return said("figures.item").join(line(entry, language()) for entry in broken)
