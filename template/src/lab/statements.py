"""What a single statement of Python binds, calls and changes: see ``lab.source_code``."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def bound(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return [node.id for node in stored] if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) else []


def only_binds(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return not any(
            isinstance(node, ast.Attribute | ast.Subscript) for target in targets for node in ast.walk(target)
        )
    if isinstance(statement, ast.ClassDef):
        return all(map(only_binds, statement.body))
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.Pass)


def called(node: ast.AST) -> Iterator[ast.expr]:
    """The functions that are called when a statement runs: not those in the body of a function that it defines."""
    if isinstance(node, ast.Call):
        yield node.func
    yield from (each for each in getattr(node, "decorator_list", []) if not isinstance(each, ast.Call))
    later = getattr(node, "body", []) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) else []
    for child in ast.iter_child_nodes(node):
        if child is not later and not (isinstance(later, list) and child in later):
            yield from called(child)


def last(expression: ast.expr) -> str:
    """``c`` of ``a.b.c``."""
    return expression.attr if isinstance(expression, ast.Attribute) else getattr(expression, "id", "")


def drop_docstrings(block: list[ast.stmt]) -> None:
    """Remove every text that is a statement by itself (a docstring), here and in the blocks below."""
    block[:] = [each for each in block if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    for statement in block:
        for part in (statement, *getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
            if isinstance(below := getattr(part, "body", None), list):
                drop_docstrings(below)
                part.body = below or [ast.Pass()]
            drop_docstrings(getattr(part, "orelse", []))
            drop_docstrings(getattr(part, "finalbody", []))
