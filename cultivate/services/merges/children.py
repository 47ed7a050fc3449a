"""Rows that hang on a firm: they change hands, except those that the firm that stays has already."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import DeclarativeBase, Session

from cultivate import clock
from cultivate.models import (
    Assessment,
    Attachment,
    DuplicatePair,
    FirmFact,
    FirmFigure,
    FirmLink,
    FirmNeed,
    FirmTag,
    ImportRow,
    IntellectualProperty,
    QualityTask,
    Scenario,
)
from cultivate.services.merges.fields import GONE
from cultivate.services.merges.journal import Journal

#: the choice whose figures stand where both firms have one of the same year and calibre
FIGURES_CHOICE = "figures"


def move(session: Session, journal: Journal, kept_id: int, gone_id: int, choices: Mapping[str, str]) -> None:
    """Every child of the firm that goes; what is double stays with the tombstone, and is there again after an undo."""
    for step in _STEPS:
        step(session, journal, kept_id, gone_id)
    _figures(session, journal, kept_id, gone_id, theirs=choices.get(FIGURES_CHOICE) == GONE)


def _hand_over(
    session: Session, journal: Journal, model: type[DeclarativeBase], kept_id: int, *conditions: Any
) -> None:
    table: Any = model
    for row_id in session.scalars(select(table.id).where(*conditions).order_by(table.id)).all():
        journal.change(model, {"id": row_id}, firm_id=kept_id)


def _papers(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    _hand_over(session, journal, Attachment, kept_id, Attachment.firm_id == gone_id)


def _needs(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    _hand_over(session, journal, FirmNeed, kept_id, FirmNeed.firm_id == gone_id)


def _property(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    """A right that both have is one right."""
    mine = select(IntellectualProperty.number_key).where(
        IntellectualProperty.firm_id == kept_id, IntellectualProperty.deleted_at.is_(None)
    )
    own = or_(IntellectualProperty.deleted_at.is_not(None), IntellectualProperty.number_key.not_in(mine))
    _hand_over(session, journal, IntellectualProperty, kept_id, IntellectualProperty.firm_id == gone_id, own)


def _tags(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    mine = select(FirmTag.tag_id).where(FirmTag.firm_id == kept_id)
    ids = session.scalars(
        select(FirmTag.tag_id)
        .where(FirmTag.firm_id == gone_id, FirmTag.tag_id.not_in(mine))
        .order_by(FirmTag.tag_id)
    ).all()
    for tag_id in ids:
        journal.change(FirmTag, {"tag_id": tag_id, "firm_id": gone_id}, firm_id=kept_id)


def _tasks(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    mine = select(QualityTask.rule).where(QualityTask.firm_id == kept_id, QualityTask.closed_at.is_(None))
    own = or_(QualityTask.closed_at.is_not(None), QualityTask.rule.not_in(mine))
    _hand_over(session, journal, QualityTask, kept_id, QualityTask.firm_id == gone_id, own)


def _links(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    """A link between the two, or one that the firm that stays has already, stays with the tombstone."""
    known = {
        (row.firm_id, row.other_id, row.kind)
        for row in session.scalars(
            select(FirmLink).where(or_(FirmLink.firm_id == kept_id, FirmLink.other_id == kept_id))
        )
    }
    rows = session.scalars(
        select(FirmLink)
        .where(or_(FirmLink.firm_id == gone_id, FirmLink.other_id == gone_id))
        .order_by(FirmLink.id)
    ).all()
    for row_id, one, other, kind in [(row.id, row.firm_id, row.other_id, row.kind) for row in rows]:
        ends = tuple(kept_id if each == gone_id else each for each in (one, other))
        if ends[0] != ends[1] and (*ends, kind) not in known:
            known.add((ends[0], ends[1], kind))
            journal.change(FirmLink, {"id": row_id}, firm_id=ends[0], other_id=ends[1])


def _import_rows(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    """Lines of lists that were matched to the firm, so that what people decided is remembered.

    Rows that wrote a firm keep naming the firm that they wrote.
    """
    own = ImportRow.firm_version.is_(None)
    _hand_over(session, journal, ImportRow, kept_id, ImportRow.firm_id == gone_id, own)


def _stated(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    """What people stated of the firm; where both have it, that of the firm that stays stands."""
    mine = select(FirmFact.fact).where(FirmFact.firm_id == kept_id, FirmFact.replaced_at.is_(None))
    own = or_(FirmFact.replaced_at.is_not(None), FirmFact.fact.not_in(mine))
    _hand_over(session, journal, FirmFact, kept_id, FirmFact.firm_id == gone_id, own)


def _assessments(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    for model in (Assessment, Scenario):
        _hand_over(session, journal, model, kept_id, model.firm_id == gone_id)


def _pairs(session: Session, journal: Journal, kept_id: int, gone_id: int) -> None:
    """Other pairs of the firm that goes are none any more; the next sweep looks at the one that stays."""
    ids = session.scalars(
        select(DuplicatePair.id)
        .where(
            or_(DuplicatePair.firm_id == gone_id, DuplicatePair.other_id == gone_id),
            DuplicatePair.firm_id != kept_id,
            DuplicatePair.other_id != kept_id,
            DuplicatePair.status == "waiting",
        )
        .order_by(DuplicatePair.id)
    ).all()
    for pair_id in ids:
        journal.change(DuplicatePair, {"id": pair_id}, status="gone")


def _figures(session: Session, journal: Journal, kept_id: int, gone_id: int, *, theirs: bool) -> None:
    """Of two current figures of one year and calibre one goes on, the other is kept as what was said before."""
    mine = {_figure_key(row): row.id for row in _current_figures(session, kept_id)}
    current = [(row.id, _figure_key(row)) for row in _current_figures(session, gone_id)]
    past: ColumnElement[bool] = FirmFigure.replaced_at.is_not(None)
    _hand_over(session, journal, FirmFigure, kept_id, FirmFigure.firm_id == gone_id, past)
    now = clock.now()
    for row_id, key in current:
        rival = mine.get(key)
        if rival is None:
            journal.change(FirmFigure, {"id": row_id}, firm_id=kept_id)
        elif theirs:
            journal.change(FirmFigure, {"id": rival}, replaced_at=now)
            journal.change(FirmFigure, {"id": row_id}, firm_id=kept_id)
        else:
            journal.change(FirmFigure, {"id": row_id}, firm_id=kept_id, replaced_at=now)


def _current_figures(session: Session, firm_id: int) -> list[FirmFigure]:
    return list(
        session.scalars(
            select(FirmFigure)
            .where(FirmFigure.firm_id == firm_id, FirmFigure.replaced_at.is_(None))
            .order_by(FirmFigure.id)
        )
    )


def _figure_key(row: FirmFigure) -> tuple[int, str, str]:
    return row.year, row.figure, row.calibre


_STEPS: tuple[Callable[[Session, Journal, int, int], None], ...] = (
    _papers,
    _needs,
    _property,
    _tags,
    _tasks,
    _links,
    _import_rows,
    _stated,
    _assessments,
    _pairs,
)
