"""The nightly sweep for firms that are in the register twice."""

from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.i18n import _
from cultivate.queries import duplicate_sweep
from cultivate.services import duplicates


def run(database: Database, _period: Period) -> str:
    """Read first, write after: nobody waits while the register is compared. A second run finds nothing new."""
    with database.snapshot() as session:
        found = duplicate_sweep.sweep(session)
    with database.unit_of_work() as session:
        swept = duplicates.keep(session, found)
    return _(
        "Pairs: %(waiting)s waiting, %(new)s new, %(gone)s gone",
        waiting=swept.waiting,
        new=swept.new + swept.asked_again,
        gone=swept.gone,
    )
