"""Sending what waits: claim, commit, hand over, write down; one letter after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.extensions import settings
from cultivate.i18n import _
from cultivate.log import log
from cultivate.mailer.message import AddressUnusable, build
from cultivate.mailer.transport import RefusedForGood, RefusedForNow, ServerAway, Transport
from cultivate.queries import deliveries
from cultivate.services import outbox
from jobs.workers import worker_name


@dataclass(slots=True)
class Sent:
    """What became of the letters of one round."""

    sent: int = 0
    later: int = 0
    failed: int = 0


def run(database: Database, _period: Period) -> str:
    """Whatever is due now; each letter is claimed, so two senders never take the same."""
    if settings().smtp_url is None:
        return _("No mail server is set; letters stay in the outbox.")
    done = send_waiting(database)
    return _(
        "%(sent)s sent, %(later)s put off, %(failed)s refused",
        sent=done.sent,
        later=done.later,
        failed=done.failed,
    )


def send_waiting(database: Database) -> Sent:
    """One round. A server that does not answer ends it: the other letters wait untouched."""
    done = Sent()
    url = settings().smtp_url
    if url is None:
        return done
    with Transport(url) as transport:
        with database.reading() as session:
            waiting = deliveries.ready_ids(session, clock.now())
        for delivery_id in waiting:
            if not _send(database, transport, delivery_id, done):
                break
    return done


def _send(database: Database, transport: Transport, delivery_id: int, done: Sent) -> bool:
    """One letter; ``False`` when there is no use in going on."""
    with database.unit_of_work() as session:
        if not outbox.claim(session, delivery_id, worker_name()):
            return True
        letter = outbox.load(session, delivery_id)
    try:
        transport.send(build(letter, settings().mail_from))
    except (RefusedForGood, AddressUnusable) as error:
        done.failed += 1
        _not_taken(database, outbox.refuse, delivery_id, error)
    except RefusedForNow as error:
        done.later += 1
        _not_taken(database, outbox.put_off, delivery_id, error)
        return not isinstance(error, ServerAway)
    else:
        done.sent += 1
        with database.unit_of_work() as session:
            outbox.mark_sent(session, delivery_id, worker_name())
    return True


def _not_taken(
    database: Database, mark: Callable[[Session, int, str, str], bool], delivery_id: int, answer: Exception
) -> None:
    log.warning("letter not taken", delivery=delivery_id, answer=str(answer))
    with database.unit_of_work() as session:
        mark(session, delivery_id, worker_name(), str(answer))
