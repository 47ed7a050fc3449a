"""The weekly letters: each composed from one moment's view of the books, each queued in a short transaction.

Composing takes longer than a page may wait on SQLite's one write lock, so it holds none.
"""

from dataclasses import dataclass

from cultivate.db import locks
from cultivate.db.engine import Database
from cultivate.domain.periods import Period, Week
from cultivate.extensions import settings
from cultivate.i18n import _n
from cultivate.log import log
from cultivate.queries import deliveries
from cultivate.queries.deliveries import Recipient
from cultivate.queries.weekly import Slot
from cultivate.services import letters, outbox
from cultivate.services.outbox import NewLetter


class SomeLettersFailed(Exception):
    """The other letters are queued; the run is tried again for these."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter and the row it became; ``new`` is false for one that was there before."""

    recipient: Recipient
    letter: NewLetter | None
    delivery_id: int | None
    new: bool


def run(database: Database, period: Period) -> str:
    """All letters of a week; those that exist are left as they are."""
    slot = letters.due_slot(Week.parse(period.key))
    count = 0
    failed = []
    for recipient in readers(database):
        try:
            count += write(database, recipient, slot).new
        except Exception as error:  # noqa: BLE001 one reader's letter must not keep the others from theirs
            log.error("letter failed", recipient=recipient.actor.username, period=period.key, exc_info=error)
            failed.append(recipient.actor.username)
    if failed:
        raise SomeLettersFailed(", ".join(failed))
    return _n("%(num)s letter written", "%(num)s letters written", count)


def readers(database: Database, username: str | None = None) -> list[Recipient]:
    """Whom to write to, once every move that was recorded before now is in the book.

    A move is recorded under the ledger's lock and committed a little later: whoever holds the lock for a
    moment knows that all earlier ones are committed, so a letter and a later count "as known at its slot"
    agree for ever.
    """
    with database.unit_of_work() as session:
        locks.hold(session, locks.LEDGER)
    with database.reading() as session:
        return deliveries.recipients(session, username)


def write(database: Database, recipient: Recipient, slot: Slot) -> Written:
    """Compose and queue one letter, unless it has been written before."""
    with database.reading() as session:
        known = deliveries.find_id(session, letters.WEEKLY, str(slot.week), recipient.user_id)
    if known is not None:
        return Written(recipient, None, known, new=False)
    letter = compose(database, recipient, slot)
    with database.unit_of_work() as session:
        made = outbox.put(session, letter, recipient, settings().base_url)
    return Written(recipient, letter, made, new=made is not None)


def compose(database: Database, recipient: Recipient, slot: Slot) -> NewLetter:
    """Only compose: what ``--dry-run`` shows."""
    with database.snapshot() as session:
        return letters.compose_weekly(session, recipient, slot, settings())
