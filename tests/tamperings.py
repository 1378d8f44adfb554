"""What somebody may swap in a project, and by what line `lab verify` names it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from conftest import Project
from pipeline import ROOM
from safetensors.numpy import load_file, save_file

from lab.files import tree_digest
from lab.runs import sealed

RUN = "runs/novel/0"


def edit_json(path: Path, *keys: str | int, to: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def seal(root: Path) -> None:
    """Give a forged run the digests that it would have: only another training can tell."""
    path = root / RUN / "run.json"
    record = sealed(json.loads(path.read_text(encoding="utf-8")), path.parent)
    path.write_text(json.dumps(record), encoding="utf-8")


def predictions(root: Path) -> None:
    path = root / RUN / "predictions.parquet"
    table = pd.read_parquet(path)
    table.at[7, "log_probability"] = table.at[8, "log_probability"]
    table.to_parquet(path, index=False)


def predictions_sealed(root: Path) -> None:
    predictions(root)
    seal(root)


def weights_sealed(root: Path) -> None:
    path = root / RUN / "model.safetensors"
    weights = load_file(path)
    name = max(weights, key=lambda each: weights[each].size)
    weights[name].flat[0] += 0.001
    save_file(weights, path)
    seal(root)


def another_seed(root: Path) -> None:
    """A better seed, said to be the first one."""
    for name in ("predictions.parquet", "model.safetensors", "history.csv"):
        (root / RUN / name).write_bytes((root / "runs/novel/1" / name).read_bytes())
    seal(root)


def copied_seed(root: Path) -> None:
    """One run twice: the second is said to be another seed's."""
    one, other = root / RUN, root / "runs/novel/1"
    record = json.loads((other / "run.json").read_text(encoding="utf-8"))
    for path in one.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    copy = json.loads((one / "run.json").read_text(encoding="utf-8"))
    copy |= {name: record[name] for name in ("seed", "fingerprint")}
    (other / "run.json").write_text(json.dumps(sealed(copy, other)), encoding="utf-8")


def right_answers(root: Path) -> None:
    """What a method answered becomes what is right, for it alone."""
    path = root / RUN / "predictions.parquet"
    table = pd.read_parquet(path)
    table["label"] = [int(max(range(10), key=lambda digit: row[digit])) for row in table["log_probability"]]
    table.to_parquet(path, index=False)
    seal(root)


def page_of_data(root: Path) -> None:
    path = root / "results/data_docs/index.html"
    path.write_text(path.read_text(encoding="utf-8").replace("</title>", "!</title>", 1), encoding="utf-8")


def param(root: Path) -> None:
    Project(root).write("params.yaml", "width: 16 ", "width: 24 ")


def code(root: Path) -> None:
    path = root / ROOM / "novel.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\nEXTRA = 1\n", encoding="utf-8")


def row_of_data(root: Path) -> None:
    path = root / "data/raw/examples.parquet"
    table = pd.read_parquet(path)
    table.loc[3, "label"] = (table.loc[3, "label"] + 1) % 10
    table.to_parquet(path, index=False)


def row_of_data_with_its_digest(root: Path) -> None:
    row_of_data(root)
    raw = root / "data/raw"
    edit_json(raw / "provenance.json", "digest", to=tree_digest(raw, lambda path: path.name == "provenance.json"))


def kind_of_data(root: Path) -> None:
    edit_json(root / "data/raw/provenance.json", "kind", to="made")


def learned_from_the_test_split(root: Path) -> None:
    path = root / "data/splits.parquet"
    table = pd.read_parquet(path)
    table.loc[table.index[table["split"] == "test"][0], "split"] = "train"
    table.to_parquet(path, index=False)


def score(root: Path) -> None:
    edit_json(root / "results/comparison.json", "methods", "novel", "metrics", "accuracy", "mean", to=0.9999)


def figure(root: Path) -> None:
    path = root / "results/figures/confusion.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("<svg ", "<svg class='x' ", 1), encoding="utf-8")


def number_in_the_report(root: Path) -> None:
    """The report as it would be with a better score; results and sources are those that were."""
    project = Project(root)
    files = [root / "results/comparison.json", root / "dvc.lock"]
    before = [path.read_bytes() for path in files]
    score(root)
    files[1].unlink()  # else deliver itself refuses the edited result
    project.succeed("python", "-m", "lab.stages.deliver")
    for path, content in zip(files, before, strict=True):
        path.write_bytes(content)


def number_in_the_card(root: Path) -> None:
    path = root / "deliverables/model_card.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\d\d\.\d ±", "99.9 ±", text, count=1), encoding="utf-8")


TAMPERINGS: list[tuple[Callable[[Path], None], str, str]] = [
    (predictions, "lock", r"^runs/novel is not what dvc\.lock names"),
    (predictions, "runs", r"^runs/novel/0/predictions\.parquet is not what training wrote"),
    (param, "runs", r"^runs/novel/0: params\.yaml: width is 24, trained with 16"),
    (code, "runs", r"^runs/novel/0: trained with other code"),
    (copied_seed, "runs", r"^runs/novel/1 is a copy of runs/novel/0: run\.json has the same key"),
    (right_answers, "runs", r"^runs/novel/0/predictions\.parquet has other right answers or other examples than runs/"),
    (page_of_data, "split", r"^results/data_docs/index\.html: line \d+: .*!</title>.*made again"),
    (predictions_sealed, "trained", r"runs/novel/0/predictions\.parquet: log_probability of 1 rows, the first is id "),
    (weights_sealed, "trained", r"runs/novel/0/model\.safetensors: \S+: 1 of \d+ numbers differ, at most by 0\.001"),
    (another_seed, "trained", r"runs/novel/0/predictions\.parquet: log_probability of \d+ rows"),
    (row_of_data, "data", r"^data/raw: not as collected: last written: examples\.parquet"),
    (
        row_of_data_with_its_digest,
        "data",
        r"^data/raw/examples\.parquet: label of 1 rows, the first is id \S+: \d",
    ),
    (kind_of_data, "data", r"^data/raw/provenance\.json: kind: 'made', made again 'real'"),
    (learned_from_the_test_split, "split", r"data/splits\.parquet: split of 1 rows, .*: train, made again test"),
    (score, "comparison", r"results/comparison\.json: methods\.novel\.metrics\.accuracy\.mean: 0\.9999, made again \d"),
    (figure, "comparison", r"results/figures/confusion\.svg: line \d+: .*class=.*made again"),
    (score, "documents", r"deliver: results/comparison\.json is not what its stage wrote"),
    (
        number_in_the_report,
        "documents",
        r"deliverables/report\.pdf: page \d+: '1\.0', where these results give '\d+\.\d'",
    ),
    (number_in_the_card, "documents", r"deliverables/model_card\.md: line \d+: .*99\.9 ±.*made again"),
]
