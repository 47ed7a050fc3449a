"""Figures of three years, intellectual property and certificates in short."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.domain.figures import FIGURES, PEOPLE, pick
from cultivate.domain.property_kinds import KINDS
from cultivate.i18n import _, _n, language
from cultivate.queries import properties
from cultivate.queries.figures import FigureRow
from cultivate.reports.dossier.cut import Cut, cut
from cultivate.reports.timeline.reading import Reading

if TYPE_CHECKING:
    from decimal import Decimal

YEARS = 3
SHOWN = ("sales", "rd", "hitech_income", "net_assets", "staff", "rd_staff")
CERTIFICATES = 3
KINDS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Figures:
    """Lines by figure, columns by year; ``starred``: some are of another calibre than the rules count."""

    years: tuple[int, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    starred: bool


def figures(rows: Sequence[FigureRow], year: int) -> Figures:
    """The three closed years, also where nothing is known of them: what is missing is asked for on the visit."""
    years = tuple(range(year - YEARS, year))
    known: dict[tuple[str, int], dict[str, Decimal]] = {}
    for row in rows:
        known.setdefault((row.figure, row.year), {})[row.calibre] = row.value
    picked = {place: pick(by_calibre) for place, by_calibre in known.items()}

    def cell(code: str, of_year: int) -> str:
        found = picked.get((code, of_year))
        if found is None:
            return "—"
        text = f"{found.value:,.0f}" if FIGURES[code].unit == PEOPLE else f"{found.value:,.2f}"
        return f"{text}*" if found.makeshift else text

    lines = tuple((_(FIGURES[code].label), tuple(cell(code, each) for each in years)) for code in SHOWN)
    return Figures(years, lines, any("*" in text for _label, cells in lines for text in cells))


def rights(session: Session, firm_id: int, today: date) -> tuple[tuple[str, str], ...]:
    """How many of each class, and of which kinds they are."""
    classes = properties.classes_of(session, [firm_id], today)[firm_id]
    kinds = Counter(row.kind for row in properties.list_of_firm(session, firm_id))
    named = [f"{_(KINDS[kind].label)} {number}" for kind, number in kinds.most_common(KINDS_SHOWN)]
    listed = _(", ").join(named) or _("not listed one by one yet")
    return (
        (_("Class I intellectual property"), _count(classes.first)),
        (_("Class II intellectual property"), _count(classes.second)),
        (_("Rights listed"), listed),
    )


def certificates(reading: Reading) -> Cut:
    """Those that were not void, the newest first."""
    lines = []
    for row in reading.certificates:
        if row.status == "void":
            continue
        last = row.valid_through.isoformat() if row.valid_through else None
        until = _("valid through %(day)s", day=last) if last else _("valid until revoked")
        if row.revoked_on is not None:
            until = _("revoked on %(day)s", day=row.revoked_on.isoformat())
        lines.append(f"{packs.track(row.track).short(language())} {row.number} · {until}")
    return cut(lines, CERTIFICATES)


def _count(value: int | None) -> str:
    return "—" if value is None else _n("%(num)s right", "%(num)s rights", value)
