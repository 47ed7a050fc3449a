"""Imports of rosters and official lists: upload, check, resolve, commit, undo, report.

Preview and commit judge rows by the same two functions (``judging.judge``): a row that the preview calls new is
written as new, unless the register has changed in between, and then it gets the fresh verdict.
"""

from cultivate.services.imports.commit import commit
from cultivate.services.imports.decide import decide
from cultivate.services.imports.options import FIRMS, LISTS, ImportOptions
from cultivate.services.imports.report import report
from cultivate.services.imports.returned import returned_workbook
from cultivate.services.imports.run import run
from cultivate.services.imports.template import roster_template
from cultivate.services.imports.touched import ImportTouched, Touched
from cultivate.services.imports.undo import undo
from cultivate.services.imports.upload import drop, preview

__all__ = [
    "FIRMS",
    "LISTS",
    "ImportOptions",
    "ImportTouched",
    "Touched",
    "commit",
    "decide",
    "drop",
    "preview",
    "report",
    "returned_workbook",
    "roster_template",
    "run",
    "undo",
]
