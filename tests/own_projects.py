"""Projects with a team's own data: files as people have them, and params.yaml edited as own_data/README.md says."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
import pytest
import yaml
from conftest import TASKS, Project
from own_boxes import make_boxes
from own_data import (
    CLASSES,
    make_captions,
    make_houses,
    make_lines,
    make_measurements,
    make_molecules,
    make_pictures,
    make_reviews,
    make_sounds,
    make_texts,
    make_translations,
)
from own_maps import make_depths, make_holes, make_masks
from own_series import make_sales

KINDS = [task for task in TASKS if task not in ("reinforcement_learning", "custom")]
"""Tasks that own data can be brought to by settings alone."""
STAGES = ("fingerprint", "collect", "validate", "split")


def usually(*tasks: str) -> list[Any]:
    """All kinds of tasks, of which only these are tried in a run without the slow tests."""
    return [pytest.param(task, marks=() if task in tasks else pytest.mark.slow) for task in KINDS]


def set_data(project: Project, block: str) -> None:
    """Put ``block`` in place of all that stands under ``data:``."""
    path = project.path / "params.yaml"
    text = path.read_text(encoding="utf-8")
    edited, count = re.subn(r"(?m)^data:.*\n(?:[ #].*\n)+", lambda _: block.rstrip() + "\n", text, count=1)
    assert count == 1
    path.write_text(edited, encoding="utf-8", newline="\n")


def data(project: Project, **given: Any) -> None:
    set_data(project, yaml.safe_dump({"data": given}, allow_unicode=True, sort_keys=False))


def quickly(project: Project, epochs: int = 2, seeds: str = "[0, 1]") -> None:
    """These tests ask what is collected, shown and reported, not how well it is learnt."""
    path = project.path / "params.yaml"
    text = re.sub(r"epochs: \d+", f"epochs: {epochs}", path.read_text(encoding="utf-8"))
    path.write_text(text.replace("seeds: [0, 1, 2]", f"seeds: {seeds}"), encoding="utf-8", newline="\n")


def stages(project: Project, *names: str) -> str:
    return "".join(project.succeed("python", "-m", *f"lab.stages.{name}".split()) for name in names)


def written(project: Project, path: str) -> Any:
    return json.loads((project.path / path).read_text(encoding="utf-8"))


def own_pictures(project: Project) -> str:
    path = "own_data/my 圖片 🐼's"
    make_pictures(project.path / path)
    return path


def bring(project: Project, task: str) -> str:
    """Make files of the task's kind and set params.yaml; return what collect should say of them."""
    if task == "image_classification":
        data(project, source="folder", path=own_pictures(project), size=32)
        return "300 pictures, 3 classes, 237 of them not RGB"
    if task == "audio_classification":
        make_sounds(project.path / "own_data/我的 sounds")
        data(project, source="folder", path="own_data/我的 sounds", rate=8000, seconds=1)
        return "150 sounds, 3 classes, 1 seconds each at 8,000 samples a second"
    if task == "graph_regression":
        make_molecules(project.path / "own_data/分子.csv")
        columns = {"text": "smiles", "target": "solubility", "id": "name"}
        data(project, source="table", path="own_data/分子.csv", columns=columns, unit="mol/L")
        return "150 molecules of 135 groups, the target is solubility (mol/L)"
    if task == "image_segmentation":
        make_masks(project.path / "own_data/葉 leaves")
        classes = {0: "地面", 100: "圓盤", 255: "bar's"}
        data(project, source="folder", path="own_data/葉 leaves", size=32, classes=classes)
        return "150 pictures with masks, 3 classes (地面, 圓盤, bar's)"
    if task == "object_detection":
        make_boxes(project.path / "own_data/街景 street", name="標註.json", pictures="圖 images")
        named = {"annotations": "標註.json", "pictures": "圖 images"}
        data(project, source="folder", path="own_data/街景 street", size=48, **named)
        return "150 pictures with 150 boxes of 2 classes (機車, taxi's)"
    if task == "depth_estimation":
        make_depths(project.path / "own_data/房 rooms")
        data(project, source="folder", path="own_data/房 rooms", size=32, unit="m", scale=0.001)
        return "150 pictures with depth maps, depth from"
    if task == "inpainting":
        make_holes(project.path / "own_data/破洞 streets")
        data(project, source="folder", path="own_data/破洞 streets", size=21, holes="holes")
        return "150 pictures with holes of your own"
    if task == "translation":
        make_translations(project.path / "own_data/翻譯.csv")
        columns = {"text": "english", "target": "chinese", "id": "編號"}
        data(project, source="table", path="own_data/翻譯.csv", columns=columns, longest=30)
        return "150 pairs of sentences"
    if task == "language_model":
        make_texts(project.path / "own_data/章回 novel", 300)
        data(project, source="folder", path="own_data/章回 novel", passage=200)
        return "193 passages of 60 texts"
    if task in ("image_captioning", "text_to_image"):
        make_captions(project.path / "own_data/圖說.csv")
        columns = {"file": "圖片", "target": "說明"}
        data(project, source="table", path="own_data/圖說.csv", columns=columns, size=32)
        return "150 pictures, 200 captions, 111 of them not RGB"
    if task == "imputation":
        make_measurements(project.path / "own_data/量測 2026.csv")
        measured: dict[str, Any] = {"source": "table", "path": "own_data/量測 2026.csv", "removed": 0.2, "seed": 1}
        data(project, **measured, columns={"id": "樣本", "ignore": ["batch"]})
        return "150 rows, 5 columns of numbers"
    if task == "anomaly_detection":
        path = own_pictures(project)
        for extra in sorted((project.path / path / CLASSES[2]).iterdir())[40:]:
            extra.unlink()  # outliers are rare
        data(project, source="folder", path=path, size=24, held_out=[CLASSES[2]])
        return "240 pictures, 3 classes"
    if task == "clustering":
        data(project, source="folder", path=own_pictures(project), size=24, clusters=4)
        return "300 pictures, 3 classes, 237 of them not RGB"
    if task == "time_series_forecasting":
        make_sales(project.path / "own_data/銷售 2026.csv")
        window = {"past": 14, "horizon": 7, "season": 7, "every": 2, "block": 7}
        dated: dict[str, Any] = {"date": "日期", "ignore": ["備註"]}
        data(project, source="table", path="own_data/銷售 2026.csv", columns=dated, known=["假日"], **window)
        return "forecasts of 7 values from 14; 2 series (台北店, Tainan's)"
    if task == "image_generation":
        data(project, source="folder", path=own_pictures(project), size=16)
        return "300 pictures, 237 of them not RGB"
    if task == "tabular_regression":
        make_houses(project.path / "own_data/房價 2026.csv")
        columns = {"target": "price", "id": "編號"}
        data(project, source="table", path="own_data/房價 2026.csv", columns=columns, unit="TWD")
        return "1000 rows, the target is price (TWD)"
    make_reviews(project.path / "own_data/評論.csv", classes=("正面", "負面", "普通"))
    data(project, source="table", path="own_data/評論.csv", columns={"text": "評論", "target": "情緒"})
    return "500 texts, 3 classes"


def put_files(project: Project, given: dict[str, Any], number: int = 150) -> None:
    """Files where the settings of one of the page's blocks say that they are."""
    path, columns = project.path / given["path"], given.get("columns", {})
    if path.name == "rooms":
        make_depths(path, number)
    elif path.name == "street":
        make_boxes(path, number)
    elif path.name == "leaves":
        make_masks(path, number, values=(0, 255))
    elif path.name == "streets":
        make_holes(path, number)
    elif columns.get("target") in ("mask", "depth", "hole"):
        folders = ("pictures", f"{columns['target']}s")
        pairs = zip(*(sorted(path.parent.rglob(f"{name}/*.*")) for name in folders), strict=True)
        named = [[one.relative_to(path.parent).as_posix() for one in pair] for pair in pairs]
        table = pd.DataFrame(named, columns=[columns["file"], columns["target"]])
        table.assign(**{columns["group"]: range(len(table))}).to_csv(path, index=False)
    elif columns.get("target") == "caption":
        table = pd.read_csv(make_captions(path, number))
        table.rename(columns={"圖片": columns["file"], "說明": "caption"}).to_csv(path, index=False)
    elif "file" in columns:
        files = [each.relative_to(path.parent).as_posix() for each in sorted(path.parent.rglob("*/*.*"))]
        rows = {columns["file"]: files, columns["target"]: [name.split("/")[1] for name in files]}
        pd.DataFrame(rows | {columns["group"]: range(len(files))}).to_csv(path, index=False)
    elif "text" in columns and "unit" in given:
        make_molecules(path, number)
    elif "longest" in given and columns:
        make_translations(path, number)
    elif "longest" in given:
        make_lines(path, number)
    elif "passage" in given:
        made = make_texts(path, number)
        if columns:
            names = {"詩": columns["text"], "作者": columns["group"]}
            pd.read_csv(made).rename(columns=names).to_csv(path, index=False)
    elif "text" in columns:
        names = {"評論": columns["text"], "情緒": columns["target"]}
        pd.read_csv(make_reviews(path, number)).rename(columns=names).to_csv(path, index=False)
    elif "horizon" in given:
        names = {"日期": columns["date"], "備註": "remarks", "假日": "holiday"}
        pd.read_csv(make_sales(path, 2 * number)).rename(columns=names).to_csv(path, index=False)
    elif "removed" in given:
        pd.read_csv(make_measurements(path, number)).rename(columns={"樣本": columns["id"]}).to_csv(path, index=False)
    elif "target" in columns:
        pd.read_csv(make_houses(path, 300)).rename(columns={"編號": "house", "note": "remarks"}).to_csv(
            path, index=False
        )
    elif path.name == "sounds":
        make_sounds(path, number)
    elif path.name == "texts":
        reviews = pd.read_csv(make_reviews(project.path / "reviews.csv", number))
        for row, (text, mood) in enumerate(reviews.itertuples(index=False)):
            file = path / mood / f"{row}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    else:
        make_pictures(path, number)
        for name in given.get("held_out", []):
            (path / CLASSES[2]).rename(path / name)
