"""Faults of the register: what was mended is closed, what is new goes to who is in charge."""

from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.i18n import _
from cultivate.services import quality


def run(database: Database, period: Period) -> str:
    """As the register stands on the period's day; a second run finds nothing left."""
    with database.unit_of_work() as session:
        settled = quality.settle(session, period.as_of)
    return _("Faults: %(opened)s given out, %(closed)s mended", opened=settled.opened, closed=settled.closed)
