"""Imports of rosters and official lists: upload, check, resolve, commit, undo, report.

Preview and commit judge rows by the same function (``Kind.judge``): a row that the preview calls new is
written as new, unless the register has changed in between, and then it gets the fresh verdict.
"""

from cultivate.services.imports.commit import commit
from cultivate.services.imports.decide import decide, decide_many, mark_of, none_of_the_rest
from cultivate.services.imports.forget import forget
from cultivate.services.imports.intake import Upload, open_file, read_or_ask
from cultivate.services.imports.kind import Decided
from cultivate.services.imports.kinds import KINDS, OUTCOMES, get_kind
from cultivate.services.imports.mapping import look, read_again, remap
from cultivate.services.imports.options import FIRMS, LISTS, POLICIES, ImportOptions
from cultivate.services.imports.report import report
from cultivate.services.imports.returned import returned_workbook
from cultivate.services.imports.run import run
from cultivate.services.imports.suggestions import accept_suggestions, take_back_accepted
from cultivate.services.imports.template import roster_template
from cultivate.services.imports.touched import ImportTouched, Touched
from cultivate.services.imports.undo import undo
from cultivate.services.imports.upload import drop, keep, preview

__all__ = [
    "FIRMS",
    "KINDS",
    "LISTS",
    "OUTCOMES",
    "POLICIES",
    "Decided",
    "ImportOptions",
    "ImportTouched",
    "Touched",
    "Upload",
    "accept_suggestions",
    "commit",
    "decide",
    "decide_many",
    "drop",
    "forget",
    "get_kind",
    "keep",
    "look",
    "mark_of",
    "none_of_the_rest",
    "open_file",
    "preview",
    "read_again",
    "read_or_ask",
    "remap",
    "report",
    "returned_workbook",
    "roster_template",
    "run",
    "take_back_accepted",
    "undo",
]
