"""Write what is handed in: proposal, report and slides, data and model card, and the evidence for the rubric."""

from pathlib import Path

from lab.cards import data_card, model_card
from lab.documents import compile_documents, read_results
from lab.errors import run
from lab.files import atomic, write_json, write_text
from lab.rubric import as_text, look_up, read_rubric
from lab.runs import RUNS, read_finished
from lab.settings import read_project

DELIVERABLES = Path("deliverables")


def main() -> None:
    # All of it is made before any of it is written: what fails leaves nothing half-done.
    project, rubric, results = read_project(), read_rubric(), read_results()
    champion, seeds = results["comparison"]["champion"], results["comparison"]["seeds"]
    runs = {seed: read_finished(RUNS / champion / str(seed)) for seed in seeds}
    cards = {"data_card.md": data_card(project, results), "model_card.md": model_card(project, results, runs)}
    documents = compile_documents()
    for name, content in documents.items():
        with atomic(DELIVERABLES / f"{name}.pdf") as temporary:
            temporary.write_bytes(content)
    for name, text in cards.items():
        write_text(DELIVERABLES / name, text)
    report = look_up(rubric)
    write_json(Path("results/rubric.json"), report)
    write_text(Path("results/rubric.md"), as_text(report, markdown=True))
    for path in sorted(DELIVERABLES.iterdir()):
        print(f"wrote {path.as_posix()}")


if __name__ == "__main__":
    run(main)
