"""The nightly check of the books."""

from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.i18n import _
from cultivate.services import verification

SHOWN = 5


class BooksDoNotBalance(Exception):
    """The check found something: the run counts as failed, so that every page says so."""


def run(database: Database, _period: Period) -> str:
    """All invariants, on the books as they are now."""
    with database.snapshot() as session:
        findings = verification.verify(session)
    if findings:
        raise BooksDoNotBalance("; ".join(str(finding) for finding in findings[:SHOWN]))
    return _("The books balance.")
