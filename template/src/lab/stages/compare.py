"""Score all predictions and say which differences are real: ``results/comparison.json``, ``costs.json``, figures."""

from __future__ import annotations

from lab.comparison import units
from lab.comparison.figures import draw
from lab.comparison.groups import groups_of, warn_of_one
from lab.comparison.ledger import note_look
from lab.comparison.predictions import read_predictions
from lab.comparison.references import answers
from lab.comparison.summary import compare
from lab.console import tell
from lab.data.time_splitting import LEFT_OUT
from lab.errors import run
from lab.files import digests, read_table, write_json
from lab.paths import COMPARISON, COSTS, EXAMPLES, FIGURES, METRICS, OWN_FIGURES, RUNS, SPLITS
from lab.results import Compared, Comparison, Costs, Difference, Means, MethodCosts, RunRecord
from lab.runs import read_finished
from lab.settings import read_params, read_project
from lab.style import NUMBER, interval, number, probability, with_unit
from lab.team_code.loading import load_problem
from lab.tracking.follower import sync_all
from lab.words import Say, speaker


def main() -> None:
    params, project, problem = read_params(), read_project(), load_problem()
    records = {
        method: {seed: read_finished(RUNS / method / str(seed)) for seed in params.seeds} for method in params.methods
    }
    predictions = read_predictions(params.methods, params.seeds)
    parameters = {method: runs[params.seeds[0]]["parameter_count"] for method, runs in records.items()}
    splits = read_table(SPLITS, "id", "split")
    one = next(iter(predictions["baseline"].values()))
    test = one[one["split"] == "test"].reset_index(drop=True)
    asked = answers(problem, splits, test)
    examples = read_table(EXAMPLES, "id")
    warn_of_one(test["id"], groups_of(examples))
    compared = compare(problem, predictions, params.compare, parameters, asked, examples, project.language)
    units.settle(compared, problem.metrics, params.data.unit)
    # Before anything of it is written: whoever stops here has perhaps seen a figure.
    trained = [run["fingerprint"] for runs in records.values() for run in runs.values()]
    look = note_look(trained, problem.metrics[0].name)
    histories = {
        method: {seed: read_table(RUNS / method / str(seed) / "history.csv") for seed in runs}
        for method, runs in records.items()
    }
    drawings = draw(problem, predictions, histories, compared, project.language)
    sizes = splits.loc[splits["split"] != LEFT_OUT, "split"].value_counts()
    summary: Comparison = {
        **compared,
        "task": project.task,
        "examples": {str(split): int(size) for split, size in sizes.items()},
        "figures": [name for name in drawings if "/" not in name and name.removesuffix(".svg") not in OWN_FIGURES],
        "drawings": drawings,
        "figure_digests": digests(FIGURES, pattern="**/[!.]*"),
    }
    write_json(COMPARISON, summary)
    write_json(METRICS, means(summary))
    spent = {method: costs(list(runs.values())) for method, runs in records.items()}
    write_json(COSTS, Costs(methods=spent, look=look))
    for line in verdicts(summary, speaker(project.language)):
        print(line)
    for method, runs in records.items():
        if len(runs) > 1 and len({run["files"]["model.safetensors"] for run in runs.values()}) == 1:
            tell("console.seeds_alike", method=summary["methods"][method]["label"])
    sync_all()


def means(summary: Compared) -> Means:
    """The mean over seeds of each metric on the test split, by method."""
    return {
        method: {name: found["mean"] for name, found in entry["metrics"].items()}
        for method, entry in summary["methods"].items()
    }


def costs(runs: list[RunRecord]) -> MethodCosts:
    """What varies from run to run, by seed."""
    return {
        "seconds": [run["seconds"] for run in runs],
        "examples_per_second": [run["examples_per_second"] for run in runs],
        "peak_memory_bytes": [run["peak_memory_bytes"] for run in runs],
        "device": [run["device"] for run in runs],
    }


def verdicts(summary: Compared, say: Say) -> list[str]:
    """The comparison in words, a line for each method and metric, by what they are called in print."""
    lines, methods = [], summary["methods"]
    called = {name: entry["label"] for name, entry in methods.items()}
    for entry in methods.values():
        for metric in summary["metrics"]:
            found, digits = entry["metrics"][metric["name"]], metric["digits"]
            spread = "" if found["std"] is None else NUMBER["plus_minus"] + number(found["std"], digits)
            value = with_unit(number(found["mean"], digits) + spread, metric["unit"])
            parts = [say("console.value", method=entry["label"], metric=metric["label"], value=value)]
            if difference := found["difference"]:
                parts += told(difference, digits, called, say)
            lines.append(say("results.then").join(parts))
    primary = summary["metrics"][0]
    called |= {name: reference["label"] for name, reference in summary["references"].items()}
    for reference in summary["references"].values():
        found_there, digits = reference["metrics"][primary["name"]], primary["digits"]
        value = with_unit(number(found_there["value"], digits), primary["unit"])
        line = say("console.reference", name=reference["label"], metric=primary["label"], value=value)
        against = say("results.then").join(told(found_there["champion"], digits, called, say))
        lines.append(line + say("figures.item") + called[summary["champion"]] + say("terms.gap") + against)
    if len(summary["seeds"]) == 1:
        lines.append(say("console.one_seed"))
    if len(methods) > 1:
        lines.append(say("console.champion", metric=primary["label"], method=called[summary["champion"]]))
    return lines


def told(difference: Difference, digits: int, called: dict[str, str], say: Say) -> list[str]:
    """``+1.9 [+0.4, +3.4] from baseline`` and ``p = 0.013: significantly better``"""
    shift = number(difference["mean"], digits, signed=True)
    against = called[difference["against"]]
    parts = [say("console.against", shift=shift, interval=interval(difference["interval"], digits), against=against)]
    if difference["verdict"]:
        p = probability(difference["p_corrected"] or 0.0, equals=True)
        parts.append(say("console.verdict", p=p, verdict=say(f"terms.{difference['verdict'].replace(' ', '_')}")))
    return parts


if __name__ == "__main__":
    run(main)
