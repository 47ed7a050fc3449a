"""The one writer of the ledger: moves, their postings, the roll-up and the cached stage, in one transaction.

Guards live in ``services/stages.py``; this module only keeps the books, and refuses what would break them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from cultivate import clock
from cultivate.db import bulk, locks
from cultivate.db.upsert import insert_for
from cultivate.domain.ledger import NO_PARK, Entry, Place, entries_of, roll_up
from cultivate.domain.stages import OUTSIDE
from cultivate.models import Candidacy, LedgerRollup, Posting, StageMove
from cultivate.services import in_charge

#: without it the ORM makes a statement for each pattern of empty columns: a thousand rows become hundreds
_ONE_BATCH = {"render_nulls": True}
_ROLL_COLUMNS = ("delta", "entered", "left", "moved_in", "moved_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDraft:
    """A move to be booked. ``stage_since`` is what the candidacy's cache says afterwards."""

    candidacy_id: int
    track: str
    kind: str
    source_place: Place
    target_place: Place
    effective_on: date
    stage_since: date
    actor_id: int | None
    source: str
    reason: str | None = None
    evidence: str | None = None
    override_reason: str | None = None
    retry_year: int | None = None
    reverses_id: int | None = None
    caused_by_id: int | None = None
    transfer_id: int | None = None
    import_batch_id: int | None = None
    #: only demo data says when it was recorded; everything else is recorded now
    recorded_at: datetime | None = None


def begin(session: Session) -> datetime:
    """Take the ledger's lock and say when this act is recorded.

    Writers of the ledger follow one another: so a time that a report was told ("known at") never gains a
    move afterwards, roll-up rows cannot deadlock, and ``recorded_at`` never runs backwards when a clock does.
    """
    locks.hold(session, locks.LEDGER)
    last = session.scalar(select(func.max(StageMove.recorded_at)))
    now = clock.now()
    return now if last is None or last < now else last + timedelta(microseconds=1)


def append(session: Session, drafts: Sequence[MoveDraft], recorded_at: datetime) -> list[int]:
    """Book moves in the given order; returns their ids. The caller holds the lock (``begin``).

    A candidacy may occur several times; its cache is what its last move says.
    """
    if not drafts:
        return []
    ids = list(
        session.scalars(
            insert(StageMove)
            .returning(StageMove.id, sort_by_parameter_order=True)
            .execution_options(**_ONE_BATCH),
            [_move_row(draft, recorded_at) for draft in drafts],
        )
    )
    booked = [
        (move_id, draft, entry)
        for move_id, draft in zip(ids, drafts, strict=True)
        for entry in entries_of(
            draft.source_place,
            draft.target_place,
            transfer=draft.transfer_id is not None,
            reversal=draft.reverses_id is not None,
        )
    ]
    session.execute(
        insert(Posting).execution_options(**_ONE_BATCH), [_posting_row(*line, recorded_at) for line in booked]
    )
    book_rollup(session, [(draft.track, draft.effective_on, entry) for _, draft, entry in booked])
    _refresh_cache(session, drafts)
    return ids


@dataclass(frozen=True, slots=True)
class Opening:
    """A candidacy to be opened: whose, which way of the firm through the track, and where it enters."""

    firm_id: int
    cycle: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """What candidacies that are opened in one act share."""

    track: str
    effective_on: date
    actor_id: int | None
    source: str
    import_batch_id: int | None = None


def open_all(
    session: Session, openings: Sequence[Opening], shared: Openings, recorded_at: datetime
) -> list[int]:
    """Write new candidacies together with the move that opens each; returns the candidacies' ids.

    What ``append`` does for candidacies that are there, in a few statements for any number of rows. The caller
    holds the lock (``begin``) and has asked whether they may be opened.
    """
    if not openings:
        return []
    ids = bulk.new_ids(session, Candidacy, len(openings))
    move_ids = bulk.new_ids(session, StageMove, len(openings))
    targets = [opening.place for opening in openings]
    streets = [place.street_id for place in targets]
    parks = [place.park_id or None for place in targets]
    moment = {"recorded_at": recorded_at, "effective_on": shared.effective_on}
    act = {"actor_id": shared.actor_id, "source": shared.source, "import_batch_id": shared.import_batch_id}
    stages = [place.account for place in targets]
    bulk.add(
        session,
        Candidacy,
        {
            "id": ids,
            "firm_id": [opening.firm_id for opening in openings],
            "cycle": [opening.cycle for opening in openings],
            "stage": stages,
            "street_id": streets,
            "park_id": parks,
        },
        {
            "track": shared.track,
            "stage_since": shared.effective_on,
            "in_charge_id": shared.actor_id,
            "created_at": clock.now(),
        },
    )
    bulk.add(
        session,
        StageMove,
        {
            "id": move_ids,
            "candidacy_id": ids,
            "to_account": stages,
            "from_street_id": streets,
            "from_park_id": parks,
            "to_street_id": streets,
            "to_park_id": parks,
        },
        {"kind": "move", "from_account": OUTSIDE, **moment, **act},
    )
    pairs = {
        place: entries_of(place._replace(account=OUTSIDE), place, transfer=False, reversal=False)
        for place in set(targets)
    }
    entries = [entry for place in targets for entry in pairs[place]]
    bulk.add(
        session,
        Posting,
        {
            "move_id": [key for key in move_ids for _ in range(2)],
            "candidacy_id": [key for key in ids for _ in range(2)],
            "account": [entry.place.account for entry in entries],
            "street_id": [entry.place.street_id for entry in entries],
            "park_id": [entry.place.park_id or None for entry in entries],
            "amount": [entry.amount for entry in entries],
            "entered": [entry.entered for entry in entries],
            "left": [entry.left for entry in entries],
        },
        {"track": shared.track, "moved_in": 0, "moved_out": 0, **moment},
    )
    if shared.actor_id is not None:
        in_charge.opened(session, shared.actor_id, [(way, shared.actor_id) for way in ids])
    sums = ((entry, count) for place, count in Counter(targets).items() for entry in pairs[place])
    book_rollup(session, [(shared.track, shared.effective_on, entry.times(count)) for entry, count in sums])
    return ids


def _move_row(draft: MoveDraft, recorded_at: datetime) -> dict[str, Any]:
    source, target = draft.source_place, draft.target_place
    return {
        "candidacy_id": draft.candidacy_id,
        "kind": draft.kind,
        "from_account": source.account,
        "from_street_id": source.street_id,
        "from_park_id": source.park_id or None,
        "to_account": target.account,
        "to_street_id": target.street_id,
        "to_park_id": target.park_id or None,
        "effective_on": draft.effective_on,
        "recorded_at": draft.recorded_at or recorded_at,
        "actor_id": draft.actor_id,
        "source": draft.source,
        "reason": draft.reason,
        "evidence": draft.evidence,
        "override_reason": draft.override_reason,
        "retry_year": draft.retry_year,
        "reverses_id": draft.reverses_id,
        "caused_by_id": draft.caused_by_id,
        "transfer_id": draft.transfer_id,
        "import_batch_id": draft.import_batch_id,
    }


def _posting_row(move_id: int, draft: MoveDraft, entry: Entry, recorded_at: datetime) -> dict[str, Any]:
    return {
        "move_id": move_id,
        "candidacy_id": draft.candidacy_id,
        "track": draft.track,
        "account": entry.place.account,
        "street_id": entry.place.street_id,
        "park_id": entry.place.park_id or None,
        "effective_on": draft.effective_on,
        "recorded_at": draft.recorded_at or recorded_at,
        "amount": entry.amount,
        "entered": entry.entered,
        "left": entry.left,
        "moved_in": entry.moved_in,
        "moved_out": entry.moved_out,
    }


def book_rollup(session: Session, lines: Iterable[tuple[str, date, Entry]]) -> None:
    """Add postings to the roll-up, in key order."""
    rows = [
        key._asdict() | {column: getattr(sums, column) for column in _ROLL_COLUMNS}
        for key, sums in sorted(roll_up(lines).items())
    ]
    if not rows:
        return
    statement = insert_for(session, LedgerRollup)
    statement = statement.on_conflict_do_update(
        index_elements=["track", "grain", "period", "account", "street_id", "park_id"],
        set_={
            LedgerRollup.__mapper__.c[column]: LedgerRollup.__mapper__.c[column]
            + statement.excluded[LedgerRollup.__mapper__.c[column].name]
            for column in _ROLL_COLUMNS
        },
    )
    session.connection().execute(statement, [_columns(row) for row in rows])


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    """Attribute names to column names (``left`` is a word of SQL)."""
    return {("left_" if key == "left" else key): value for key, value in row.items()}


def posted(session: Session) -> Iterator[tuple[str, date, Entry]]:
    """All postings as (track, effective day, entry): what the roll-up must add up to."""
    rows = session.execute(
        select(
            Posting.track,
            Posting.effective_on,
            Posting.account,
            Posting.street_id,
            Posting.park_id,
            Posting.amount,
            Posting.entered,
            Posting.left,
            Posting.moved_in,
            Posting.moved_out,
        ).execution_options(yield_per=10_000)
    )
    for track, day, account, street_id, park_id, amount, entered, left, moved_in, moved_out in rows:
        place = Place(account, street_id, park_id or NO_PARK)
        yield track, day, Entry(place, amount, entered, left, moved_in, moved_out)


def rebuild_rollup(session: Session) -> None:
    """Make the roll-up anew from the postings; for an operator whose ``verify`` found it wrong."""
    locks.hold(session, locks.LEDGER)
    session.execute(delete(LedgerRollup))
    book_rollup(session, posted(session))


def _refresh_cache(session: Session, drafts: Sequence[MoveDraft]) -> None:
    """Set stage, unit, day and version of each candidacy from its last move."""
    last = {draft.candidacy_id: draft for draft in drafts}
    table: Any = Candidacy.__table__
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("key"))
        .values(
            stage=bindparam("to"),
            street_id=bindparam("street"),
            park_id=bindparam("park"),
            stage_since=bindparam("since"),
            version=table.c.version + 1,
        ),
        [
            {
                "key": draft.candidacy_id,
                "to": draft.target_place.account,
                "street": draft.target_place.street_id,
                "park": draft.target_place.park_id or None,
                "since": draft.stage_since,
            }
            for draft in last.values()
        ],
    )
    for key in last:
        loaded = session.identity_map.get(identity_key(Candidacy, key))
        if loaded is not None:
            session.expire(loaded)
