"""What each member did, as far as Git and the runs tell: commits, lines, trained runs.

Runs are part of the results. Git's history is not: it goes on after a report is made. So what ``deliver`` writes has
the runs alone, and ``lab rubric`` and ``lab hand-in`` count commits and lines as they are at that moment.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab.kept_runs import read_record
from lab.paths import HOME, RUNS
from lab.reporting.checks_of_results import Check, Finding
from lab.runs import git
from lab.settings import read_params, read_project
from lab.words import Say

OWN = ("documents", "src/lab/tasks", "notebooks", "tests", "own_data")
OWN_FILES = ("params.yaml", "project.toml", "rubric.yml", "README.md")
"""Where a team writes. Lines elsewhere are the template's, as are those of the first commit."""


@dataclass
class Share:
    """What one person did; ``member`` is False of somebody whom project.toml does not name."""

    name: str
    member: bool
    runs: int = 0
    commits: int = 0
    added: int = 0
    removed: int = 0


def shares(live: bool) -> list[Share]:
    """Of each member, in the order of project.toml, then of others. Without ``live``: trained runs alone."""
    project = read_project()
    found = {member.name: Share(member.name, True) for member in project.members}
    emails = {member.email.casefold(): member.name for member in project.members if member.email}
    aliases, commits = _history(emails)
    for who, number in _runs().items():
        name = who if who in found else aliases.get(who, who)
        found.setdefault(name, Share(name, False)).runs += number
    for name, (number, added, removed) in commits.items() if live else ():
        share = found.setdefault(name, Share(name, False))
        share.commits, share.added, share.removed = number, added, removed
    return list(found.values())


def _runs() -> Counter[str]:
    """Finished runs of the methods and seeds of params.yaml, by who trained them."""
    params = read_params()
    records = [read_record(RUNS / method / str(seed)) for method in params.methods for seed in params.seeds]
    return Counter(str(each.get("member") or "unknown") for each in records if each.get("status") == "finished")


def _history(emails: dict[str, str]) -> tuple[dict[str, str], dict[str, tuple[int, int, int]]]:
    """Members by the other names in their commits, and commits, added and removed lines by name. .mailmap counts."""
    form = "--format=%x00%P%x1f%aN%x1f%aE%x1f%an"
    here = git("rev-parse", "--show-prefix")  # a project may lie inside a bigger repository, which has other commits
    only = () if not here or here.startswith(HOME.as_posix()) else ("--", ".")
    options = ("--no-merges", "--numstat", "--relative", form)
    text = git("-c", "core.quotePath=false", "log", *options, *only)
    aliases: dict[str, str] = {}
    counted: dict[str, tuple[int, int, int]] = {}
    for commit in filter(None, text.split("\0")):
        head, *lines = commit.splitlines()
        parents, mapped, email, written = head.split("\x1f")
        name = emails.get(email.casefold(), mapped)
        aliases[written] = aliases[mapped] = name
        changed = [line.split("\t") for line in lines if line.count("\t") == 2]
        own = [(int(more), int(less)) for more, less, path in changed if more.isdigit() and _is_own(path)]
        added, removed = (sum(each) for each in zip(*own, strict=True)) if own and parents.strip() else (0, 0)
        before = counted.get(name, (0, 0, 0))
        counted[name] = (before[0] + 1, before[1] + added, before[2] + removed)
    return aliases, counted


def _is_own(path: str) -> bool:
    place = PurePosixPath(path.replace("\\", "/"))
    inside = any(place.is_relative_to(folder) for folder in OWN) and not place.is_relative_to("documents/machinery")
    return inside or path in OWN_FILES


def _members(say: Say, live: bool) -> Finding:
    everyone = shares(live)
    kind = "evidence.share_live" if live else "evidence.share"
    told = [
        say(kind, name=one.name, runs=one.runs, commits=one.commits, added=one.added, removed=one.removed)
        for one in everyone
    ]
    strangers = [one.name for one in everyone if not one.member]
    told += [say("evidence.strangers", names=say("results.list").join(strangers))] if strangers else []
    idle = [one for one in everyone if one.member and not (one.runs or (live and one.commits))]
    where = "project.toml" if Path("project.toml").is_file() else ""
    return not idle and not strangers, say("figures.item").join(told), where


CHECKS: dict[str, tuple[str, tuple[str, ...], Check]] = {"members": ("methods", ("report#contributions",), _members)}
