"""Words for moves, and those for fields, figures, values and doors that paper says too."""

from cultivate.domain.stages import Exit, Stage
from cultivate.errors import N_
from cultivate.i18n import _
from cultivate.reports.words import FIELDS, YEAR_FIELDS, field, figure, value, who

__all__ = ["FIELDS", "MOVES", "PROPOSALS", "YEAR_FIELDS", "field", "figure", "mark", "move", "value", "who"]

#: a calibre beside a figure in a table, where there is no room for more
CALIBRE_MARKS: dict[str, str] = {
    "hnte": N_("HNTE"),
    "accounting": N_("books"),
    "tax": N_("tax"),
    "statistics": N_("survey"),
}
#: what the button of a move says; the second from ``recommend`` is the way back
MOVES: dict[str, str] = {
    Stage.SERVE: N_("Start serving"),
    Stage.RECOMMEND: N_("Recommend for filing"),
    Stage.CERTIFY: N_("Record the certificate"),
    Exit.WITHDRAWN: N_("Record as withdrawn"),
    Exit.MOVED_OUT: N_("Record as moved out"),
    Exit.CLOSED: N_("Record as closed down"),
}
BACK = N_("Back to serving")
PROPOSALS: dict[str, str] = {
    Stage.RECOMMEND: N_("Propose to recommend"),
    Exit.WITHDRAWN: N_("Propose: withdrawn"),
    Exit.MOVED_OUT: N_("Propose: moved out"),
    Exit.CLOSED: N_("Propose: closed down"),
}


def mark(calibre: str) -> str:
    """A calibre in one word."""
    return _(CALIBRE_MARKS[calibre])


def move(source: str, target: str) -> str:
    """What the button of a move says."""
    return _(BACK if (source, target) == (Stage.RECOMMEND, Stage.SERVE) else MOVES[target])
