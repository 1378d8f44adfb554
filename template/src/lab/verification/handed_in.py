"""Whether ``hand_in/``, which a grader reads on the Git host, holds the results that are here."""

from __future__ import annotations

from lab.files import read_json, read_text
from lab.paths import COMPARISON, HAND_IN
from lab.reporting.cards import comparison_table
from lab.reporting.hand_in import FILES, FOLDERS
from lab.settings import read_project
from lab.verification.differences import of_files, of_folders
from lab.words import speaker


def faults_of_hand_in() -> list[str]:
    """A line for each file that is another one; nothing before anything was handed in.

    What the page says of evidence counts commits, which went on: of it only the table is looked at.
    """
    if not HAND_IN.is_dir():
        return []
    faults = [fault for folder in FOLDERS for fault in of_folders(HAND_IN / folder, folder)]
    faults += [fault for path in FILES for fault in of_files(HAND_IN / path, path)]
    page = HAND_IN / "README.md"
    table = comparison_table(speaker(read_project().language), read_json(COMPARISON))
    if not page.is_file() or table not in read_text(page):
        faults.append(f"{page.as_posix()} has another table than {COMPARISON.as_posix()} gives")
    return faults
