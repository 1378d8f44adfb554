"""Made-up results for the tests of documents, cards and rubric. No run produced any of these numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab.paths import OWN_FIGURES
from lab.runs import sealed

METHODS = ("baseline", "novel", "small_ablation")
METRICS: tuple[dict[str, Any], ...] = (
    {"name": "accuracy", "unit": "", "higher_is_better": True, "digits": 3, "bounds": (0, 1), "biased": False},
    {"name": "rent_error", "unit": "NT$", "higher_is_better": False, "digits": 0, "bounds": (0, None), "biased": False},
)
FIGURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="200"><path d="M0 180L480 20" stroke="#0072B2"/></svg>'
)
PROJECT = """
title = "Reading handwritten digits"
slug = "digits"
task = "image_classification"
language = "en"
course = "IM5062 Deep learning and its applications"
[deadlines]
proposal = 2027-03-26
[[members]]
name = "Huang Yi-Ting"
id = "R13725001"
email = "yt@example.org"
[[members]]
name = "Müller, Jörg"
"""


def write(
    root: Path,
    methods: tuple[str, ...] = METHODS,
    metrics: tuple[dict[str, Any], ...] = METRICS,
    figures: tuple[str, ...] = ("confusion_matrix",),
    kind: str = "made",
    project: str = PROJECT,
    seeds: tuple[int, ...] = (0, 1, 2),
    ablations: tuple[str, ...] = (),
    references: tuple[str, ...] = ("support_vectors",),
) -> dict[str, Any]:
    """Write a full set of results below ``root``; return ``comparison.json``'s content."""
    comparison: dict[str, Any] = {
        "task": "image_classification",
        "baseline": "baseline",
        "champion": [method for method in methods if method not in ablations][-1],
        "confidence": 0.95,
        "resamples": 400,
        "examples": {"train": 1077, "validation": 271, "test": 449},
        "seeds": list(seeds),
        "metrics": list(metrics),
        "methods": {
            method: {
                "family": "baseline" if index == 0 else "ablation" if method in ablations else "candidate",
                "parameters": 52138 + 41777 * index,
                "metrics": {metric["name"]: _result(index, metric, seeds) for metric in metrics},
            }
            for index, method in enumerate(methods)
        },
        "references": {
            name: {
                "metrics": {
                    metric["name"]: {
                        "value": 0.9213 * (1 if metric["digits"] else 47123.4),
                        "interval": [0.9, 0.94],
                        "champion": _result(2, metric, seeds)["difference"] | {"against": name},
                    }
                    for metric in metrics
                }
            }
            for name in references
        },
        "figures": [f"{name}.svg" for name in figures],
    }
    for name in ablations:
        for result in comparison["methods"][name]["metrics"].values():
            result["difference"]["against"] = "novel"
    costs = {
        "methods": {
            method: {
                "seconds": [12.34 + index, 13.11, 12.87],
                "examples_per_second": [2718.2, 2811.9, 2766.4 + index],
                "peak_memory_bytes": [412_345_678, 413_345_678, None],
                "device": ["cpu", "cpu", "cpu"],
            }
            for index, method in enumerate(methods)
        }
    }
    rules = [("unique()", "id"), ("not_be_null()", "id"), ("be_in_set(value_set=[0, 1, 2])", "label")]
    report = {
        "success": True,
        "rows": 1797,
        "expectations": [
            {
                "rule": rule,
                "words": {"en": f"must be {rule}", "zh-TW": f"必須為 {rule}"},
                "column": column,
                "severity": "stop",
                "success": True,
                "unexpected_count": 0,
                "unexpected_ids": [],
            }
            for rule, column in rules
        ],
        "warnings": [{"en": "ink: a | warning: 2 rows (id 7, 8)", "zh-TW": "ink: 警告：2 筆 (id 7, 8)"}],
        "classes": {"cat": 1000, "dog": 797},
    }
    provenance = {
        "title": "Optical recognition of handwritten digits",
        "kind": kind,
        "source": "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        "licence": "CC BY 4.0",
        "citation": "Alpaydin and Kaynak (1998). Optical Recognition of Handwritten Digits. UCI.",
        "notes": "Pictures of 8 × 8 from forms that 43 people filled in.",
        "files": {"digits.csv.gz": "cd" * 32},
        "rows": 1797,
        "columns": {"id": "str", "label": "int64", "sha256": "str"},
        "bytes": 612_345,
        "digest": "ab" * 32,
    }
    run: Any = {
        "status": "finished",
        "parameters": {"epochs": 30, "learning_rate": 0.001, "schedule": "cosine"},
        "parameter_count": 52138,
        "best_epoch": 17,
        "epochs": 30,
        "device": "cpu",
        "precision": "fp32",
        "data_digest": "cd" * 32,
        "git_commit": "ef" * 20,
        "git_dirty": False,
        "member": "Huang Yi-Ting",
        "versions": {"python": "3.11.9", "torch": "2.11.0"},
    }
    contents = {
        "results/comparison.json": comparison,
        "results/costs.json": costs,
        "results/validation.json": report,
        "results/splits.json": report | {"sizes": comparison["examples"], "classes": {}},
        "data/raw/provenance.json": provenance,
        "data/raw/examples.parquet": "only its digest is read",
        **{
            f"runs/{m}/{s}/run.json": sealed(run | {"method": m, "seed": s}, root / "runs")
            for m in methods
            for s in seeds
        },
        "project.toml": project,
        **{f"results/figures/{name}.svg": FIGURE for name in (*OWN_FIGURES, *figures)},
    }
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, sort_keys=True)
        path.write_text(text, encoding="utf-8")
    return json.loads(json.dumps(comparison))  # a tuple is a list there


def _result(index: int, metric: dict[str, Any], seeds: tuple[int, ...]) -> dict[str, Any]:
    """Different numbers for each method and metric; the last method is never significantly better."""
    scale = 1 if metric["digits"] else 47123.4
    mean = scale * (0.9317 + 0.02131 * index)
    shift = scale * 0.02131 * index
    several = len(seeds) > 1
    difference = {
        "against": "baseline",
        "detectable": scale * 0.0713 if several else None,
        "mean": shift,
        "interval": [shift - scale * (0.0118 if index == 1 else 0.0618), shift + scale * 0.0127],
        "p": 0.0004 * 40**index if several else None,
        "p_corrected": (0.0004999 if index == 1 else 0.2713) if several else None,
        "verdict": None
        if not several
        else "not significant"
        if index > 1
        else ("better" if metric["higher_is_better"] else "worse"),
        "variance": {"examples": 0.7213, "seeds": 0.2787} if several else None,
    }
    spread = {str(seed): scale * 0.0021 * (seed - 1) for seed in seeds}
    return {
        "values": {seed: mean + apart for seed, apart in spread.items()},
        "mean": mean,
        "std": scale * 0.0021 if several else None,
        "interval": [mean - scale * 0.0087, mean + scale * 0.0091],
        "bias": scale * (0.0137 + 0.001 * index) if metric["biased"] else None,
        "validation": {
            "values": {seed: mean + scale * 0.00537 + apart for seed, apart in spread.items()},
            "mean": mean + scale * 0.00537,
        },
        "difference": difference if index else None,
    }
