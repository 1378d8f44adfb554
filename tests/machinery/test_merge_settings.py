"""Settings and DVC's lock file are merged by what they say: each side's changes stay, and contradictions are shown."""

from itertools import permutations

import pytest
from ruamel.yaml import YAML

from lab.collaboration.merge import merge_lock
from lab.collaboration.merge_settings import merge_settings
from lab.errors import UserError

BASE = """\
# Every number.
data: {}  # what

seeds: [0, 1]   # each once
train: # for every method
  epochs: 30      # times

  # how fast
  rate: 0.001     # highest
launch:
  slurm: null     # or options

methods: # one file each
  baseline: {} # first
  novel:
    width: 3

compare: # every method
  resamples: 100
"""
WIDE = "  wide: {w: 1} # mine\n"
DEEP = "  # goes deep\n  deep:\n    layers: 4\n"
LAST = "  novel:\n    width: 3\n"


def edit(*changes: tuple[str, str]) -> str:
    text = BASE
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


CLEAN = {
    "a method each": ([(LAST, LAST + WIDE)], [(LAST, LAST + DEEP)]),
    "a method before and one after": ([("  baseline", WIDE + "  baseline")], [(LAST, LAST + DEEP)]),
    "a method and an option beside it": ([(LAST, LAST + WIDE)], [("width: 3", "width: 4")]),
    "two options of one method": ([("width: 3", "width: 4")], [("width: 3", "width: 3\n    depth: 5")]),
    "two settings side by side": ([("30 ", "40 ")], [("0.001", "0.002")]),
    "the same change": ([("30 ", "40 ")], [("30 ", "40 ")]),
    "a method out, another in": ([(LAST, "")], [("  baseline", WIDE + "  baseline")]),
    "a comment and a value": ([("# times", "# how often")], [("30 ", "40 ")]),
    "a comment alone and a value elsewhere": ([("# how fast", "# how very fast")], [("30 ", "40 ")]),
    "a section each": ([("launch:", "tune: {n: 3}\nlaunch:")], [("launch:", "# Later\nplot: 1\nlaunch:")]),
    "null becomes a mapping": (
        [("slurm: null     #", "slurm: # or\n    gpus: 2     #")],
        [("width: 3", "width: null")],
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), CLEAN.values(), ids=CLEAN)
def test_changes_of_both_sides_stay_with_their_comments(
    ours: list[tuple[str, str]], theirs: list[tuple[str, str]]
) -> None:
    for one, other in permutations((ours, theirs)):
        text, whole = merge_settings(BASE, edit(*one), edit(*other))
        assert whole
        lines = {line for line in (edit(*one) + edit(*other)).splitlines() if line not in BASE.splitlines()}
        assert {line for line in lines if "40" not in line and "how often" not in line} <= set(text.splitlines())
        expected = YAML(typ="safe").load(edit(*one))
        changed = YAML(typ="safe").load(edit(*other))
        found = YAML(typ="safe").load(text)
        base = YAML(typ="safe").load(BASE)
        for section in {*expected, *changed}:
            if changed.get(section) == base.get(section):
                assert found[section] == expected[section]
            elif expected.get(section) == base.get(section):
                assert found[section] == changed[section]


def test_two_methods_are_written_as_each_wrote_hers() -> None:
    text, whole = merge_settings(BASE, edit((LAST, LAST + WIDE)), edit((LAST, LAST + DEEP)))
    assert whole
    assert text == edit((LAST, LAST + DEEP + WIDE))


CONTRADICTIONS = {
    "one value": ("30      # times", "40      # times", "50      # times"),
    "a list": ("[0, 1]", "[0, 1, 2]", "[0, 1, 3]"),
    "changed and taken out": (LAST, "", "  novel:\n    width: 9\n"),
    "a mapping and a value": ("{} # first", "{a: 1} # first", "3 # first"),
}


@pytest.mark.parametrize(("old", "one", "other"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_what_both_changed_is_marked_in_its_place_and_nowhere_else(old: str, one: str, other: str) -> None:
    for mine, new in permutations((one, other)):
        text, whole = merge_settings(BASE, edit((old, mine)), edit((old, new), ("resamples: 100", "resamples: 200")))
        assert not whole
        before, marked, after = text.partition("<<<<<<< ours\n")
        ours, _, rest = after.partition("=======\n")
        theirs, _, end = rest.partition(">>>>>>> theirs\n")
        assert marked
        assert before + ours + end == edit((old, mine), ("resamples: 100", "resamples: 200"))
        assert before + theirs + end == edit((old, new), ("resamples: 100", "resamples: 200"))


@pytest.mark.parametrize(
    "text", ["a: &x 1\nb: *x\n", "{a: 1,\nb: 2}\n", "? a\n: 1\n", '"a b": 1\nc: 2\n', "a: |\n  text\nb:\n- 1\n- 2\n"]
)
def test_any_layout_is_merged_rightly_or_marked(text: str) -> None:
    for one, other in permutations((text.replace("1", "7"), text.replace("b", "d"))):
        merged, whole = merge_settings(text, one, other)
        if whole:
            assert "7" in merged
            assert "d" in merged
        else:
            assert merged.startswith("<<<<<<<") or "\n<<<<<<<" in merged


def entry(name: str, digest: str) -> str:
    return (
        f"  {name}:\n    cmd: python -m x {name}\n    outs:\n    - path: {name}\n      hash: md5\n      md5: {digest}\n"
    )


def lock(**stages: str) -> str:
    return "schema: '2.0'\nstages:\n" + "".join(
        entry(name.replace("_", "@"), digest) for name, digest in stages.items()
    )


def test_a_lock_file_keeps_what_each_side_ran(capsys: pytest.CaptureFixture[str]) -> None:
    base = lock(split="0", train_novel="1", train_old="2", compare="3")
    ours = lock(split="0", train_novel="4", train_old="2", compare="5", train_deep="6")
    theirs = lock(split="7", train_novel="1", compare="8", train_wide="9")
    assert merge_lock(base, ours, theirs) == lock(
        split="7", train_novel="4", compare="5", train_deep="6", train_wide="9"
    )
    assert capsys.readouterr().out == ""
    assert merge_lock(base, base, base) == base


def test_what_both_trained_is_ours_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    both = [lock(train_novel=digest, train_same="0") for digest in "12"]
    assert merge_lock("", *both) == both[0]  # where each made the file anew
    assert capsys.readouterr().out.count("both sides trained novel: your runs stay here") == 1
    assert merge_lock(both[0], "", both[1]) == both[1]


@pytest.mark.parametrize("text", ["stages: [", "<<<<<<< HEAD\nschema: '2.0'\n", "- 1\n", "schema: '2.0'\n"])
def test_a_lock_file_that_is_none_is_named(text: str) -> None:
    with pytest.raises(UserError, match=r"dvc\.lock is not as DVC wrote it"):
        merge_lock(lock(a="1"), lock(a="2"), text)
