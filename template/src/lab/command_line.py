"""Help and mistakes of a command line in the project's language."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import NoReturn

TITLES = {"positional arguments": "help.arguments", "options": "help.options", "commands": "help.commands"}
"""Headings of a help: argparse's own, and that of the subcommands."""


class Parser(argparse.ArgumentParser):
    """A parser that argparse would let speak English alone: the project's language is looked up where it speaks."""

    def __init__(self, **options: object) -> None:
        super().__init__(formatter_class=Formatter, **options)  # type: ignore[arg-type]

    def format_help(self) -> str:
        """The help with its headings."""
        from lab.console import localised, said

        for group in self._action_groups:
            group.title = said(TITLES[group.title]) if group.title in TITLES else group.title
        parts = [part for action in self._actions for part in getattr(action, "_choices_actions", [])]
        for each in [self, *self._actions, *parts]:
            for name in {"help", "description"} & vars(each).keys():
                setattr(each, name, getattr(each, name) and localised(getattr(each, name)))
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2 and what is wrong, as argparse says it."""
        from lab.console import localised, said

        self.exit(2, f"{self.format_usage()}{self.prog}: {said('console.error', text=localised(message))}\n")


class Formatter(argparse.HelpFormatter):
    """What a ``Parser`` lays its help out with."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """The line that begins with ``usage:``; without a prefix, argparse builds the names of subcommands."""
        from lab.console import said

        super().add_usage(usage, actions, groups, said("help.usage") if prefix is None else prefix)
