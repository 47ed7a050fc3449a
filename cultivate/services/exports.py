"""The register as a workbook, in the layout that ``import firms`` takes back.

Same scope and filter as the list on the page. Contacts that its reader sees masked are left blank: a blank keeps
what is known when the workbook comes back, a masked number would overwrite it. Each export is kept in the trail.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from xlsxwriter.exceptions import FileCreateError

from cultivate import clock, packs
from cultivate.db.large import small_cache
from cultivate.domain import record_mark
from cultivate.domain.actor import Actor
from cultivate.domain.figures import CALIBRE_TITLES, FIGURES, KEYS, MONEY, key_of, split_key
from cultivate.domain.permissions import Act
from cultivate.domain.scope import Scope
from cultivate.domain.stages import ACCOUNTS, LABELS, OUTSIDE, STAGES
from cultivate.errors import N_, Invalid
from cultivate.i18n import _, language
from cultivate.models import Certificate, Firm, FirmFigure, FirmName
from cultivate.queries import figures, firms, units
from cultivate.queries.firms import FirmFilter
from cultivate.queries.standing import standing
from cultivate.queries.units import Unit
from cultivate.services import audit, export_rights, long_work
from cultivate.spreadsheets import write
from cultivate.spreadsheets.write import CellKind, SheetSpec

CHUNK = 1000
YEARS = 3
Row = list[Any]

#: what ``import firms`` reads; these titles are part of the layout and the same in every language
_FIXED: tuple[tuple[str, CellKind, int], ...] = (
    ("统一社会信用代码", "text", 22),
    ("企业名称", "text", 36),
    ("曾用名", "text", 24),
    ("所属街道", "text", 14),
    ("所在园区", "text", 18),
    ("成立日期", "date", 12),
    ("注册资本（万元）", "number", 14),
    ("联系人", "text", 10),
    ("联系电话", "text", 16),
    ("所属技术领域", "text", 18),
    ("职工总数", "integer", 10),
    ("科技人员数", "integer", 10),
    ("Ⅰ类知识产权", "integer", 10),
    ("Ⅱ类知识产权", "integer", 10),
    ("地址", "text", 36),
    ("备注", "text", 30),
)
_RECORD: tuple[str, CellKind, int] = ("记录号", "text", 14)
"""By it a line is known again, and told when it is older than its record."""
_YEARS_AFTER = 12
"""The yearly columns stand behind 科技人员数."""


@long_work.seldom_collecting()
def export_firms(
    session: Session, actor: Actor, path: Path, wanted: FirmFilter, as_of: date | None = None
) -> int:
    """Write the firms of a filter to ``path`` (.xlsx or .csv by its ending); returns how many.

    With ``as_of`` the stages, and the filter's track and stage, are those of that day, and only firms that
    stood somewhere by then are written.
    """
    actor.require(Act.EXPORT)
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        raise Invalid(N_("Exports are written as .xlsx or .csv."), field="file", code="format-unknown")
    if wanted.stage is not None and wanted.stage not in ACCOUNTS:
        raise Invalid(N_("“%(stage)s” is no stage."), field="stage", code="no-such-stage", stage=wanted.stage)
    yearly = _yearly(session)
    columns = _columns(yearly)
    counter = _Counter()
    rows = counter.counting(_rows(session, actor.scope, wanted, as_of, yearly))
    with small_cache(session):
        _write(path, columns, rows, export_rights.sheet(session, actor.scope, wanted))
    audit.note(
        session,
        actor,
        "export",
        "register",
        None,
        rows=counter.rows,
        format=path.suffix[1:].lower(),
        **_said(wanted, as_of),
    )
    session.flush()
    return counter.rows


def _write(
    path: Path, columns: list[tuple[str, CellKind, int]], rows: Iterator[Row], rights: SheetSpec
) -> None:
    """Beside its place first, so that a file of that name is either whole or as it was.

    ``rights`` are a second sheet; a .csv has room for the register alone.
    """
    if not path.parent.is_dir():
        raise Invalid(N_("There is no folder “%(folder)s”."), field="file", folder=str(path.parent))
    part = path.with_name(f".{path.name}.part")
    try:
        if path.suffix.lower() == ".csv":
            write.write_csv(part, [title for title, _kind, _width in columns], rows)
        else:
            write.write_xlsx(part, [SheetSpec("企业名册", columns, rows), rights])
        part.replace(path)
    except (OSError, FileCreateError) as error:
        raise Invalid(
            N_("%(file)s cannot be written: %(reason)s"), field="file", file=path.name, reason=str(error)
        ) from error
    finally:
        part.unlink(missing_ok=True)


class _Counter:
    """Counts what passes, as the rows are never all in memory."""

    rows = 0

    def counting(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self.rows += 1
            yield row


def _said(wanted: FirmFilter, as_of: date | None) -> dict[str, Any]:
    said = {
        "q": wanted.q,
        "unit": wanted.unit.code if wanted.unit else None,
        "track": wanted.track,
        "stage": wanted.stage,
        "field": wanted.field,
        "no_code": wanted.no_code,
        "as_of": as_of.isoformat() if as_of else None,
    }
    return {key: value for key, value in said.items() if value}


def _yearly(session: Session) -> list[tuple[int, str]]:
    """Years and keys of the figures that are known of anybody; sales and R&D of the last closed years in any case."""
    known = {
        (year, key_of(figure, calibre))
        for year, figure, calibre in session.execute(
            select(FirmFigure.year, FirmFigure.figure, FirmFigure.calibre)
            .where(FirmFigure.replaced_at.is_(None))
            .distinct()
        )
    }
    last = clock.today().year - 1
    usual = {(year, key) for year in range(last - YEARS + 1, last + 1) for key in ("sales", "rd")}
    return sorted(known | usual, key=lambda column: (KEYS.index(column[1]), column[0]))


def _figure_title(year: int, key: str) -> str:
    """As ``titles.py`` reads it back."""
    code, calibre = split_key(key)
    figure = FIGURES[code]
    told = [CALIBRE_TITLES[calibre]] if calibre else []
    told += ["万元"] if figure.unit == MONEY else []
    return f"{year}年{figure.title}" + (f"（{'，'.join(told)}）" if told else "")


def _columns(yearly: Sequence[tuple[int, str]]) -> list[tuple[str, CellKind, int]]:
    figures: list[tuple[str, CellKind, int]] = [
        (_figure_title(year, key), "number" if FIGURES[split_key(key)[0]].unit == MONEY else "integer", 16)
        for year, key in yearly
    ]
    told: list[tuple[str, CellKind, int]] = []
    for track in packs.tracks().values():
        short = track.short(language())
        told += [
            (_("%(track)s: stage", track=short), "text", 12),
            (_("%(track)s: since", track=short), "date", 12),
            (_("%(track)s: certificate number", track=short), "text", 18),
            (_("%(track)s: valid through", track=short), "date", 12),
        ]
    return [*_FIXED[:_YEARS_AFTER], *figures, *_FIXED[_YEARS_AFTER:], *told, _RECORD]


def _rows(
    session: Session, scope: Scope, wanted: FirmFilter, as_of: date | None, yearly: Sequence[tuple[int, str]]
) -> Iterator[Row]:
    """Rows by id, some thousand at a time; five queries a chunk."""
    places = units.by_id(session)
    last = 0
    columns: Any = select(*_COLUMNS)
    statement = firms.narrowed(columns, scope, _without_standing(wanted, as_of))
    if as_of is not None:
        place = standing(wanted.track, as_of, [wanted.stage] if wanted.stage else _EVERYWHERE)
        statement = statement.where(Firm.id.in_(select(place.c.firm_id)))
    while True:
        found = session.execute(statement.where(Firm.id > last).order_by(Firm.id).limit(CHUNK)).all()
        if not found:
            return
        last = found[-1].id
        yield from _written(session, scope, found, places, yearly, as_of)


#: columns, not entities: the register passes through and does not stay in memory
_COLUMNS = (
    Firm.id,
    Firm.version,
    Firm.uscc,
    Firm.name,
    Firm.street_id,
    Firm.park_id,
    Firm.established_on,
    Firm.registered_capital,
    Firm.contact_name,
    Firm.contact_phone,
    Firm.field,
    Firm.staff,
    Firm.rd_staff,
    Firm.class1_ip,
    Firm.class2_ip,
    Firm.address,
    Firm.note,
)
_EVERYWHERE = tuple(account for account in ACCOUNTS if account != OUTSIDE)


def _without_standing(wanted: FirmFilter, as_of: date | None) -> FirmFilter:
    """On an earlier day track and stage are asked of that day, not of today."""
    if as_of is None:
        return wanted
    return replace(wanted, track=None, stage=None)


def _written(
    session: Session,
    scope: Scope,
    found: Sequence[Any],
    places: dict[int, Unit],
    yearly: Sequence[tuple[int, str]],
    as_of: date | None,
) -> Iterator[Row]:
    ids = [firm.id for firm in found]
    former = _former_names(session, ids)
    known_figures = figures.current_of(session, ids)
    stands = _stands(session, ids, as_of)
    for firm in found:
        name, phone = firm.contact_name, firm.contact_phone
        if not scope.contacts:
            name = phone = None
        known = known_figures.get(firm.id, {})
        yield [
            firm.uscc,
            firm.name,
            "、".join(former.get(firm.id, ())),
            places[firm.street_id].name_zh,
            places[firm.park_id].name_zh if firm.park_id else None,
            firm.established_on,
            firm.registered_capital,
            name,
            phone,
            firm.field,
            firm.staff,
            firm.rd_staff,
            *(known.get(year, {}).get(key) for year, key in yearly),
            firm.class1_ip,
            firm.class2_ip,
            firm.address,
            firm.note,
            *(value for track in packs.tracks() for value in stands.get((firm.id, track), _NOWHERE)),
            record_mark.make(firm.id, firm.version),
        ]


_NOWHERE: Row = [None, None, None, None]


def _former_names(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    statement = select(FirmName.firm_id, FirmName.name).where(FirmName.firm_id.in_(ids)).order_by(FirmName.id)
    for firm_id, name in session.execute(statement):
        names.setdefault(firm_id, []).append(name)
    return names


def _stands(session: Session, ids: Sequence[int], as_of: date | None) -> dict[tuple[int, str], Row]:
    """Stage, since when, certificate of each firm and track; of several candidacies the one furthest on counts."""
    place = standing(None, as_of, _EVERYWHERE)
    statement = (
        select(
            place.c.firm_id,
            place.c.track,
            place.c.account,
            place.c.since,
            Certificate.number,
            Certificate.valid_through,
        )
        .outerjoin(
            Certificate,
            (Certificate.candidacy_id == place.c.candidacy_id) & (Certificate.status != "void"),
        )
        .where(place.c.firm_id.in_(ids))
        .order_by(place.c.candidacy_id)
    )
    ranks = {stage: rank for rank, stage in enumerate(STAGES)}
    labels = {account: _(label) for account, label in LABELS.items()}
    stands: dict[tuple[int, str], tuple[int, Row]] = {}
    for firm_id, track, account, since, number, last in session.execute(statement):
        rank = ranks.get(account, -1)
        key = (firm_id, track)
        if key not in stands or stands[key][0] <= rank:
            stands[key] = (rank, [labels[account], since, number, last])
    return {key: row for key, (_rank, row) in stands.items()}
