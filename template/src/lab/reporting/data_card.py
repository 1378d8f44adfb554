"""Data card: Markdown for whoever meets the data without the report.

After "Datasheets for Datasets" (Gebru et al. 2021).
"""

from __future__ import annotations

from lab.reporting.cards import KINDS, Results, code, escape, link, number, table
from lab.settings import Project

SPLITS = {"train": ("train", "訓練"), "validation": ("validation", "驗證"), "test": ("test", "測試")}


def say(project: Project, english: str, taiwanese: str) -> str:
    return taiwanese if project.language == "zh-TW" else english


def data_card(project: Project, results: Results) -> str:
    """Where the data come from, what is in them, how they were split and checked."""

    def tell(english: str, taiwanese: str) -> str:
        return say(project, english, taiwanese)

    source, splits, validation = results["provenance"], results["splits"], results["validation"]
    unsaid = tell("not given (params.yaml: data)", "未註明（params.yaml 的 data）")
    about = [
        (tell("Project", "專題"), escape(project.title)),
        (tell("Kind", "性質"), tell(*KINDS[source["kind"]])),
        (tell("Source", "來源"), link(source["source"])),
        (tell("Licence", "授權"), escape(source["licence"]) or unsaid),
        (tell("Citation", "引用"), escape(source["citation"]) or unsaid),
        (tell("Notes", "備註"), escape(source["notes"]) or "–"),
        (tell("Examples", "樣本數"), number(source["rows"])),
        (tell("Size", "大小"), f"{number(source['bytes'])} bytes"),
        (tell("Digest", "摘要值"), code(source["digest"])),
    ]
    names = {"train": tell("train", "訓練"), "validation": tell("validation", "驗證"), "test": tell("test", "測試")}
    parts = [
        f"# {tell('Data card', '資料卡')}: {escape(source['title'])}",
        table(["", ""], about),
        *_classes(project, validation, splits),
        f"## {tell('Columns', '欄位')}",
        table(
            [tell("Column", "欄位"), tell("Type", "型別")], [(code(k), code(v)) for k, v in source["columns"].items()]
        ),
        f"## {tell('Splits', '切分')}",
        table(
            [tell("Split", "集合"), tell("Examples", "樣本數")], [(names[k], number(splits["sizes"][k])) for k in names]
        ),
        _rules(project, splits),
        f"## {tell('Validation', '驗證')}",
        _warnings(project, validation),
        _rules(project, validation),
    ]
    if source["files"]:
        files = [(code(name), code(digest)) for name, digest in sorted(source["files"].items())]
        parts += [f"## {tell('Downloaded files', '下載的檔案')}", table([tell("File", "檔案"), "SHA-256"], files)]
    return "\n\n".join(parts) + "\n"


def _classes(project: Project, validation: Results, splits: Results) -> list[str]:
    """How many examples each class has, in all and in each split; nothing if the answer is no class."""
    if not validation["classes"]:
        return []
    names = [say(project, *pair) for pair in (("Class", "類別"), ("Examples", "樣本數"))]
    rows = []
    for name, count in validation["classes"].items():
        by_split = splits["classes"].get(name, {})
        rows.append((escape(name), number(count), *(number(by_split.get(part)) for part in SPLITS)))
    header = [*names, *(say(project, *pair) for pair in SPLITS.values())]
    return [f"## {say(project, 'Classes', '類別分布')}", table(header, rows)]


def _warnings(project: Project, validation: Results) -> str:
    """What did not stop the pipeline, but should be known."""
    if not validation["warnings"]:
        return say(project, "No rule gave a warning.", "沒有警告。")
    head = say(project, "Warnings:", "警告：")
    return "\n".join([head, "", *(f"- {escape(warning[project.language])}" for warning in validation["warnings"])])


def _rules(project: Project, report: Results) -> str:
    heads = (("Column", "欄位"), ("Rule", "規則"), ("If broken", "違反時"), ("Broken", "違反筆數"))
    severities = {"stop": ("stop", "停止"), "warn": ("warn", "警告"), "info": ("tell", "告知")}
    rows = [
        (
            code(rule["column"] or ""),
            escape(rule["words"][project.language]),
            say(project, *severities[rule["severity"]]),
            number(rule["unexpected_count"]) if rule["success"] or rule["unexpected_count"] else "!",
        )
        for rule in report["expectations"]
    ]
    return table([say(project, *names) for names in heads], rows)
