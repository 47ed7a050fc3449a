"""What is open with a firm, what was done for it last, and which papers are at hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cultivate.domain.needs import OPEN
from cultivate.domain.paper_kinds import KINDS
from cultivate.domain.stages import STAGES
from cultivate.i18n import _, language
from cultivate.packs import service_kinds
from cultivate.queries.firm_timeline import ServiceRow
from cultivate.reports.dossier.cut import Cut, and_more, cut, short
from cultivate.reports.timeline.needs import kind_words
from cultivate.reports.timeline.reading import Reading

OPEN_SHOWN, SERVICES, PAPERS = 6, 5, 6
#: in halves of a Chinese character
WORDS = 116


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something that somebody owes the firm."""

    what: str
    text: str
    owner: str
    due_on: date | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Open:
    """The items that fit, and how many there are."""

    items: tuple[OpenItem, ...]
    more: int

    @property
    def rest(self) -> str:
        """In words; nothing where nothing is left out."""
        return and_more(self.more)


def open_ones(reading: Reading, today: date) -> Open:
    """Needs without an answer and follow-ups that were not done, the one due first on top.

    A need without a day stands where it was asked for: it has waited since then.
    """
    found = sorted([*_needs(reading, today), *_follow_ups(reading, today)], key=lambda each: each[0])
    kept = OPEN_SHOWN if len(found) > OPEN_SHOWN + 1 else len(found)
    return Open(tuple(item for _day, item in found[:kept]), len(found) - kept)


def services(reading: Reading) -> Cut:
    """The last visits, one line each."""
    return cut([_service(row) for row in _visits(reading)], SERVICES)


def papers(reading: Reading) -> Cut:
    """Papers that are there, the newest first."""
    there = [row for row in reading.papers if row.deleted_at is None]
    return cut([f"{_(KINDS.get(row.kind, row.kind))}{_(': ')}{row.name}" for row in there], PAPERS)


def _needs(reading: Reading, today: date) -> Iterator[tuple[date, OpenItem]]:
    for row in reading.needs:
        if row.state == OPEN:
            what = _("Asks for: %(kind)s", kind=kind_words(row))
            owner = row.owner or _("The bureau")
            item = OpenItem(what, short(row.text, WORDS), owner, row.due_on, row.overdue(today))
            yield row.due_on or row.raised_on, item


def _follow_ups(reading: Reading, today: date) -> Iterator[tuple[date, OpenItem]]:
    """Of candidacies that still stand in a stage, as in my work."""
    ways = {row.id: row for row in reading.candidacies}
    for row in _visits(reading):
        way = ways[row.candidacy_id]
        if row.follow_up_on is None or row.followed_up_at is not None or way.stage not in STAGES:
            continue
        text = row.follow_up or row.promised or row.note or _kind(row)
        owner = row.follow_up_owner or way.in_charge or _("nobody yet")
        late = row.follow_up_on < today
        yield row.follow_up_on, OpenItem(_("Follow-up"), short(text, WORDS), owner, row.follow_up_on, late)


def _visits(reading: Reading) -> list[ServiceRow]:
    """One record of each visit that was not struck out, newest first."""
    found: dict[int, ServiceRow] = {}
    for row in reading.services:
        if row.withdrawn_at is None:
            found.setdefault(row.visit_id, row)
    return list(found.values())


def _service(row: ServiceRow) -> str:
    said = _("; ").join(
        part
        for part in (
            row.note,
            f"{_('Found')}{_(': ')}{row.found}" if row.found else "",
            f"{_('Promised')}{_(': ')}{row.promised}" if row.promised else "",
        )
        if part
    )
    head = " ".join(part for part in (row.on.isoformat(), _kind(row), row.by) if part)
    return f"{head}{_(': ')}{said}" if said else head


def _kind(row: ServiceRow) -> str:
    kind = service_kinds.services().get(row.kind)
    return kind.name(language()) if kind else row.kind
