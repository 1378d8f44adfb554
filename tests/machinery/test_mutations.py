"""Data that go wrong in a hundred ways: the rule that is there for it tells of each, before anything trains."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from corruptions import Corruption, Data
from corruptions_by_family import GAMES, IDS, INVISIBLE, TABLE, TEXTS
from corruptions_of_boxes import BOXES
from corruptions_of_captions import ASKED, CAPTIONS
from corruptions_of_cells import MEASURED
from corruptions_of_depths import DEPTHS
from corruptions_of_holes import HOLES
from corruptions_of_masks import MASKS
from corruptions_of_molecules import MOLECULES
from corruptions_of_outliers import CLUSTERED, OUTLIERS
from corruptions_of_passages import PASSAGES
from corruptions_of_pictures import PICTURES
from corruptions_of_points import POINTS
from corruptions_of_series import SERIES
from corruptions_of_sounds import SOUNDS
from corruptions_of_translations import TRANSLATIONS
from great_expectations.expectations import ExpectTableRowCountToEqual

from lab.data.gate import failures, line
from lab.data.inspection import validate
from lab.data_results import Validation
from lab.data_settings import DataSettings

TASKS = Path(__file__).parents[2] / "template/src/lab/tasks"
FAMILIES: dict[str, tuple[str, int, dict[str, tuple[str, Corruption]]]] = {
    "digits": ("image_classification", 1797, PICTURES),
    "drawings": ("image_generation", 1000, PICTURES),
    "houses": ("tabular_regression", 1500, TABLE),
    "sentences": ("text_classification", 3000, TEXTS),
    "games": ("reinforcement_learning", 200, GAMES),
    "tunes": ("audio_classification", 500, SOUNDS),
    "molecules": ("graph_regression", 1000, MOLECULES),
    "scenes": ("image_segmentation", 600, MASKS),
    "pieces": ("depth_estimation", 551, DEPTHS),
    "holes": ("inpainting", 600, HOLES),
    "translations": ("translation", 1500, TRANSLATIONS),
    "boxes": ("object_detection", 300, BOXES),
    "passages": ("language_model", 1500, PASSAGES),
    "captions": ("image_captioning", 1600, CAPTIONS),
    "scenes to draw": ("text_to_image", 1600, ASKED),
    "tumours": ("imputation", 569, MEASURED),
    "new digits": ("anomaly_detection", 600, OUTLIERS),
    "heaps": ("clustering", 600, CLUSTERED),
    "points": ("custom", 800, POINTS),
    "demand": ("time_series_forecasting", 1200, SERIES),
}
"""Of each family its task, how many rows (fewer are faster), and its own corruptions."""
QUOTED = re.compile(
    r"'>=' not supported .*|'[^']*'|`[^`]*`|（id .*）|恰為 .*|符合 \^.*|(?<=：)[A-Z]\w+: .*|[^\s：]*/[^\s：]*"
)
"""Of what is told of a broken rule: values, patterns, commands, ids, errors of Python's, and paths."""
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}|\b(?:all|and|are|is|of|the|was)\b")
CASES = [
    (family, name)
    for family, (_, _, own) in FAMILIES.items()
    # What every family shares is tried on two.
    for name in ({**IDS, **own} if family in ("digits", "sentences") else own)
]


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Data]:
    @cache
    def collect(family: str) -> Data:
        task, size, _ = FAMILIES[family]
        module = importlib.import_module(f"lab.tasks.{task}.problem")
        raw = tmp_path_factory.mktemp(family)
        settings = yaml.safe_load((TASKS / task / "task.yml").read_text(encoding="utf-8"))
        options = DataSettings.model_validate(yaml.safe_load(settings["data"]) or {})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "JUDGED", 100, raising=False)  # a judge of pictures need not be good here
            rows, _ = module.collect(raw, options)
        array = next((name for name in ("pictures", "sounds") if (raw / f"{name}.npy").is_file()), "pictures")
        pictures = np.load(raw / f"{array}.npy") if (raw / f"{array}.npy").is_file() else None
        maps = np.load(raw / "maps.npy") if (raw / "maps.npy").is_file() else None
        files = {path.name: path.read_bytes() for kind in ("*.json", "*.parquet") for path in raw.glob(kind)}
        rules = [
            rule for rule in module.expectations(rows, options) if not isinstance(rule, ExpectTableRowCountToEqual)
        ]
        problem = SimpleNamespace(contents=module.contents, stratify=module.stratify, rules=rules)
        chosen = np.sort(np.random.default_rng(0).permutation(len(rows))[:size])
        return Data(problem, rows.reset_index(drop=True), pictures, array=array, maps=maps, files=files).of(chosen)

    return collect


def told(data: Data, raw: Path) -> tuple[set[str], Validation]:
    """The rules that are broken, by name, and the report."""
    saved = data.save(raw)
    report, _ = validate(saved.problem, saved.problem.rules, raw, saved.rows, saved.provenance, saved.before)
    broken = [entry for entry in report["expectations"] if not entry["success"] and entry["severity"] != "info"]
    return {entry["kind"] for entry in broken}, report


@pytest.fixture(scope="session")
def untouched(collected: Callable[[str], Data], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[str]]:
    """What is told of a family's data as they are."""

    @cache
    def tell(family: str) -> set[str]:
        return told(collected(family), tmp_path_factory.mktemp("raw") / "raw")[0]

    return tell


@pytest.mark.parametrize(("family", "name"), CASES)
def test_a_corruption_is_told(
    family: str,
    name: str,
    collected: Callable[[str], Data],
    untouched: Callable[[str], set[str]],
    tmp_path: Path,
) -> None:
    kind, corrupt = {**IDS, **FAMILIES[family][2]}[name]
    broken, report = told(corrupt(collected(family)), tmp_path / "raw")
    assert kind in broken, failures(report) or report["warnings"]
    if kind in untouched(family):  # then it must tell of more than before
        before = told(collected(family), tmp_path / "raw")[1]
        assert [e for e in report["expectations"] if e["kind"] == kind] != [
            e for e in before["expectations"] if e["kind"] == kind
        ]
    assert report["warnings"] or not report["success"]
    assert "\n" not in failures(report)
    chinese = [line(entry, "zh-TW") for entry in report["expectations"] if not entry["success"]]
    assert [text for text in chinese if ENGLISH.search(QUOTED.sub("", text))] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_data_as_they_are_raise_no_alarm(family: str, collected: Callable[[str], Data], tmp_path: Path) -> None:
    data = collected(family).remembered()
    broken, report = told(data, tmp_path / "raw")
    assert report["success"], failures(report)
    known = {
        "houses": {"zero_means_zero", "dates_in_order"},
        "games": {"plausible"},
        "sentences": {"no_near_duplicate"},
    }
    assert broken <= known.get(family, set())


@pytest.mark.parametrize("name", INVISIBLE)
def test_what_no_rule_can_see(name: str, collected: Callable[[str], Data], tmp_path: Path) -> None:
    """Honest about the limits: when a rule comes to see one of these, it moves up into the list."""
    family, corrupt, why = INVISIBLE[name]
    broken, report = told(corrupt(collected(family)), tmp_path / "raw")
    assert why
    assert report["success"], failures(report)
    assert not broken - {"plausible", "no_near_duplicate", "brightness_plausible"}


@pytest.mark.parametrize("seed", range(3))
def test_wrong_labels_are_among_the_most_suspicious(
    seed: int, collected: Callable[[str], Data], tmp_path: Path
) -> None:
    """Of 2 % wrong labels of the digits, 80 % are among the 4 % that are listed."""
    data, random = collected("digits"), np.random.default_rng(seed)
    wrong = random.choice(len(data.rows), round(0.02 * len(data.rows)), replace=False)
    labels = data.rows["label"].to_numpy().copy()
    labels[wrong] = (labels[wrong] + random.integers(1, 10, len(wrong))) % 10
    broken, report = told(data.but(label=labels), tmp_path / "raw")
    listed = {entry["id"] for entry in report["suspicious"]}
    assert len(listed) <= 0.04 * len(labels) + 1
    found = len(listed & set(data.rows["id"].iloc[wrong])) / len(wrong)
    assert found >= 0.8, found
    assert "labels_believable" in broken


def test_classes_may_be_called_by_numbers(collected: Callable[[str], Data], tmp_path: Path) -> None:
    data = collected("digits")
    broken, _ = told(data.but(label=data.rows["label"].astype(str)), tmp_path / "raw")
    assert "number_as_number" not in broken


def test_there_are_corruptions_enough() -> None:
    assert len(CASES) >= 80
    assert len({*IDS, *PICTURES, *TABLE, *TEXTS, *GAMES, *SOUNDS, *MOLECULES, *MASKS, *MEASURED, *SERIES}) >= 100
