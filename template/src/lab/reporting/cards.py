"""Model card: Markdown for readers who have the weights but not the report; and what data_card.py shares with it.

After "Model Cards for Model Reporting" (Mitchell et al. 2019).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lab.data_results import Collected
from lab.reporting.documents import Results
from lab.results import Comparison, MetricRecord, RunRecord
from lab.settings import Project
from lab.style import NUMBER, interval, number
from lab.words import Say, speaker


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


def model_card(project: Project, results: Results, runs: dict[int, RunRecord]) -> str:
    """The champion's weights, training and limits, and all methods' results. ``runs`` is its run.json by seed."""
    say = speaker(project.language)
    comparison, source = results["comparison"], results["provenance"]
    champion, run = comparison["champion"], runs[comparison["seeds"][0]]
    about = [
        (say("terms.project"), escape(project.title)),
        (say("terms.members"), ", ".join(escape(member.name) for member in project.members)),
        (say("terms.task"), code(comparison["task"])),
        (say("terms.parameters"), _size(say, run)),
        *((say("cards.pretrained"), _origin(say, each)) for each in run.get("pretrained", [])),
        (say("terms.code"), code(run["git_commit"] or "") + (say("cards.dirty") if run["git_dirty"] else "")),
        (say("terms.data"), f"{escape(source['title'])}: {kind(say, source)}"),
        (say("terms.software"), ", ".join(f"{escape(k)} {escape(v)}" for k, v in run["versions"].items())),
        (say("terms.device"), _device(say, run)),
    ]
    primary = comparison["metrics"][0]
    values = comparison["methods"][champion]["metrics"][primary["name"]]["validation"]["values"]
    weights = [
        (code(f"runs/{champion}/{seed}/model.safetensors"), number(values[str(seed)], primary["digits"]))
        for seed in comparison["seeds"]
    ]
    settings = [(code(key), code(value)) for key, value in sorted(run["parameters"].items())]
    limits = [
        say("cards.tested_on"),
        say("cards.reach" if len(comparison["seeds"]) > 1 else "cards.reach_one_seed"),
        *([] if source["kind"] == "real" else [limit(say, source)]),
        _champion(say, comparison),
        *(say("cards.biased", metric=named(one["name"], one)) for one in comparison["metrics"] if one["biased"]),
    ]
    parts = [
        f"# {say('cards.model_card', method=code(champion))}",
        table(["", ""], about),
        f"## {say('cards.weights')}",
        table([say("terms.file"), say("cards.validation_of", metric=named(primary["name"], primary))], weights),
        say("cards.chosen"),
        f"## {say('cards.results')}",
        comparison_table(say, comparison),
        f"## {say('cards.training')}",
        table([say("terms.setting"), say("terms.value")], settings),
        f"## {say('cards.limits')}",
        "\n".join(f"- {limit}" for limit in limits),
    ]
    return "\n\n".join(parts) + "\n"


def named(name: str, entry: Mapping[str, Any]) -> str:
    """What a method, a reference or a metric is called in print."""
    return escape(entry.get("label") or name.replace("_", " "))


def kind(say: Say, source: Collected) -> str:
    """Whether the data are real; synthetic data say so in bold."""
    text = say(f"kinds.{source['kind']}")
    return f"**{text}**" if source["kind"] == "made" else text


def limit(say: Say, source: Collected) -> str:
    """What data that are not real say nothing about."""
    return say("terms.gap").join(say(f"kinds.{source['kind']}_{part}") for part in ("title", "limit"))


def _size(say: Say, run: RunRecord) -> str:
    """How many numbers the weights have, and how many of them learned."""
    whole, trained = run["parameter_count"], run.get("trained_count", run["parameter_count"])
    return number(whole) if trained == whole else f"{number(whole)} ({say('cards.trained', number=number(trained))})"


def _origin(say: Say, given: dict[str, str]) -> str:
    """Whose weights training began with, and by which licence."""
    told = [f"{given['name']}: {given['source']}", f"{say('terms.licence')} {given['licence']}", given["citation"]]
    return "; ".join([*(escape(text) for text in told if text), f"SHA-256 {code(given['sha256'])}"])


def _device(say: Say, run: RunRecord) -> str:
    """What it was trained on; of a processor also what its last digits depend on."""
    text, machine = f"{escape(run['device'])}, {escape(run['precision'])}", run.get("hardware")
    if not machine:
        return text
    threads = f"{machine['threads']} {say('terms.threads')}"
    return f"{text} ({escape(machine['processor'])}, {threads}, {escape(machine['kernels'])})"


def comparison_table(say: Say, comparison: Comparison) -> str:
    """A row for each method and metric, methods in the order of ``params.yaml``."""
    mean = "mean_std" if len(comparison["seeds"]) > 1 else "mean"
    rows = []
    for method in comparison.get("order", list(comparison["methods"])):
        entry = comparison["methods"][method]
        for metric in comparison["metrics"]:
            found, digits = entry["metrics"][metric["name"]], metric["digits"]
            value = number(found["mean"], digits)
            if found["std"] is not None:
                value += f"{NUMBER['plus_minus']}{number(found['std'], digits)}"
            difference, shift, verdict = found["difference"], number(None), say("terms.reference")
            if difference:
                shift = f"{number(difference['mean'], digits, signed=True)} "
                shift += escape(interval(difference["interval"], digits))
                if entry["family"] == "ablation":
                    whole = difference["against"]
                    shift += say("terms.from", method=named(whole, comparison["methods"][whole]))
                verdict = say(f"terms.{(difference['verdict'] or 'no_verdict').replace(' ', '_')}")
            rows.append((named(method, entry), _axis(metric), value, shift, verdict))
    for name, reference in comparison["references"].items():
        metric = comparison["metrics"][0]
        value = number(reference["metrics"][metric["name"]]["value"], metric["digits"])
        rows.append((named(name, reference), _axis(metric), value, number(None), say("terms.classical")))
    return table([say(f"terms.{name}") for name in ("method", "metric", mean, "difference", "verdict")], rows)


def _axis(metric: MetricRecord) -> str:
    """A metric, its unit in brackets, and the better direction."""
    unit = f" ({escape(metric['unit'])})" if metric["unit"] else ""
    return f"{named(metric['name'], metric)}{unit} {'↑' if metric['higher_is_better'] else '↓'}"


def _champion(say: Say, comparison: Comparison) -> str:
    """What having been chosen on validation data means on the test split."""
    metric = comparison["metrics"][0]
    name = metric["name"]
    difference = comparison["methods"][comparison["champion"]]["metrics"][name]["difference"]
    if difference is None:
        return say("cards.champion_is_baseline")
    found = (difference["verdict"] or "no_verdict").replace(" ", "_")
    return say(f"cards.champion_{found}", metric=named(name, metric))
