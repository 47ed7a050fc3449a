"""The ledger's part of a merge: on no day does the one firm count twice.

- Two certificates of one firm that overlap: recorded twice (the same number or day of issue, or a track whose
  certificates do not end), one is taken back; else the older one leaves on the day from which the later one
  counts, as at a renewal.
- Two open ways on one track: the one that is less far, or not chosen, is taken back.
- An open way beside the other's certificate in force is its renewal where that ends within the filing year;
  else it is taken back.

"Taken back" are counter-moves on the days of the moves themselves: every count of every day is right as it is
known now, and what was known before stays known. A way that goes on is the other firm's from the beginning;
it stands in the street where it stood until the day of the merge, and from that day on where the firm lies:
figures of past days that were reported by street keep their street.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.stages import OPEN_STAGES, OUTSIDE, STAGES, Stage
from cultivate.errors import N_
from cultivate.models import (
    Assignment,
    Candidacy,
    Certificate,
    Firm,
    IntellectualProperty,
    Proposal,
    ServiceRecord,
    StallNote,
    Transfer,
    YearlyReport,
)
from cultivate.services import booking, certificates, standing_again
from cultivate.services.booking import Act
from cultivate.services.merges.fields import GONE, KEPT
from cultivate.services.merges.journal import Journal

#: ``track:<code>`` -> which of the two firms' ways goes on
TRACK_CHOICE = "track:"
REASON = N_("recorded twice; merged")
#: more rounds than a firm can have certificates
_ROUNDS = 200
_REACHED = {stage: place for place, stage in enumerate(STAGES)}


@dataclass(slots=True)
class Merger:
    """What the parts of one merge share."""

    act: Act
    journal: Journal
    kept: Firm
    gone: Firm
    choices: Mapping[str, str]

    @property
    def session(self) -> Session:
        """The session of the act."""
        return self.act.session


@dataclass(frozen=True, slots=True)
class _Held:
    """A candidacy's time at ``certify``."""

    candidacy: Candidacy
    certificate: Certificate
    entry_id: int
    since: date
    until: date | None

    def overlaps(self, later: "_Held") -> bool:
        """Whether it still stands when ``later`` begins; given in the order of their days."""
        return self.until is None or self.until > later.since


def join(merger: Merger) -> None:
    """Settle what both firms went, hand the rest over, and let it stand where the firm lies."""
    for track in packs.tracks():
        _settle_certificates(merger, track)
        _settle_open(merger, track)
        _settle_open_beside_certificate(merger, track)
    _hand_over(merger)
    _relocate(merger)


def _ways(merger: Merger, track: str) -> list[Candidacy]:
    """Ways of both firms on a track that stand somewhere."""
    return list(
        merger.session.scalars(
            select(Candidacy)
            .where(
                Candidacy.firm_id.in_([merger.kept.id, merger.gone.id]),
                Candidacy.track == track,
                Candidacy.stage != OUTSIDE,
            )
            .order_by(Candidacy.id)
            .execution_options(populate_existing=True)
        )
    )


def _side(merger: Merger, candidacy: Candidacy) -> str:
    return KEPT if candidacy.firm_id == merger.kept.id else GONE


def _settle_certificates(merger: Merger, track: str) -> None:
    for _ in range(_ROUNDS):
        held = _held(merger, track)
        clash = next(
            (
                (one, other)
                for place, one in enumerate(held)
                for other in held[place + 1 :]
                if one.overlaps(other)
            ),
            None,
        )
        if clash is None:
            return
        older, later = clash
        if _same(track, older, later):
            winner, loser = _chosen(merger, track, older, later)
            _take_back(merger, loser.candidacy, winner.candidacy)
        else:
            certificates.supersede(merger.act, older.candidacy, later.since, later.entry_id)
    message = f"certificates of firms {merger.kept.id} and {merger.gone.id} do not come apart"
    raise RuntimeError(message)


def _held(merger: Merger, track: str) -> list[_Held]:
    """Times at ``certify``, in order. One of no length (it left on the day it came) clashes with none."""
    found = []
    for way in _ways(merger, track):
        standing = booking.standing_moves(merger.session, way.id)
        entry = next(
            (move for move in standing if move.to_account == Stage.CERTIFY and not move.transfer_id), None
        )
        if entry is None:
            continue
        left = [move for move in standing if move.from_account == Stage.CERTIFY and not move.transfer_id]
        certificate = merger.session.scalar(
            select(Certificate)
            .where(Certificate.candidacy_id == way.id, Certificate.status != "void")
            .order_by(Certificate.id.desc())
            .limit(1)
        )
        until = left[-1].effective_on if left else None
        if certificate is not None and until != entry.effective_on:
            found.append(_Held(way, certificate, entry.id, entry.effective_on, until))
    return sorted(found, key=lambda each: (each.since, each.candidacy.id))


def _same(track: str, one: _Held, other: _Held) -> bool:
    """Whether two overlapping certificates are one that was recorded twice."""
    mine, theirs = one.certificate, other.certificate
    return (
        (bool(mine.number) and mine.number == theirs.number)
        or mine.issued_on == theirs.issued_on
        or not packs.track(track).validity_years
    )


def _chosen(merger: Merger, track: str, one: _Held, other: _Held) -> tuple[_Held, _Held]:
    """Winner and loser: as chosen; else what an authority revoked, the earlier one, that of the firm that stays."""
    choice = merger.choices.get(TRACK_CHOICE + track)
    sides = {_side(merger, each.candidacy): each for each in (one, other)}
    if choice is not None and len(sides) == 2:
        winner = sides[choice]
    else:
        winner = min(
            (one, other),
            key=lambda each: (
                each.certificate.status != "revoked",
                each.since,
                _side(merger, each.candidacy) == GONE,
                each.candidacy.id,
            ),
        )
    return winner, (other if winner is one else one)


def _settle_open(merger: Merger, track: str) -> None:
    rivals = [way for way in _ways(merger, track) if way.stage in OPEN_STAGES]
    if len(rivals) < 2:
        return
    choice = merger.choices.get(TRACK_CHOICE + track)
    winner = min(
        rivals,
        key=lambda way: (
            choice is not None and _side(merger, way) != choice,
            -_REACHED[way.stage],
            way.renews_id is None,
            _side(merger, way) == GONE,
        ),
    )
    for way in rivals:
        if way is not winner:
            _take_back(merger, way, winner)


def _settle_open_beside_certificate(merger: Merger, track: str) -> None:
    ways = _ways(merger, track)
    opened = next((way for way in ways if way.stage in OPEN_STAGES), None)
    held = next((way for way in ways if way.stage == Stage.CERTIFY), None)
    if opened is None or held is None or opened.firm_id == held.firm_id:
        return
    last = merger.session.scalar(
        select(Certificate.valid_through)
        .where(Certificate.candidacy_id == held.id, Certificate.status == "valid")
        .order_by(Certificate.id.desc())
        .limit(1)
    )
    if last is not None and last.year <= clock.today().year:
        if opened.renews_id != held.id:
            merger.journal.change(Candidacy, {"id": opened.id}, renews_id=held.id)
        return
    _take_back(merger, opened, held)


def _take_back(merger: Merger, loser: Candidacy, winner: Candidacy) -> None:
    """Counter every move of a way that was recorded twice, last first; what was done on it goes to the other."""
    act, loser_id, winner_id = merger.act, loser.id, winner.id
    for move in reversed(booking.standing_moves(act.session, loser_id)):
        if move.to_account == Stage.CERTIFY and not move.transfer_id:
            _reports(merger, loser_id, winner_id)
            _void(merger, loser_id)
            standing_again.let_stand(act, move.id, REASON)
        booking.counter(act, act.session.get_one(Candidacy, loser_id), move, REASON)
    for model in (ServiceRecord, Proposal, Assignment, StallNote):
        _repoint(merger, model, "candidacy_id", loser_id, winner_id)
    _repoint(merger, IntellectualProperty, "used_for_id", loser_id, winner_id)
    _repoint(merger, Candidacy, "renews_id", loser_id, winner_id)
    merger.journal.change(Candidacy, {"id": loser_id}, renews_id=None)


def _repoint(merger: Merger, model: Any, column: str, loser_id: int, winner_id: int) -> None:
    """Rows that hang on the loser hang on the winner; a way cannot renew itself."""
    rows = select(model.id).where(getattr(model, column) == loser_id, model.id != winner_id)
    if model is not Candidacy:
        rows = select(model.id).where(getattr(model, column) == loser_id)
    for row_id in merger.session.scalars(rows.order_by(model.id)).all():
        merger.journal.change(model, {"id": row_id}, **{column: winner_id})


def _reports(merger: Merger, loser_id: int, winner_id: int) -> None:
    """What was noted of yearly reports is true of the one certificate; of a year noted on both, its own stands."""
    held = _certificates(merger, winner_id)
    if not held:
        return
    years = select(YearlyReport.year).where(YearlyReport.certificate_id == held[-1])
    notes = select(YearlyReport.id).where(
        YearlyReport.certificate_id.in_(_certificates(merger, loser_id)), YearlyReport.year.not_in(years)
    )
    for note_id in merger.session.scalars(notes.order_by(YearlyReport.id)).all():
        merger.journal.change(YearlyReport, {"id": note_id}, certificate_id=held[-1])


def _certificates(merger: Merger, candidacy_id: int) -> list[int]:
    return list(
        merger.session.scalars(
            select(Certificate.id)
            .where(Certificate.candidacy_id == candidacy_id, Certificate.status != "void")
            .order_by(Certificate.id)
        )
    )


def _void(merger: Merger, candidacy_id: int) -> None:
    for certificate_id in _certificates(merger, candidacy_id):
        merger.journal.change(Certificate, {"id": certificate_id}, status="void")


def _hand_over(merger: Merger) -> None:
    """Candidacies and certificates change hands; rounds are numbered anew by the day on which they began."""
    session, journal = merger.session, merger.journal
    ways = session.scalars(
        select(Candidacy)
        .where(Candidacy.firm_id.in_([merger.kept.id, merger.gone.id]))
        .order_by(Candidacy.track, Candidacy.id)
        .execution_options(populate_existing=True)
    ).all()
    both = {way.track for way in ways if way.firm_id == merger.gone.id}
    order = sorted((way.track, _began(session, way), way.cycle, way.id) for way in ways if way.track in both)
    # out of the way first: firm, track and round are unique at every step
    for *_, way_id in order:
        journal.change(Candidacy, {"id": way_id}, cycle=-way_id)
    rounds: dict[str, int] = {}
    gone_on = {track for track, began, *_ in order if began != date.min}
    for track, began, _, way_id in order:
        if began == date.min and track in gone_on:  # taken back: no round of the firm
            journal.change(Candidacy, {"id": way_id}, firm_id=merger.kept.id)
            continue
        rounds[track] = rounds.get(track, 0) + 1
        journal.change(Candidacy, {"id": way_id}, firm_id=merger.kept.id, cycle=rounds[track])
    held = session.scalars(
        select(Certificate.id).where(Certificate.firm_id == merger.gone.id).order_by(Certificate.id)
    ).all()
    for certificate_id in held:
        journal.change(Certificate, {"id": certificate_id}, firm_id=merger.kept.id)


def _began(session: Session, way: Candidacy) -> date:
    """First day of a way; one that was taken back comes before all others."""
    standing = booking.standing_moves(session, way.id)
    return standing[0].effective_on if standing and way.stage != OUTSIDE else date.min


def _relocate(merger: Merger) -> None:
    """From the day of the merge on, ways that came over stand where the firm lies.

    The change of street is the tombstone's, so that the firm that stays is not thought to have moved.
    """
    kept, gone, session = merger.kept, merger.gone, merger.session
    elsewhere = [
        way
        for way in session.scalars(
            select(Candidacy)
            .where(Candidacy.firm_id == kept.id, Candidacy.stage.in_(STAGES))
            .order_by(Candidacy.id)
            .execution_options(populate_existing=True)
        )
        if (way.street_id, way.park_id) != (kept.street_id, kept.park_id)
    ]
    if not elsewhere:
        return
    transfer = Transfer(
        firm_id=gone.id,
        from_street_id=gone.street_id,
        from_park_id=gone.park_id,
        to_street_id=kept.street_id,
        to_park_id=kept.park_id,
        effective_on=clock.today(),
        reason=N_("merged with another record of the same firm"),
        actor_id=merger.act.actor.user_id,
        recorded_at=merger.act.recorded_at,
    )
    session.add(transfer)
    session.flush()
    for way in elsewhere:
        booking.relocate(merger.act, way, transfer)
