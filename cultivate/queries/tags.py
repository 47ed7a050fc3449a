"""Tags: which there are, how often, and those of a firm."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.errors import NotFound
from cultivate.models import Firm, FirmTag, Tag
from cultivate.queries.candidacies import firm_within

#: offered in filters and while typing
MOST = 200


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag; ``firms`` counts those within the reader's scope only."""

    id: int
    name: str
    firms: int


def list_tags(session: Session, scope: Scope, limit: int = MOST) -> list[TagRow]:
    """Tags that firms of the scope carry, by name; somebody of the whole district sees unused ones as well."""
    counted = (
        select(FirmTag.tag_id, func.count().label("firms"))
        .join(Firm, Firm.id == FirmTag.firm_id)
        .where(firm_within(scope))
        .group_by(FirmTag.tag_id)
        .subquery()
    )
    statement = (
        select(Tag.id, Tag.name, func.coalesce(counted.c.firms, 0))
        .outerjoin(counted, counted.c.tag_id == Tag.id)
        .order_by(Tag.name_key, Tag.id)
        .limit(limit)
    )
    if not scope.everything:
        statement = statement.where(counted.c.firms > 0)
    return [TagRow(*row) for row in session.execute(statement)]


def list_of_firm(session: Session, scope: Scope, firm_id: int) -> list[str]:
    """Tags of one firm, by name."""
    statement = (
        select(Tag.name)
        .join(FirmTag, FirmTag.tag_id == Tag.id)
        .join(Firm, Firm.id == FirmTag.firm_id)
        .where(FirmTag.firm_id == firm_id, firm_within(scope))
        .order_by(Tag.name_key, Tag.id)
    )
    return list(session.scalars(statement))


def get_tag(session: Session, tag_id: int) -> Tag:
    """One tag, or ``NotFound``."""
    tag = session.get(Tag, tag_id)
    if tag is None:
        raise NotFound
    return tag
