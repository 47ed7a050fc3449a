"""The second sheet of an exported register: intellectual property, as ``import properties`` takes it back."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.property_kinds import KINDS, OBTAINED_ZH
from cultivate.domain.scope import Scope
from cultivate.models import Firm, IntellectualProperty
from cultivate.queries import firms
from cultivate.queries.firms import FirmFilter
from cultivate.spreadsheets.write import CellKind, SheetSpec

CHUNK = 2000
#: these titles are part of the layout and the same in every language
_COLUMNS: tuple[tuple[str, CellKind, int], ...] = (
    ("统一社会信用代码", "text", 22),
    ("企业名称", "text", 36),
    ("知识产权类别", "text", 18),
    ("知识产权名称", "text", 36),
    ("授权号", "text", 24),
    ("申请日", "date", 12),
    ("授权日", "date", 12),
    ("失效日", "date", 12),
    ("权利人", "text", 30),
    ("取得方式", "text", 12),
    ("备注", "text", 30),
)


def sheet(session: Session, scope: Scope, wanted: FirmFilter) -> SheetSpec:
    """The rights of the firms of a filter, by firm."""
    return SheetSpec("知识产权", list(_COLUMNS), _rows(session, scope, wanted))


def _rows(session: Session, scope: Scope, wanted: FirmFilter) -> Iterator[list[Any]]:
    """Some thousand at a time, so that a large register passes through and does not stay in memory."""
    columns: Any = select(
        IntellectualProperty.id,
        Firm.uscc,
        Firm.name,
        IntellectualProperty.kind,
        IntellectualProperty.title,
        IntellectualProperty.number,
        IntellectualProperty.applied_on,
        IntellectualProperty.granted_on,
        IntellectualProperty.ends_on,
        IntellectualProperty.owner,
        IntellectualProperty.obtained,
        IntellectualProperty.note,
    ).join(Firm, Firm.id == IntellectualProperty.firm_id)
    statement = firms.narrowed(columns, scope, wanted).where(IntellectualProperty.deleted_at.is_(None))
    last = 0
    while True:
        later = statement.where(IntellectualProperty.id > last).order_by(IntellectualProperty.id)
        found = session.execute(later.limit(CHUNK)).all()
        if not found:
            return
        last = found[-1].id
        for _id, code, name, kind, *plain, obtained, note in found:
            words = KINDS[kind].name_zh if kind in KINDS else kind
            yield [code, name, words, *plain, OBTAINED_ZH.get(obtained), note]
