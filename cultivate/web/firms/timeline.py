"""The firm's story, newest first: moves, changes of street, services, certificates, answers to proposals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cultivate import clock
from cultivate.domain.service_kinds import KINDS
from cultivate.domain.stages import LABELS, OUTSIDE
from cultivate.i18n import _, language
from cultivate.queries.candidacies import MoveRow
from cultivate.queries.firm_timeline import CertificateRow, ProposalRow, ServiceRow
from cultivate.queries.units import Unit
from cultivate.web.firms import labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the story."""

    day: date
    recorded_at: datetime
    kind: str
    title: str
    who: str
    tracks: tuple[str, ...]
    text: str = ""
    notes: tuple[str, ...] = ()
    struck: bool = False
    """Taken back by a later line."""
    follow_up_on: date | None = None
    follow_up_open: bool = False
    service_ids: tuple[int, ...] = ()

    @property
    def recorded_on(self) -> date | None:
        """The day of the record, where it is another than the day on which it happened."""
        recorded = clock.day_of(self.recorded_at)
        return recorded if recorded != self.day else None

    @property
    def late(self) -> bool:
        """Recorded after the week was over, when its letter had gone out without it."""
        sunday = self.day + timedelta(days=6 - self.day.weekday())
        return clock.day_of(self.recorded_at) > sunday


def story(
    moves: Sequence[MoveRow],
    services: Iterable[ServiceRow],
    certificates: Iterable[CertificateRow],
    proposals: Iterable[ProposalRow],
    tracks: Mapping[int, str],
    places: Mapping[int, Unit],
) -> list[Item]:
    """Everything in one order: by day, then by when the book learned it. ``tracks``: candidacy id -> track."""
    items = [
        *_moves(moves, tracks, places),
        *_services(services),
        *_certificates(certificates),
        *_answers(proposals),
    ]
    return sorted(items, key=lambda item: (item.day, item.recorded_at), reverse=True)


def _moves(moves: Sequence[MoveRow], tracks: Mapping[int, str], places: Mapping[int, Unit]) -> Iterator[Item]:
    """One line a move; what a transfer did to several candidacies is one line."""
    seen: set[tuple[int, bool]] = set()
    for move in moves:
        belongs = [move]
        if move.transfer_id is not None:
            key = (move.transfer_id, move.reverses_id is not None)
            if key in seen:
                continue
            seen.add(key)
            belongs = [each for each in moves if (each.transfer_id, each.reverses_id is not None) == key]
        yield Item(
            day=move.effective_on,
            recorded_at=move.recorded_at,
            kind="stage",
            title=_title(move, places),
            who=labels.who(move.actor, move.door),
            tracks=tuple(dict.fromkeys(tracks[each.candidacy_id] for each in belongs)),
            text=_(move.reason) if move.reason else "",
            notes=tuple(_notes(move)),
            struck=move.reversed_by_id is not None,
        )


def _title(move: MoveRow, places: Mapping[int, Unit]) -> str:
    if move.transfer_id is not None:
        title = _(
            "Moved from %(source)s to %(target)s",
            source=_place(places, move.from_street_id, move.from_park_id),
            target=_place(places, move.to_street_id, move.to_park_id),
        )
    elif move.source == OUTSIDE:
        title = _("Entered: %(stage)s", stage=_(LABELS[move.target]))
    elif move.target == OUTSIDE:
        title = _("Opening of %(stage)s taken back", stage=_(LABELS[move.source]))
    else:
        title = f"{_(LABELS[move.source])} → {_(LABELS[move.target])}"
    return _("Taken back: %(what)s", what=title) if move.reverses_id is not None else title


def _place(places: Mapping[int, Unit], street_id: int, park_id: int | None) -> str:
    names = [places[each].name(language()) for each in (street_id, park_id) if each]
    return " · ".join(names)


def _notes(move: MoveRow) -> Iterator[str]:
    if move.override_reason:
        yield _("Conditions waived: %(reason)s", reason=move.override_reason)
    if move.evidence:
        yield _("Evidence: %(evidence)s", evidence=move.evidence)
    if move.retry_year:
        yield _("May try again in %(year)s", year=move.retry_year)


def _services(services: Iterable[ServiceRow]) -> Iterator[Item]:
    """One line a visit, though it may have been recorded for both tracks."""
    visits: dict[tuple[object, ...], list[ServiceRow]] = {}
    for row in services:
        visits.setdefault((row.kind, row.on, row.note, row.by, row.follow_up_on), []).append(row)
    for rows in visits.values():
        first = rows[0]
        yield Item(
            day=first.on,
            recorded_at=first.recorded_at,
            kind="service",
            title=_(KINDS.get(first.kind, first.kind)),
            who=first.by or "",
            tracks=tuple(dict.fromkeys(row.track for row in reversed(rows))),
            text=first.note,
            follow_up_on=first.follow_up_on,
            follow_up_open=first.follow_up_on is not None and any(row.followed_up_at is None for row in rows),
            service_ids=tuple(row.id for row in rows),
        )


def _certificates(certificates: Iterable[CertificateRow]) -> Iterator[Item]:
    for row in certificates:
        last = row.valid_through.isoformat() if row.valid_through else None
        yield Item(
            day=row.issued_on,
            recorded_at=row.recorded_at,
            kind="certificate",
            title=_("Certificate %(number)s", number=row.number),
            who="",
            tracks=(row.track,),
            text=_("valid through %(day)s", day=last) if last else _("valid until revoked"),
            struck=row.status == "void",
        )


def _answers(proposals: Iterable[ProposalRow]) -> Iterator[Item]:
    for row in proposals:
        title = _("Proposed: %(stage)s", stage=_(LABELS[row.to]))
        said = {"waiting": _("waits for the bureau"), "accepted": _("accepted"), "declined": _("declined")}[
            row.status
        ]
        yield Item(
            day=clock.day_of(row.proposed_at),
            recorded_at=row.proposed_at,
            kind="note",
            title=f"{title}{_(': ')}{said}",
            who=row.by or "",
            tracks=(row.track,),
            text=row.reason,
            notes=(_("Answer: %(answer)s", answer=row.answer),) if row.answer else (),
        )
