"""A list to visit firms by: a workbook with what is missing, whom to call, and room for what came of it."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.policy.readiness import CLASSES
from cultivate.domain.stages import LABELS
from cultivate.errors import N_, Invalid
from cultivate.i18n import _, language
from cultivate.packs.gap_words import plain_words
from cultivate.queries import screening, units
from cultivate.queries.screening import Asked, ScreenedFirm
from cultivate.queries.units import Unit
from cultivate.services import audit
from cultivate.spreadsheets import write
from cultivate.spreadsheets.write import CellKind, SheetSpec, Value

#: more than anybody visits
MOST = 2000
PORTION = 500


def write_visit_list(session: Session, actor: Actor, path: Path, asked: Asked) -> int:
    """Write the firms of the screening's list, in its order, to an .xlsx; returns how many.

    Contacts are masked as everywhere for who need not call. ``Invalid`` for an empty list or one nobody can visit.
    """
    actor.require(Act.EXPORT)
    number = screening.count(session, actor.scope, asked)
    if not 1 <= number <= MOST:
        raise Invalid(
            N_("A visit list takes between 1 and %(most)s firms: narrow the list."),
            field="rows",
            code="nothing-selected" if number == 0 else "too-many",
            most=MOST,
        )
    titles: list[tuple[str, CellKind, int]] = [
        (_("Firm"), "text", 34),
        (_("Credit code"), "text", 21),
        (_("Street"), "text", 14),
        (_("Park"), "text", 14),
        (_("Address"), "text", 34),
        (_("Contact"), "text", 10),
        (_("Phone"), "text", 16),
        (_("Readiness"), "text", 14),
        (_("What is missing"), "text", 60),
        (_("Growth of sales"), "percent", 10),
        (_("R&D share of sales"), "percent", 10),
        (_("Class Ⅰ rights"), "integer", 8),
        (_("Stage"), "text", 8),
        (_("In charge"), "text", 10),
        (_("Last service"), "date", 12),
        (_("Visited on"), "text", 12),
        (_("What came of it"), "text", 40),
    ]
    places = units.by_id(session)
    cells = (_cells(row, places) for row in _rows(session, actor, asked))
    write.write_xlsx(path, [SheetSpec(_("Visit list"), titles, cells)])
    audit.note(
        session,
        actor,
        "export",
        "visit_list",
        None,
        rows=number,
        track=asked.track,
        year=asked.year,
        readiness=asked.readiness,
        unit=asked.unit.code if asked.unit else None,
    )
    session.flush()
    return number


def _rows(session: Session, actor: Actor, asked: Asked) -> Iterator[ScreenedFirm]:
    number = 1
    while True:
        page = screening.list_firms(session, actor.scope, asked, number, PORTION)
        yield from page.items
        if number >= page.pages:
            return
        number += 1


def _cells(row: ScreenedFirm, places: dict[int, Unit]) -> list[Value]:
    park = places.get(row.park_id) if row.park_id else None
    return [
        row.name,
        row.uscc,
        places[row.street_id].name(language()),
        park.name(language()) if park else None,
        row.address,
        row.contact_name,
        row.contact_phone,
        _(CLASSES[row.readiness]),
        plain_words(row.policy, row.gaps),
        float(row.growth) if row.growth is not None else None,
        float(row.rd_ratio) if row.rd_ratio is not None else None,
        row.class1,
        _(LABELS[row.stage]) if row.stage else None,
        row.in_charge,
        row.served_on,
        None,
        None,
    ]
