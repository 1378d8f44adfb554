"""What Python runs when a name is used: modules of this project, parsed but never imported.

A name reaches the statements that bind it and every name that these mention. The import of a module runs more: its
loose statements (a loop, ``SCALES["x"] = 3``, a call, what is under ``if``, ``try`` or ``with``), any definition
that may note something elsewhere, and the same of every module that it imports. These count always: where it cannot
be told whether a statement matters, it does.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

from lab.errors import UserError
from lab.files import read_text
from lab.statements import bound, called, drop_docstrings, last, only_binds

Name = tuple[str, str]
"""A module and a name in it. ``*`` is all of the module; ``IMPORT`` is what its import alone runs."""

IMPORT = ""
HARMLESS = {*dir(builtins)} - {"delattr", "eval", "exec", "globals", "next", "setattr", "vars"} | {
    *("cache", "cached_property", "contextmanager", "dataclass", "field", "lru_cache", "namedtuple", "overload"),
    *("override", "total_ordering", "field_validator", "model_validator", "inference_mode", "no_grad"),
    *("join", "split", "strip"),
}
"""Functions and decorators of others that only change what they return; so do classes of others."""
CONSTRUCTORS = ("__init__", "__new__", "__post_init__")
SUBCLASSING = ("__init_subclass__",)


class Module:
    """A parsed file: the statements that bind each name, those that do more, and what it imports."""

    def __init__(self, name: str, path: Path, source: Path, tree: ast.Module) -> None:
        self.name, self.path, self.source, self.tree = name, path, source, tree
        self.package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        self.bindings: dict[str, list[ast.stmt]] = {}
        self.loose: list[ast.stmt] = []
        self.main: list[ast.stmt] = []
        self.imports: dict[str, list[Name]] = {}
        self._read: dict[ast.stmt, tuple[str, set[Name]]] = {}
        self._sort(tree.body)

    def _sort(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            test = ast.unparse(statement.test) if isinstance(statement, ast.If) else ""
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for known, stands_for in self._imported(statement):
                    self.imports.setdefault(known, []).append(stands_for)
            elif isinstance(statement, ast.If) and test in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
                self._sort(statement.orelse)
            elif isinstance(statement, ast.If) and test == "__name__ == '__main__'" and not statement.orelse:
                self.main.append(statement)  # no import runs it
            else:
                for name in bound(statement):
                    self.bindings.setdefault(name, []).append(statement)
                if not only_binds(statement):
                    self.loose.append(statement)

    def _imported(self, statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Name]]:
        """The names that an import binds, and what each means."""
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                first = alias.name.partition(".")[0]
                yield alias.asname or first, (alias.name, "*")
                yield alias.asname or first, (alias.name if alias.asname else first, "*")
            return
        origin = statement.module or ""
        if statement.level:
            parents = self.package.split(".")
            origin = ".".join([*parents[: len(parents) - statement.level + 1], *filter(None, [origin])])
        for alias in statement.names:
            yield alias.asname or alias.name, (origin, alias.name)
            if locate(f"{origin}.{alias.name}", self.source):
                yield alias.asname or alias.name, (f"{origin}.{alias.name}", "*")

    def reach(self, name: str) -> tuple[str, set[Name]]:
        """The code that using ``name`` runs, without comments and layout, and the names that it leads to."""
        beyond: set[Name] = set()
        if name == IMPORT:
            statements = self.always
            imported = [entry for entries in self.imports.values() for entry in entries]
            beyond |= {(self.name.rpartition(".")[0], IMPORT), *((module, IMPORT) for module, _ in imported)}
            beyond |= set(self.imports.get("*", []))
        elif name == "*":
            statements = self.main
            beyond |= {(self.name, every) for every in (IMPORT, *self.bindings, *self.imports)}
        else:
            statements = self.bindings.get(name) or self.bindings.get("__getattr__", [])
            beyond |= {(self.name, IMPORT), *self.imports.get(name, [])}
        for statement in statements:
            if statement not in self._read:
                self._read[statement] = ast.unparse(statement), set(self._mentioned(statement))
            beyond |= self._read[statement][1]
        return "\n".join(self._read[statement][0] for statement in statements), beyond

    def _mentioned(self, statement: ast.stmt) -> Iterator[Name]:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                if node.id in self.bindings or node.id in self.imports:
                    yield self.name, node.id
                elif node.id in ("globals", "eval", "exec"):
                    yield self.name, "*"
            elif isinstance(node, ast.Import | ast.ImportFrom):
                yield from (name for _, name in self._imported(node))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if (node.value.id, node.attr) == ("sys", "modules"):
                    yield self.name, "*"
                for module, _ in self.imports.get(node.value.id, []):
                    yield f"{module}.{node.attr}", "*"  # `shop.tools`, where only another module imports it
            elif isinstance(node, ast.Call) and last(node.func) in ("import_module", "__import__"):
                yield from self._imported_by_text(node)

    def _imported_by_text(self, call: ast.Call) -> Iterator[Name]:
        """The module that a text names; if only its folder is known, all modules in that."""
        texts = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
        text = next((text for text in texts if isinstance(text, str)), "")
        if locate(text, self.source):
            yield text, "*"
            return
        folder = text.rpartition(".")[0].strip(".") or self.package
        for path in sorted(self.source.joinpath(*folder.split(".")).glob("*.py")):
            yield f"{folder}.{path.stem}", "*"

    def names_text(self, text: str) -> bool:
        texts = (node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant))
        return any(isinstance(each, str) and text in each for each in texts)

    @cached_property
    def always(self) -> list[ast.stmt]:
        """What the import of this module runs, whichever of its names is wanted."""
        binding = [statement for statements in self.bindings.values() for statement in statements]
        return list(dict.fromkeys(self.loose + [statement for statement in binding if self._may_act(statement)]))

    def _may_act(self, statement: ast.stmt) -> bool:
        """Whether a definition or an assignment may do more than bind its name."""
        if isinstance(statement, ast.ClassDef) and (
            statement.keywords or any(self._has(base, SUBCLASSING) for base in statement.bases)
        ):
            return True
        return any(self._is_harmful(function) for function in called(statement))

    def _is_harmful(self, function: ast.expr) -> bool:
        root = function
        while isinstance(root, ast.Attribute):
            root = root.value
        name = root.id if isinstance(root, ast.Name) else ""
        if name in self.bindings or any(locate(module, self.source) for module, _ in self.imports.get(name, [])):
            return root is not function or not name[0].isupper() or self._has(function, CONSTRUCTORS)
        return last(function) not in HARMLESS and not last(function)[:1].isupper()

    def _has(self, expression: ast.expr, methods: tuple[str, ...], seen: frozenset[Name] = frozenset()) -> bool:
        """Whether a class of this project has one of ``methods``, or inherits it from another of this project."""
        name = last(expression)
        for origin, own in [*self.imports.get(name, []), (self.name, name)]:
            module = parsed(origin, self.source)
            if module is None or (origin, own) in seen:
                continue
            below = seen | {(origin, own)}
            if own not in module.bindings and module._has(ast.Name(own), methods, below):
                return True
            for kind in module.bindings.get(own, []):
                if isinstance(kind, ast.ClassDef) and (
                    any(getattr(part, "name", "") in methods for part in kind.body)
                    or any(module._has(base, methods, below) for base in kind.bases)
                ):
                    return True
        return False


def locate(module_name: str, source: Path) -> Path | None:
    base = source.joinpath(*module_name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def parsed(module_name: str, source: Path) -> Module | None:
    """A module of this project; None for any other: its version is in the environment, not in our code."""
    path = locate(module_name, source) if module_name else None
    if path is None:
        return None
    try:
        tree = ast.parse(read_text(path))
    except SyntaxError as error:
        raise UserError(f"{path.as_posix()}, line {error.lineno}: {error.msg}") from None
    drop_docstrings(tree.body)
    return Module(module_name, path, source, tree)
