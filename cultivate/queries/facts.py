"""Everything the register knows of firms, as the facts that the policy engine reads.

Five statements for up to 500 firms, however many firms are asked for. What is not known is left out: missing is
unknown, never "no". No scope is applied: callers give ids that their reader may see.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.db.many import among, plain_rows
from cultivate.domain.figures import PREFERENCE
from cultivate.domain.policy.facts import Facts, known_facts
from cultivate.domain.stages import STAGES, Exit
from cultivate.models import Candidacy, Firm, FirmFigure
from cultivate.queries import stated_facts
from cultivate.queries.rights import Rights, rights_of

#: fiscal years that an assessment can look at: three closed ones, and the one still open
YEARS_BACK = 3
WAVE = 500
PEOPLE = ("staff", "rd_staff")
Given = tuple[str, Decimal]
"""Calibre and value of one figure."""
Calibres = Mapping[str, Collection[str]]
"""Figure -> the calibres in which a pack wants it (``Pack.calibres``); they are picked first."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one firm; ``applied_on`` is among it."""

    firm_id: int
    own: dict[str, Any]
    """What is of the firm itself."""
    figures: Mapping[int, Mapping[str, Given]]
    """By year; people of the last closed one are among ``own`` already."""
    expert: dict[str, Any]
    unit_ids: tuple[int, ...]
    """Its street, and its park where it has one: whose local versions of a pack hold."""
    used_up: int = 0
    """Granted rights of class Ⅱ that an earlier recognition has used: they do not count again."""

    @property
    def raw(self) -> dict[str, Any]:
        """As ``read_facts`` takes them: to be kept, or to be changed."""
        years = {
            year: {
                name: {"value": value, "calibre": calibre} if calibre else value
                for name, (calibre, value) in row.items()
                if name not in PEOPLE
            }
            for year, row in self.figures.items()
        }
        return {**self.own, "years": years, "expert": self.expert}

    @property
    def facts(self) -> Facts:
        """What ``read_facts`` makes of ``raw``, in half the time."""
        return known_facts(self.own, self.figures, self.expert)


def of_firm(session: Session, firm_id: int, applied_on: date, calibres: Calibres | None = None) -> Known:
    """What is known of one firm that is there (``KeyError`` otherwise)."""
    return of_firms(session, [firm_id], applied_on, calibres)[firm_id]


def of_firms(
    session: Session, firm_ids: Collection[int], applied_on: date, calibres: Calibres | None = None
) -> dict[int, Known]:
    """By id; tombstones and ids that are no firm are left out."""
    return {known.firm_id: known for known in waves(session, firm_ids, applied_on, calibres)}


def waves(
    session: Session, firm_ids: Collection[int], applied_on: date, calibres: Calibres | None = None
) -> Iterator[Known]:
    """One after the other in waves of 500, by id, so that 100,000 firms need no memory."""
    ids = sorted(set(firm_ids))
    for start in range(0, len(ids), WAVE):
        yield from _wave(session, ids[start : start + WAVE], applied_on, calibres or {})


def _wave(session: Session, ids: list[int], applied_on: date, calibres: Calibres) -> Iterator[Known]:
    figures = _figures(session, ids, applied_on, calibres)
    rights = rights_of(session, ids, applied_on)
    gone = _moved_out(session, ids)
    stated = stated_facts.current_of(session, ids)
    statement = (
        select(
            Firm.id,
            Firm.street_id,
            Firm.park_id,
            Firm.established_on,
            Firm.field,
            Firm.staff,
            Firm.rd_staff,
            Firm.class1_ip,
            Firm.class2_ip,
        )
        .where(among(session, Firm.id, ids), Firm.deleted_at.is_(None))
        .order_by(Firm.id)
    )
    for firm_id, street, park, established_on, field, staff, rd_staff, first, second in plain_rows(
        session, statement
    ):
        counted = rights.get(firm_id) or Rights(first, second)
        years = figures.get(firm_id, {})
        own: dict[str, Any] = {"applied_on": applied_on}
        expert = {}
        for path, value in stated.get(firm_id, {}).items():
            if path.startswith("expert."):
                expert[path.removeprefix("expert.")] = value
            else:
                own[path] = value
        own |= _people(years.get(applied_on.year - 1, {}), staff, rd_staff)
        own |= {"established_on": established_on, "field": field}
        own |= {"class1_ip": counted.first, "class2_ip": counted.second}
        if counted.self_developed is not None:
            own["ip_self_developed"] = counted.self_developed
        if firm_id not in gone:
            own.setdefault("registered_in_zhejiang", True)
        own = {name: value for name, value in own.items() if value is not None}
        yield Known(firm_id, own, years, expert, (street, park) if park else (street,), counted.used_up)


def _figures(
    session: Session, ids: list[int], applied_on: date, calibres: Calibres
) -> dict[int, dict[int, dict[str, Given]]]:
    statement = (
        select(FirmFigure.firm_id, FirmFigure.year, FirmFigure.figure, FirmFigure.calibre, FirmFigure.value)
        .where(
            among(session, FirmFigure.firm_id, ids),
            FirmFigure.replaced_at.is_(None),
            FirmFigure.year.between(applied_on.year - YEARS_BACK, applied_on.year),
        )
        .order_by(FirmFigure.firm_id, FirmFigure.year, FirmFigure.figure, FirmFigure.calibre)
    )
    found: dict[int, dict[int, dict[str, Given]]] = {}
    for firm_id, year, figure, calibre, value in plain_rows(session, statement):
        years = found.get(firm_id)
        if years is None:
            years = found[firm_id] = {}
        row = years.get(year)
        if row is None:
            row = years[year] = {}
        other = row.get(figure)
        if other is None or _nearer(calibre, other[0], calibres.get(figure, ())):
            row[figure] = (calibre, value)
    return found


def _nearer(calibre: str, other: str, wanted: Collection[str]) -> bool:
    """Whether a figure is taken in this calibre: one that the pack wants comes first, else the nearest to it."""
    return (calibre not in wanted, PREFERENCE.index(calibre)) < (other not in wanted, PREFERENCE.index(other))


def _people(
    last_year: Mapping[str, Given], staff: int | None, rd_staff: int | None
) -> dict[str, int | Decimal | None]:
    """Staff and R&D staff: those of the last closed year where both are given, else those of the firm.

    The one is divided by the other, so that they must be of one time; only where a pair is nowhere whole is
    each taken from where it is.
    """
    yearly = {name: last_year[name][1] for name in PEOPLE if name in last_year}
    firm = {"staff": staff, "rd_staff": rd_staff}
    if len(yearly) == len(PEOPLE) or None in firm.values():
        return {**firm, **yearly}
    return {**firm}


def _moved_out(session: Session, ids: list[int]) -> set[int]:
    """Firms whose last way ended by leaving the district, and that are on no other."""
    left = select(Candidacy.firm_id).where(
        among(session, Candidacy.firm_id, ids), Candidacy.stage == Exit.MOVED_OUT
    )
    statement = (
        select(Candidacy.firm_id, Candidacy.stage)
        .where(Candidacy.firm_id.in_(left))
        .order_by(Candidacy.firm_id, Candidacy.stage_since, Candidacy.id)
    )
    last: dict[int, str] = {}
    live: set[int] = set()
    for firm_id, stage in plain_rows(session, statement):
        last[firm_id] = stage
        if stage in STAGES:
            live.add(firm_id)
    return {firm_id for firm_id, stage in last.items() if stage == Exit.MOVED_OUT} - live
