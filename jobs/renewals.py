"""A certificate that ends in a year whose filing draws near opens the next round of its firm."""

from cultivate.db.engine import Database
from cultivate.domain.actor import job_actor
from cultivate.domain.periods import Period
from cultivate.i18n import _n
from cultivate.services import renewals


def run(database: Database, period: Period) -> str:
    """Book what is due by the period's day; a second run finds nothing left."""
    with database.unit_of_work() as session:
        count = renewals.open_due(session, job_actor(), period.as_of)
    return _n("%(num)s renewal opened", "%(num)s renewals opened", count)
