"""Model card: Markdown for whoever meets the weights without the report; and what data_card.py shares with it.

After "Model Cards for Model Reporting" (Mitchell et al. 2019).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from lab.reporting.documents import Results
from lab.results import Comparison, RunRecord
from lab.settings import Project

KINDS = {
    "real": ("real data", "真實資料"),
    "composed": (
        "composed of real parts: results hold for such compositions only",
        "由真實素材組合而成，其結果僅適用於此類組合",
    ),
    "made": ("**made data: a program generated them, nothing was measured**", "**人造資料：由程式產生，並非量測所得**"),
}
VERDICTS = {
    "better": ("better", "較佳"),
    "worse": ("worse", "較差"),
    "not significant": ("not significant", "不顯著"),
    None: ("none: one seed", "無：僅一個種子"),
}


def number(value: float | None, digits: int = 0, signed: bool = False) -> str:
    """As in documents/machinery/numbers.typ: fixed digits, halves away from zero, thousands in groups, a true minus."""
    if value is None:
        return "–"
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    sign = "" if rounded == 0 else "−" if rounded < 0 else "+" if signed else ""
    return f"{sign}{abs(rounded):,}"


def escape(text: object) -> str:
    """User text as Markdown that shows it literally, in one line."""
    return re.sub(r"([\\`*_\[\]<>|#~]|&(?=#?\w+;))", r"\\\1", " ".join(str(text).split()))


def code(name: object) -> str:
    """A name of the code, or a value of a setting."""
    text = " ".join(str(name).split()).replace("`", "'").replace("|", "\\|")
    return f"`{text}`" if text else "–"


def link(text: str) -> str:
    return f"<{text}>" if re.fullmatch(r"https?://[^\s<>]+", text) else escape(text)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(header)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _say(project: Project, english: str, taiwanese: str) -> str:
    return taiwanese if project.language == "zh-TW" else english


def model_card(project: Project, results: Results, runs: dict[int, RunRecord]) -> str:
    """The champion's weights, training and limits, and all methods' results. ``runs`` is its run.json by seed."""

    def say(english: str, taiwanese: str) -> str:
        return _say(project, english, taiwanese)

    comparison, source = results["comparison"], results["provenance"]
    champion, run = comparison["champion"], runs[comparison["seeds"][0]]
    dirty = say(" with uncommitted changes", "（含未提交的修改）") if run["git_dirty"] else ""
    about = [
        (say("Project", "專題"), escape(project.title)),
        (say("Members", "組員"), ", ".join(escape(member.name) for member in project.members)),
        (say("Task", "任務"), code(comparison["task"])),
        (say("Parameters", "參數量"), number(run["parameter_count"])),
        (say("Code", "程式碼"), code(run["git_commit"] or "") + dirty),
        (say("Data", "資料"), f"{escape(source['title'])}: {say(*KINDS[source['kind']])}"),
        (say("Software", "軟體"), ", ".join(f"{escape(k)} {escape(v)}" for k, v in run["versions"].items())),
        (say("Device", "裝置"), _device(project, run)),
    ]
    primary = comparison["metrics"][0]
    values = comparison["methods"][champion]["metrics"][primary["name"]]["validation"]["values"]
    weights = [
        (code(f"runs/{champion}/{seed}/model.safetensors"), number(values[str(seed)], primary["digits"]))
        for seed in comparison["seeds"]
    ]
    settings = [(code(key), code(value)) for key, value in sorted(run["parameters"].items())]
    limits = [
        say("It was tested on the data above; on others it may fail.", "僅於上述資料上測試，換作其他資料可能失效。"),
        _reach(project, comparison),
        say(*KINDS[source["kind"]]) + say(".", "。"),
        _standing(project, comparison),
        *(
            say(
                f"{code(metric['name'])} is biased on few examples: compare it only with values from as many examples.",
                f"{code(metric['name'])} 在樣本少時有偏誤：只能與相同樣本數的值比較。",
            )
            for metric in comparison["metrics"]
            if metric["biased"]
        ),
    ]
    parts = [
        f"# {say('Model card', '模型卡')}: {code(champion)}",
        table(["", ""], about),
        f"## {say('Weights', '權重')}",
        table([say("File", "檔案"), say("Validation ", "驗證集 ") + code(primary["name"])], weights),
        say(
            "The method was chosen by its validation mean. Test scores describe the method, not one of these files.",
            "方法依驗證集平均值選出。測試分數描述的是方法，並非上列任何單一檔案。",
        ),
        f"## {say('Results on the test split', '測試集結果')}",
        _comparison(project, comparison),
        f"## {say('Training', '訓練')}",
        table([say("Setting", "設定"), say("Value", "值")], settings),
        f"## {say('Limits', '限制')}",
        "\n".join(f"- {limit}" for limit in limits),
    ]
    return "\n\n".join(parts) + "\n"


def _device(project: Project, run: RunRecord) -> str:
    """What it was trained on; of a processor also what its last digits depend on."""
    text, machine = f"{escape(run['device'])}, {escape(run['precision'])}", run.get("hardware")
    if not machine:
        return text
    threads = f"{machine['threads']} {_say(project, 'threads', '執行緒')}"
    return f"{text} ({escape(machine['processor'])}, {threads}, {escape(machine['kernels'])})"


def _comparison(project: Project, comparison: Comparison) -> str:
    """A row for each method and metric."""
    heads = (
        ("Method", "方法"),
        ("Metric", "指標"),
        ("Mean ± std", "平均 ± 標準差") if len(comparison["seeds"]) > 1 else ("Mean", "平均"),
        ("Difference", "差異"),
        ("Verdict", "判定"),
    )
    rows = []
    for method, entry in comparison["methods"].items():
        for metric in comparison["metrics"]:
            found, digits = entry["metrics"][metric["name"]], metric["digits"]
            spread = "" if found["std"] is None else f" ± {number(found['std'], digits)}"
            difference, shift, verdict = found["difference"], "–", _say(project, "reference", "基準")
            if difference:
                low, high = (number(edge, digits, signed=True) for edge in difference["interval"])
                shift = f"{number(difference['mean'], digits, signed=True)} \\[{low}, {high}\\]"
                verdict = _say(project, *VERDICTS[difference["verdict"]])
            unit = f" ({escape(metric['unit'])})" if metric["unit"] else ""
            arrow = "↑" if metric["higher_is_better"] else "↓"
            value = f"{number(found['mean'], digits)}{spread}"
            rows.append((code(method), f"{code(metric['name'])}{unit} {arrow}", value, shift, verdict))
    return table([_say(project, *names) for names in heads], rows)


def _reach(project: Project, comparison: Comparison) -> str:
    if len(comparison["seeds"]) == 1:
        return _say(project, "What a second seed would change is unknown.", "僅有一個種子，無法得知換種子會如何變動。")
    english = "Intervals cover other test examples and seeds, given this training set, these settings and this machine."
    return _say(project, english, "信賴區間涵蓋其他測試樣本與種子，僅適用於這份訓練資料、這些設定與這台機器。")


def _standing(project: Project, comparison: Comparison) -> str:
    """What having been chosen on validation data means on the test split."""
    name = comparison["metrics"][0]["name"]
    metric, difference = code(name), comparison["methods"][comparison["champion"]]["metrics"][name]["difference"]
    if difference is None:
        return _say(project, "On validation data no method beat the baseline.", "驗證集上沒有方法優於基準方法。")
    english, taiwanese = {
        "better": ("it is better than the baseline.", "優於基準方法。"),
        "worse": ("it is worse than the baseline.", "劣於基準方法。"),
        "not significant": ("its difference to the baseline is not significant.", "與基準方法的差異不顯著。"),
        None: ("one seed does not tell whether it is better.", "僅有一個種子，無法判定是否優於基準方法。"),
    }[difference["verdict"]]
    return _say(project, f"By {metric} on test data {english}", f"以測試集的 {metric} 而言，{taiwanese}")
