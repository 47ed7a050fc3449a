"""The pipeline as a board: the list's rows in four columns, each with its true count and a page of cards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.domain.stages import OPEN_STAGES, Stage
from cultivate.models import Candidacy
from cultivate.queries import list_details, pipeline
from cultivate.queries.attention import stalled_condition
from cultivate.queries.pipeline import Narrowing, PipelineRow
from cultivate.queries.stock import IN_FORCE, Standing, standing

#: columns by what they ask the list for; the last holds certificates that count
COLUMNS: tuple[str, ...] = (*OPEN_STAGES, IN_FORCE)
CARDS = 50


@dataclass(frozen=True, slots=True)
class Card:
    """A candidacy on the board."""

    row: PipelineRow
    readiness: str
    """In words, of the board's track; empty where nobody has looked."""
    stalled: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A stage: how many stand there by the filters, and the cards of one page."""

    asked: str
    """What the list is asked for: a stage, or ``in_force``."""
    total: int
    cards: Sequence[Card]
    shown: int
    """Cards up to the end of this page."""

    @property
    def stage(self) -> str:
        """The stage that a card of this column stands at."""
        return stage_of(self.asked)

    @property
    def more(self) -> bool:
        """Whether there are cards after these."""
        return self.shown < self.total


def stage_of(column: str) -> str:
    """The stage of a column."""
    return Stage.CERTIFY if column == IN_FORCE else column


def list_columns(
    session: Session,
    scope: Scope,
    asked: Standing,
    narrowing: Narrowing,
    columns: Sequence[str] = COLUMNS,
    after: int = 0,
) -> list[Column]:
    """The columns in the list's order, their cards behind the first ``after``; one query a detail for all."""
    totals = count(session, scope, asked, narrowing)
    ids = {name: _ids(session, scope, replace(asked, stage=name), narrowing, after) for name in columns}
    ways = [way for found in ids.values() for way in found]
    cards = _cards(session, scope, replace(asked, stage=""), ways)
    return [
        Column(name, totals[name], [cards[way] for way in found], after + len(found))
        for name, found in ids.items()
    ]


def count(session: Session, scope: Scope, asked: Standing, narrowing: Narrowing) -> dict[str, int]:
    """How many stand in each column: the ledger's figure, counted anew where something narrows the list."""
    if not narrowing.narrows:
        stock = pipeline.stage_counts(session, scope, asked)
        return {name: stock[name] for name in COLUMNS}
    everywhere = replace(asked, stage="")
    stood = standing(scope, everywhere)
    listed = pipeline.ordered(scope, stood, everywhere, narrowing).order_by(None)
    by_account = listed.with_only_columns(stood.c.account, func.count()).group_by(stood.c.account)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(by_account)}
    certified = replace(asked, stage=IN_FORCE)
    in_force = pipeline.ordered(scope, standing(scope, certified), certified, narrowing).order_by(None)
    counted = session.scalar(select(func.count()).select_from(in_force.subquery()))
    return {**{stage: found.get(stage, 0) for stage in OPEN_STAGES}, IN_FORCE: counted or 0}


def find_card(
    session: Session, scope: Scope, asked: Standing, narrowing: Narrowing, candidacy_id: int
) -> tuple[str, Card] | None:
    """One candidacy's column and card; ``None`` where these filters do not show it."""
    only = replace(narrowing, ids=(candidacy_id,))
    for name in COLUMNS:
        if _ids(session, scope, replace(asked, stage=name), only, 0):
            return name, _cards(session, scope, replace(asked, stage=""), [candidacy_id])[candidacy_id]
    return None


def _ids(session: Session, scope: Scope, asked: Standing, narrowing: Narrowing, after: int) -> list[int]:
    listed = pipeline.ordered(scope, standing(scope, asked), asked, narrowing)
    return list(session.scalars(listed.limit(CARDS).offset(after)))


def _cards(session: Session, scope: Scope, asked: Standing, ids: Sequence[int]) -> dict[int, Card]:
    rows = pipeline.rows_of(session, scope, asked, ids)
    ready = list_details.readiness_of(session, scope, {row.firm_id for row in rows}, asked.track)
    late = select(Candidacy.id).where(Candidacy.id.in_(ids), stalled_condition(asked.as_of))
    stalled = set(session.scalars(late))
    return {
        row.candidacy_id: Card(row, ready.get(row.firm_id, ""), row.candidacy_id in stalled) for row in rows
    }
