"""What comes next for a row of the pipeline, in words."""

from dataclasses import dataclass
from datetime import date

from cultivate.domain.stages import NEXT, Stage
from cultivate.errors import N_
from cultivate.i18n import _
from cultivate.queries.pipeline import PipelineRow

_NEXT = {
    Stage.DISCOVER: N_("Begin to serve"),
    Stage.RECOMMEND: N_("Record the recognition"),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done; ``overdue``: it should have been."""

    words: str
    overdue: bool = False
    to: str | None = None
    """The stage that it leads to, where it is a move."""


def next_step(row: PipelineRow) -> NextStep:
    """Of a row of the pipeline."""
    return next_of(row.account, row.follow_up_on, served=row.served_on is not None, as_of=row.as_of)


def next_of(account: str, follow_up_on: date | None, *, served: bool, as_of: date) -> NextStep:
    """The follow-up that was promised, else what the stage waits for."""
    if follow_up_on is not None:
        overdue = follow_up_on < as_of
        words = _("Follow up %(day)s", day=follow_up_on.isoformat())
        return NextStep(f"{words} {_('(overdue)')}" if overdue else words, overdue)
    if account == Stage.SERVE:
        return NextStep(_("Put forward"), to=NEXT[account]) if served else NextStep(_("Record a service"))
    if account not in _NEXT:
        return NextStep("—")
    return NextStep(_(_NEXT[Stage(account)]), to=NEXT[account])
