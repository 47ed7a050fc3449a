"""Why candidacies stand still, as people have said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import Candidacy, Firm, StallNote, User
from cultivate.queries.attention import overlong, speaks_of_stay
from cultivate.queries.candidacies import firm_within


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note as plain values."""

    id: int
    candidacy_id: int
    track: str
    stage: str
    stage_since: date
    reason: str
    words: str
    next_step: str
    due_on: date
    owner_id: int
    owner: str
    by: str | None
    recorded_at: datetime
    ended_at: datetime | None
    of_this_stay: bool
    """Whether the candidacy is still where it was when this was said."""

    def silences(self, as_of: date) -> bool:
        """Whether it keeps the candidacy off the lists on that day."""
        return self.of_this_stay and self.ended_at is None and self.due_on > as_of


def list_of(session: Session, scope: Scope, *candidacy_ids: int) -> list[NoteRow]:
    """All notes on these candidacies, the newest first."""
    found = _notes().where(StallNote.candidacy_id.in_(candidacy_ids), firm_within(scope))
    return _rows(session, found)


def get_note(session: Session, scope: Scope, note_id: int) -> NoteRow:
    """One note, or ``NotFound``."""
    found = _rows(session, _notes().where(StallNote.id == note_id, firm_within(scope)))
    if not found:
        raise NotFound
    return found[0]


def standing(session: Session, candidacy_ids: Sequence[int]) -> dict[int, NoteRow]:
    """The note that stands on where each of these candidacies is now, past its day or not."""
    found = _notes().where(StallNote.candidacy_id.in_(candidacy_ids), speaks_of_stay())
    return {row.candidacy_id: row for row in reversed(_rows(session, found))}


def overlong_among(session: Session, candidacy_ids: Sequence[int], as_of: date) -> set[int]:
    """Which of these stand longer in their stage than it allows, silenced or not."""
    asked = select(Candidacy.id).where(Candidacy.id.in_(candidacy_ids), overlong(as_of))
    return set(session.scalars(asked))


def _notes() -> "Select[Any]":
    owner, author = aliased(User), aliased(User)
    here: ColumnElement[bool] = (StallNote.stage == Candidacy.stage) & (
        StallNote.stage_since == Candidacy.stage_since
    )
    columns: tuple[Any, ...] = (
        StallNote.id,
        StallNote.candidacy_id,
        Candidacy.track,
        StallNote.stage,
        StallNote.stage_since,
        StallNote.reason,
        StallNote.words,
        StallNote.next_step,
        StallNote.due_on,
        StallNote.owner_id,
        owner.display_name,
        author.display_name,
        StallNote.recorded_at,
        StallNote.ended_at,
        here,
    )
    return (
        select(*columns)
        .join(Candidacy, Candidacy.id == StallNote.candidacy_id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .join(owner, owner.id == StallNote.owner_id)
        .outerjoin(author, author.id == StallNote.by_id)
        .order_by(StallNote.recorded_at.desc(), StallNote.id.desc())
    )


def _rows(session: Session, statement: "Select[Any]") -> list[NoteRow]:
    return [NoteRow(*row) for row in session.execute(statement)]
