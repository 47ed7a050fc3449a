"""Where a merged firm leads to."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.models import Firm, FirmMerge
from cultivate.queries.candidacies import firm_within

#: as far as a chain of merges is followed
_LONGEST_CHAIN = 50


def merged_into(session: Session, scope: Scope, firm_id: int) -> int | None:
    """The living firm that a merged one leads to; ``None`` where it is none, or not within the scope."""
    kept_id = last_of_chain(session, firm_id)
    if kept_id == firm_id:
        return None
    return session.scalar(select(Firm.id).where(Firm.id == kept_id, firm_within(scope)))


def last_of_chain(session: Session, firm_id: int) -> int:
    """The firm at the end of a chain of merges; the firm itself where it was not merged."""
    current = firm_id
    for _ in range(_LONGEST_CHAIN):
        following = session.scalar(
            select(FirmMerge.kept_id)
            .where(FirmMerge.gone_id == current, FirmMerge.undone_at.is_(None))
            .order_by(FirmMerge.id.desc())
            .limit(1)
        )
        if following is None:
            break
        current = following
    return current


def find_merged(session: Session, scope: Scope, named: ColumnElement[bool]) -> int | None:
    """The living firm that the latest tombstone of these leads to."""
    gone = session.scalar(
        select(Firm.id).where(named, Firm.deleted_at.is_not(None)).order_by(Firm.id.desc()).limit(1)
    )
    return None if gone is None else merged_into(session, scope, gone)
