"""Digests of what a stage runs and of the params it reads, so that only what changed runs again.

DVC sees files. A team's ``problem.py`` holds both how examples are loaded and how answers are scored, and a new
metric must not train anything anew. So a digest covers a *name* and, through it, every name that its code
mentions, in this file and in the files of ``lab`` it imports. Comments, docstrings and layout do not count.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lab.errors import UserError
from lab.files import sha256

Name = tuple[str, str]
"""A module and a name in it; the name ``*`` is all of the module."""


@dataclass(frozen=True)
class Module:
    """A parsed file: the statements that bind each name, those that bind none, and what it imports."""

    bindings: dict[str, list[ast.stmt]]
    loose: list[ast.stmt]
    imports: dict[str, Name]


def digest(*roots: Name, params: Any = None, source: Path = Path("src")) -> str:
    """SHA-256 of ``params`` and of the code that ``roots`` reach; an optional name that is not defined adds nothing."""
    reached: dict[Name, str] = {}
    waiting = list(roots)
    while waiting:
        module_name, name = waiting.pop()
        module = _parse(module_name, source)
        if module is None or (module_name, name) in reached:
            continue
        if name == "*":
            waiting += [(module_name, bound) for bound in module.bindings]
            statements = module.loose
        elif name in module.imports:
            waiting.append(module.imports[name])
            continue
        else:
            statements = module.bindings.get(name, [])
        reached[module_name, name] = "\n".join(ast.unparse(statement) for statement in statements)
        for statement in statements:
            waiting += _mentioned(statement, module_name, module, source)
    lines = [f"{module}:{name}\n{code}" for (module, name), code in sorted(reached.items()) if code]
    return sha256("\n".join([*lines, repr(params)]).encode())


def _path(module_name: str, source: Path) -> Path | None:
    base = source.joinpath(*module_name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def _parse(module_name: str, source: Path) -> Module | None:
    path = _path(module_name, source)
    if path is None:
        return None  # another project's module: its version is in the environment, not in our code
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise UserError(f"{path.as_posix()}, line {error.lineno}: {error.msg}") from None
    tree = _WithoutDocstrings().visit(tree)
    package = module_name if path.name == "__init__.py" else module_name.rpartition(".")[0]
    module = Module({}, [], {})
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            module.imports.update(_imported(statement, package, source))
        elif names := _bound(statement):
            for name in names:
                module.bindings.setdefault(name, []).append(statement)
        elif not _is_for_type_checkers(statement):
            module.loose.append(statement)
    return module


def _imported(statement: ast.Import | ast.ImportFrom, package: str, source: Path) -> dict[str, Name]:
    """What an import binds: ``from lab.files import sha256`` one name, ``import lab.files`` all of a module."""
    if isinstance(statement, ast.Import):
        return {alias.asname or alias.name.partition(".")[0]: (alias.name, "*") for alias in statement.names}
    origin = statement.module or ""
    if statement.level:
        parents = package.split(".")
        origin = ".".join([*parents[: len(parents) - statement.level + 1], *filter(None, [origin])])
    found: dict[str, Name] = {}
    for alias in statement.names:
        submodule = f"{origin}.{alias.name}"
        found[alias.asname or alias.name] = (submodule, "*") if _path(submodule, source) else (origin, alias.name)
    return found


def _bound(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return [
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
    return []


def _mentioned(statement: ast.stmt, module_name: str, module: Module, source: Path) -> list[Name]:
    """Names that a statement uses, and what it imports inside its own body."""
    package = module_name.rpartition(".")[0]
    found: list[Name] = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and (node.id in module.bindings or node.id in module.imports):
            found.append((module_name, node.id))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found += _imported(node, package, source).values()
    return found


def _is_for_type_checkers(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test).endswith("TYPE_CHECKING")


class _WithoutDocstrings(ast.NodeTransformer):
    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [item for item in body if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))]
            node.body = kept or ([ast.Pass()] if not isinstance(node, ast.Module) else [])  # type: ignore[attr-defined]
        return node
