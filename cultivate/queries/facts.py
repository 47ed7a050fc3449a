"""Everything the register knows of firms, as the raw facts that the policy engine reads.

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

from cultivate.db.many import among
from cultivate.domain.figures import PREFERENCE
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
    """What is known of one firm. ``raw`` is for ``read_facts``; ``applied_on`` is in it."""

    firm_id: int
    raw: dict[str, Any]
    unit_ids: tuple[int, ...]
    """Its street, and its park where it has one: whose local versions of a pack hold."""
    used_up: int = 0
    """Granted rights of class Ⅱ that an earlier recognition has used: they do not count again."""


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
    for firm_id, street, park, established_on, field, staff, rd_staff, first, second in session.execute(
        statement
    ):
        own = rights.get(firm_id) or Rights(first, second)
        years = figures.get(firm_id, {})
        raw: dict[str, Any] = {"applied_on": applied_on}
        expert = {}
        for path, value in stated.get(firm_id, {}).items():
            if path.startswith("expert."):
                expert[path.removeprefix("expert.")] = value
            else:
                raw[path] = value
        raw |= _people(years.get(applied_on.year - 1, {}), staff, rd_staff)
        raw |= {"established_on": established_on, "field": field}
        raw |= {"class1_ip": own.first, "class2_ip": own.second}
        if own.self_developed is not None:
            raw["ip_self_developed"] = own.self_developed
        if firm_id not in gone:
            raw.setdefault("registered_in_zhejiang", True)
        raw = {name: value for name, value in raw.items() if value is not None}
        raw["years"] = {year: _money(row) for year, row in years.items()}
        raw["expert"] = expert
        yield Known(firm_id, raw, (street, park) if park else (street,), own.used_up)


def _figures(
    session: Session, ids: list[int], applied_on: date, calibres: Calibres
) -> dict[int, dict[int, dict[str, Given]]]:
    statement = select(
        FirmFigure.firm_id, FirmFigure.year, FirmFigure.figure, FirmFigure.calibre, FirmFigure.value
    ).where(
        among(session, FirmFigure.firm_id, ids),
        FirmFigure.replaced_at.is_(None),
        FirmFigure.year.between(applied_on.year - YEARS_BACK, applied_on.year),
    )
    said: dict[int, dict[int, dict[str, dict[str, Decimal]]]] = {}
    for firm_id, year, figure, calibre, value in session.execute(statement):
        said.setdefault(firm_id, {}).setdefault(year, {}).setdefault(figure, {})[calibre] = value
    return {
        firm_id: {
            year: {
                figure: _picked(by_calibre, calibres.get(figure, ()))
                for figure, by_calibre in sorted(figures.items())
            }
            for year, figures in sorted(years.items())
        }
        for firm_id, years in said.items()
    }


def _picked(by_calibre: Mapping[str, Decimal], wanted: Collection[str]) -> Given:
    """In a calibre that the pack wants if there is one, else the nearest to it."""
    if len(by_calibre) == 1:  # nearly always
        return next(iter(by_calibre.items()))
    order = [calibre for calibre in PREFERENCE if calibre in by_calibre]
    calibre = next((each for each in order if each in wanted), order[0])
    return calibre, by_calibre[calibre]


def _money(figures: Mapping[str, Given]) -> dict[str, Any]:
    return {
        name: {"value": value, "calibre": calibre} if calibre else value
        for name, (calibre, value) in figures.items()
        if name not in PEOPLE
    }


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
    statement = (
        select(Candidacy.firm_id, Candidacy.stage)
        .where(among(session, Candidacy.firm_id, ids))
        .order_by(Candidacy.firm_id, Candidacy.stage_since, Candidacy.id)
    )
    last: dict[int, str] = {}
    live: set[int] = set()
    for firm_id, stage in session.execute(statement):
        last[firm_id] = stage
        if stage in STAGES:
            live.add(firm_id)
    return {firm_id for firm_id, stage in last.items() if stage == Exit.MOVED_OUT} - live
