"""Lines of a list that match nobody of ours: those that say this district, each perhaps a firm missed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain import firm_names
from cultivate.domain.actor import Actor
from cultivate.domain.districts import Says
from cultivate.domain.unit_names import UnitNames
from cultivate.models import ImportBatch, ImportRow
from cultivate.queries import units
from cultivate.queries.district_words import district_words, place_said
from cultivate.queries.imports import visible
from cultivate.queries.paging import Page, offset_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Stranger:
    """A line without a firm; ``street`` is the code of the street that its words name, if they do."""

    number: int
    values: Mapping[str, str]
    said: Says
    street: str | None

    @property
    def asked(self) -> bool:
        """Whether the list names a district that was dissolved: part of it is not ours."""
        return self.said == Says.ONCE


def count_missed(session: Session, actor: Actor, batch_id: int) -> int:
    """How many lines say this district and match nobody."""
    says = district_words(session)
    return sum(
        place_said(values, says) in {Says.HERE, Says.ONCE} for _, values in _rows(session, actor, batch_id)
    )


def list_strangers(
    session: Session,
    actor: Actor,
    batch_id: int,
    *,
    everybody: bool = False,
    q: str = "",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Stranger]:
    """Those that say this district, or every line that matches nobody; ``q`` is part of a name."""
    says, wanted = district_words(session), firm_names.normalise(q)
    found = []
    for row, values in _rows(session, actor, batch_id):
        said = place_said(values, says)
        here = said in {Says.HERE, Says.ONCE}
        if (here or everybody) and wanted in firm_names.normalise(values.get("name", "")):
            found.append((row, values, said))
    places = units.list_units(session, "street")
    names = UnitNames(
        (unit.code, name, unit.kind) for unit in places for name in (unit.name_en, unit.name_zh)
    )
    full = {unit.name_zh: unit.code for unit in places}
    start = offset_of(number, size)
    shown = [
        Stranger(row, values, said, _street(values, names, full))
        for row, values, said in found[start : start + size]
    ]
    return Page(shown, len(found), max(number, 1), size)


def _rows(session: Session, actor: Actor, batch_id: int) -> Iterator[tuple[int, Mapping[str, str]]]:
    rows = session.execute(
        select(ImportRow.number, ImportRow.values)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(
            ImportBatch.id == batch_id,
            visible(actor),
            ImportRow.outcome == "unmatched",
            ImportRow.decision.is_(None),
        )
        .order_by(ImportRow.number)
    )
    yield from ((row, values) for row, values in rows)


def _street(values: Mapping[str, str], names: UnitNames, full: Mapping[str, str]) -> str | None:
    """A street of ours that the line names in a column of its own, or with its whole name in the address."""
    if found := names.find(values.get("street", ""), "street"):
        return found
    address = values.get("address", "")
    return next((code for name, code in full.items() if name in address), None)
