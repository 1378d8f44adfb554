"""lab watch: what was saved is typeset, nothing else; a mistake is one line and the last PDF stays."""

from pathlib import Path

import example_results
import project_copy
import pytest

from lab.reporting import watch


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_was_saved_is_typeset(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project_copy.make(folder, methods=example_results.METHODS)
    seen = watch.typeset_changed({})
    pdfs = {path.stem: path.read_bytes() for path in watch.PREVIEW.iterdir()}
    assert set(pdfs) == {"proposal", "report", "slides"}
    assert capsys.readouterr().out.count("parts are left to write") == 3
    assert watch.typeset_changed(seen) == seen
    assert capsys.readouterr().out == ""

    source = Path("documents/report.typ")
    good = source.read_text(encoding="utf-8")
    source.write_text(good + "\n#unwritten[One more?]\n// #unwritten[Not this.]\n", encoding="utf-8")
    seen = watch.typeset_changed(seen)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("report: ")
    parts = good.count("#unwritten[") - 1  # the first line of the file is a comment that names one
    assert f"; {parts + 1} parts are left" in line
    assert {path.stem for path in watch.PREVIEW.iterdir() if path.read_bytes() != pdfs[path.stem]} == {"report"}

    kept = (watch.PREVIEW / "report.pdf").read_bytes()
    source.write_text(good + "\n#nothing-is-called-so", encoding="utf-8")
    seen = watch.typeset_changed(seen)
    assert capsys.readouterr().out.startswith("error: documents/report.typ, line ")
    assert (watch.PREVIEW / "report.pdf").read_bytes() == kept

    project = Path("project.toml")
    project.write_text(project.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    source.write_text(good, encoding="utf-8")
    watch.typeset_changed(seen)
    assert len(capsys.readouterr().out.splitlines()) == 3
