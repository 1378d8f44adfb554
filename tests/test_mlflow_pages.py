"""MLflow's pages in a browser, after `dvc repro` and `lab ui`: would a student see at once which method is better?

Pictures of them stay in `pictures/`, to be looked at.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Project

from lab.style import method_colours

Look = Callable[[str, str], str]

PICTURES = ROOT / "pictures"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def addresses(reproduced: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The pages that `lab ui` names, by name, while it serves them."""
    project = Project(
        Path(shutil.copytree(reproduced.path, tmp_path_factory.mktemp("pages") / "project", symlinks=True))
    )
    log = project.path / "ui.log"
    environment = os.environ | {"PYTHONPATH": str(project.path / "src")}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "lab.cli", "ui", "--no-browser"],
            cwd=project.path,
            env=environment,
            stdout=stream,
            stderr=stream,
        )
    try:
        deadline = time.monotonic() + 120
        while "Ctrl+C" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(encoding="utf-8")  # noqa: PT018
            time.sleep(0.2)
        yield dict(re.findall(r"^(\w[\w ]+\w) +(http\S+)$", log.read_text(encoding="utf-8"), re.MULTILINE))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="module")
def look(addresses: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Look:
    """``look(name, address)``: keep a picture of a page, and return what it shows as HTML."""
    if BROWSER is None:
        pytest.fail("no Chromium is installed")
    profile = tmp_path_factory.mktemp("profile")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1600,1000"]
    # Seconds that the page believes to pass: a machine under load loses none.
    command = [BROWSER, *options, f"--user-data-dir={profile}", "--virtual-time-budget=60000"]

    def open_page(name: str, address: str) -> str:
        PICTURES.mkdir(exist_ok=True)
        picture = PICTURES / f"{name}.png"
        for what in (f"--screenshot={picture}", "--dump-dom"):
            done = subprocess.run([*command, what, address], capture_output=True, timeout=240)
        assert picture.stat().st_size > 20_000
        return done.stdout.decode(errors="replace")

    open_page("begin", addresses["methods"].partition("#")[0] + "begin")
    return open_page


def text(page: str) -> str:
    return " ".join(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL).split())


@pytest.mark.browser
def test_the_first_page_is_a_table_with_the_better_method_above(
    reproduced: Project, addresses: dict[str, str], look: Look
) -> None:
    compared = json.loads((reproduced.path / "results/comparison.json").read_text(encoding="utf-8"))
    means = {method: entry["metrics"]["accuracy"]["mean"] for method, entry in compared["methods"].items()}
    best, other = sorted(means, key=lambda name: -means[name])
    page = look("methods", addresses["methods"])
    shown = text(page)
    assert f"Champion (chosen on validation data): {compared['champion']} ;" in shown
    assert "2 matching runs" in shown
    assert re.search(r'role="columnheader"[^>]*>.*?test/accuracy', page, re.DOTALL)
    table = shown[shown.index("test/accuracy") :]
    assert f"{means[best]:.2f}".rstrip("0").rstrip(".") in table
    assert table.index(f" {best} ") < table.index(f" {other} ")
    assert "champion;" in table
    assert "Detect issues" not in shown
    assert "Ask questions about" not in shown, "MLflow's chat stands beside the table"


@pytest.mark.browser
def test_the_charts_show_every_seed_in_the_colour_of_its_method(
    reproduced: Project, addresses: dict[str, str], look: Look
) -> None:
    page = look("seeds", addresses["seeds and curves"])
    shown = text(page)
    assert shown.index("test (3)") < shown.index("validation (")
    assert shown.index("test/accuracy") < shown.index("validation/loss")
    compared = json.loads((reproduced.path / "results/comparison.json").read_text(encoding="utf-8"))
    for method, hexadecimal in method_colours(compared["order"], "baseline", compared["champion"]).items():
        colour = "rgb({}, {}, {})".format(*bytes.fromhex(hexadecimal[1:]))
        assert all(f"{method}, seed {seed}" in shown for seed in range(3))
        bars = re.findall(rf'<path[^>]*style="[^"]*fill: {re.escape(colour)}', page)
        assert len(bars) >= 3, f"no bars of {method}"


@pytest.mark.browser
def test_the_methods_stand_side_by_side(addresses: dict[str, str], look: Look) -> None:
    shown = text(look("side by side", addresses["side by side"]))
    assert "Comparing 2 Runs from 1 Experiment" in shown
    assert all(word in shown for word in ("baseline", "novel", "test/accuracy", "width"))


@pytest.mark.browser
def test_the_champion_has_its_model_card(reproduced: Project, addresses: dict[str, str], look: Look) -> None:
    slug = re.search(r'^slug = "(.+)"', (reproduced.path / "project.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert slug
    shown = text(look("model", addresses["methods"].partition("#")[0] + f"#/models/{slug[1]}"))
    assert "Model card:" in shown
    assert "champion" in shown
