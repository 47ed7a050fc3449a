"""Which candidacies stood where: the list behind every stock figure.

``queries/ledger.py`` counts from the roll-up; this names the same candidacies, so the list's length equals
the figure. Today's comes from the candidacies themselves, an earlier day's from the postings.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select

from cultivate import clock
from cultivate.domain.scope import Scope
from cultivate.domain.stages import STAGES, Stage
from cultivate.models import Candidacy, Posting
from cultivate.queries import lapses
from cultivate.queries.places import lies_in, within
from cultivate.queries.units import Unit

IN_FORCE = "in_force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is asked: an account, ``in_force``, or all four stages (empty); where; on which day; known when."""

    track: str
    stage: str = ""
    unit: Unit | None = None
    as_of: date
    known_at: datetime | None = None

    @property
    def is_now(self) -> bool:
        """Whether the cached stage answers: nothing lies in the future, and everything known counts."""
        return self.known_at is None and self.as_of >= clock.today()

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that are looked at."""
        if not self.stage:
            return STAGES
        return (Stage.CERTIFY,) if self.stage == IN_FORCE else (self.stage,)


def standing(scope: Scope, asked: Standing) -> Subquery:
    """``id``, ``account``, ``street_id``, ``park_id``, ``since`` of each candidacy that stood there."""
    found: Any = _now(scope, asked) if asked.is_now else _then(scope, asked)
    subquery: Subquery = found.subquery("standing")
    return subquery


def _where(table: Any, scope: Scope, unit: Unit | None) -> list[ColumnElement[bool]]:
    inside = within(table, scope)
    conditions = [] if inside is None else [inside]
    return conditions + ([] if unit is None else [lies_in(table, unit)])


def _now(scope: Scope, asked: Standing) -> Any:
    statement = select(
        Candidacy.id,
        Candidacy.stage.label("account"),
        Candidacy.street_id,
        Candidacy.park_id,
        Candidacy.stage_since.label("since"),
    ).where(
        Candidacy.track == asked.track,
        Candidacy.stage.in_(asked.accounts),
        *_where(Candidacy, scope, asked.unit),
    )
    if asked.stage == IN_FORCE:
        statement = statement.where(Candidacy.id.not_in(_waiting(asked)))
    return statement


def _then(scope: Scope, asked: Standing) -> Any:
    """By the postings; a change of street starts no new stay, so ``since`` is the last entry elsewhere too."""
    statement = (
        select(
            Posting.candidacy_id.label("id"),
            Posting.account,
            Posting.street_id,
            Posting.park_id,
            func.max(case((Posting.entered == 1, Posting.effective_on))).label("since"),
        )
        .where(
            Posting.track == asked.track,
            Posting.account.in_(asked.accounts),
            Posting.effective_on <= asked.as_of,
            *_where(Posting, scope, asked.unit),
        )
        .group_by(Posting.candidacy_id, Posting.account, Posting.street_id, Posting.park_id)
        .having(func.sum(Posting.amount) > 0)
    )
    if asked.known_at is not None:
        statement = statement.where(Posting.recorded_at <= asked.known_at)
    if asked.stage == IN_FORCE:
        statement = statement.where(Posting.candidacy_id.not_in(_waiting(asked)))
    return statement


def _waiting(asked: Standing) -> Select[int]:
    return lapses.waiting(asked.track, asked.as_of, asked.known_at)
