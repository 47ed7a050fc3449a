"""Reminders: one digest a person and week."""

from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.extensions import settings
from cultivate.i18n import _n
from cultivate.queries import deliveries
from cultivate.services import outbox, reminders


def run(database: Database, period: Period) -> str:
    """Digests of everybody who has something due; those that exist are left as they are."""
    with database.reading() as session:
        readers = deliveries.recipients(session)
    count = 0
    for recipient in readers:
        with database.snapshot() as session:
            letter = reminders.compose(session, recipient, period, settings())
        if letter is not None:
            with database.unit_of_work() as session:
                count += outbox.put(session, letter, recipient, settings().base_url) is not None
    return _n("%(num)s digest written", "%(num)s digests written", count)
