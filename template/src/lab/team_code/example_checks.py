"""What ``problem.py`` gives to learn from, checked where it gives it: collected data, their rules, loaded examples.

See ``Problem`` in contract.py. A mistake is told in one line, with the line of the team's code: see errors.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from torch import Tensor
from torch.utils.data import Dataset

from lab.contract import Examples, Problem, Provenance
from lab.errors import a, ask, wrong

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

SPLITS = ("train", "validation", "test")


def collected(problem: Problem, raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """The table of examples and its source, by ``collect``."""
    import pandas as pd

    returned = ask(problem.collect, raw, options)
    if not (isinstance(returned, tuple) and len(returned) == 2):
        raise wrong(problem.collect, f"returns {a(returned)}: return two values, the table and its Provenance")
    table, provenance = returned
    if not isinstance(table, pd.DataFrame):
        raise wrong(problem.collect, f"returns {a(table)} as its first value: it must be a pandas DataFrame")
    if not isinstance(provenance, Provenance):
        raise wrong(problem.collect, f"returns {a(provenance)} as its second value: it must be a Provenance(…)")
    if odd := [name for name in table.columns if not isinstance(name, str)]:
        raise wrong(problem.collect, f"returns a table with a column named {odd[0]!r}: names must be texts")
    if twice := list(table.columns[table.columns.duplicated()]):
        raise wrong(problem.collect, f"returns a table with two columns named {twice[0]!r}: rename or drop one")
    for column in ("id", "sha256"):
        if column not in table:
            raise wrong(problem.collect, f"returns no column {column!r}: every example needs one")
    if not len(table):
        raise wrong(problem.collect, "returns an empty table: no example was found")
    if odd := [value for value in table["id"] if not isinstance(value, str)][:1]:
        raise wrong(problem.collect, f'returns the id {odd[0]!r}: ids must be texts; write table["id"].astype(str)')
    known = get_args(get_type_hints(Provenance)["kind"])
    if provenance.kind not in known:
        raise wrong(problem.collect, f"says that its data are {provenance.kind!r}: kind is one of {', '.join(known)}")
    for name in ("title", "source", "licence", "citation", "notes"):
        if not isinstance(found := getattr(provenance, name), str):
            raise wrong(problem.collect, f"gives a Provenance whose {name} is {a(found)}: write a text")
    if not provenance.title.strip() or not provenance.source.strip():
        raise wrong(problem.collect, "gives a Provenance without title or source: say where the data come from")
    return table, provenance


def expected(problem: Problem, rows: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    """The rules of the data, by ``expectations``."""
    from great_expectations.expectations import Expectation

    returned = ask(problem.expectations, rows.copy(), options)
    if not isinstance(returned, list | tuple):
        raise wrong(problem.expectations, f"returns {a(returned)}: return a list of Great Expectations rules")
    for rule in returned:
        if isinstance(rule, type):
            raise wrong(problem.expectations, f"returns the class {rule.__name__}: write {rule.__name__}(column=…)")
        if not isinstance(rule, Expectation):
            raise wrong(problem.expectations, f"returns {a(rule)} among its rules: each is a gxe.Expect…(…)")
    return list(returned)


def loaded(problem: Problem, raw: Path, ids: dict[str, list[str]]) -> dict[str, Examples]:
    """The examples of each split, by ``load``."""
    splits = ask(problem.load, raw, {split: list(names) for split, names in ids.items()})
    if not isinstance(splits, dict):
        raise wrong(problem.load, f"returns {a(splits)}: return a dict with an entry for each split")
    if missing := [split for split in SPLITS if split not in splits]:
        raise wrong(problem.load, f"returns no split {missing[0]!r}: it has {', '.join(map(repr, splits))}")
    keys: dict[str, set[str]] = {}
    for split in dict.fromkeys([*SPLITS, *splits]):
        examples = splits[split]
        if isinstance(examples, Dataset):
            size = ask(lambda data=examples: len(data), of=type(examples))
            first = ask(lambda data=examples: data[0], of=type(examples)) if size else {}
            _check_example(type(examples), first)
        else:
            _check_tensors(problem, split, examples)
            first = examples
            size = len(next(iter(examples.values())))
        if size == 0 or (split in ids and size != len(ids[split])):
            wanted = f" for {len(ids[split])} ids: one row for each, in their order" if split in ids else ""
            raise wrong(problem.load, f"returns {size} examples of split {split!r}{wanted}")
        if missing := [name for name in problem.targets if name not in first]:
            text = f"returns no {missing[0]!r} in split {split!r}, which targets names: it has {', '.join(first)}"
            raise wrong(problem.load, text)
        keys[split] = set(first)
    for split in SPLITS[1:]:
        if keys[split] != keys["train"]:
            other = sorted(keys[split] ^ keys["train"])[0]
            raise wrong(problem.load, f"returns {other!r} in some splits and not in others: give each the same keys")
    return splits


def _check_tensors(problem: Problem, split: str, examples: Any) -> None:
    if not isinstance(examples, dict) or not examples:
        text = f"returns {a(examples)} as split {split!r}: it must be a dict of tensors, or a Dataset"
        raise wrong(problem.load, text)
    for name, value in examples.items():
        if not isinstance(name, str):
            raise wrong(problem.load, f"returns the key {name!r} in split {split!r}: keys must be texts")
        if not isinstance(value, Tensor):
            mend = "torch.from_numpy(…) makes one of it" if type(value).__module__ == "numpy" else "torch.tensor(…)"
            raise wrong(problem.load, f"returns {a(value)} as {name!r} of split {split!r}: make it a tensor: {mend}")
        if value.ndim == 0:
            raise wrong(problem.load, f"returns one number as {name!r} of split {split!r}: one row for each example")
    lengths = {name: len(value) for name, value in examples.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise wrong(problem.load, f"returns unequal numbers of rows in split {split!r}: {told}")


def _check_example(dataset: type, example: Any) -> None:
    """An item of a ``Dataset`` is one example."""
    if not isinstance(example, dict):
        raise wrong(dataset, f"gives {a(example)} for one example: __getitem__ must return a dict of tensors")
    for name, value in example.items():
        if not isinstance(value, Tensor):
            raise wrong(dataset, f"gives {a(value)} as {name!r} of an example: make it a tensor")
