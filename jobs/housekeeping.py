"""Clearing away."""

from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.i18n import _
from cultivate.services import housekeeping


def run(database: Database, period: Period) -> str:
    """What has had its day, counted from the period's slot."""
    with database.unit_of_work() as session:
        cleared = housekeeping.clear(session, period.slot)
    return _(
        "Cleared: %(runs)s minutes of the outbox, %(keys)s keys, %(imports)s unused previews, "
        "%(papers)s papers nobody needs",
        runs=cleared.outbox_runs,
        keys=cleared.idempotency_keys,
        imports=cleared.previews,
        papers=cleared.papers,
    )
