"""Taking changed firms into the index of the search."""

import time

from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.i18n import _
from cultivate.services import search_index

#: between two portions: SQLite lets in whoever asks first, and others want to write too
PAUSE_SECONDS = 0.2


def run(database: Database, _period: Period) -> str:
    """All changes there are, in portions; a few are left until there are more."""
    done = 0
    with database.reading() as session:
        worth_it = search_index.waiting(session) >= search_index.WORTH_IT
    while worth_it:
        with database.unit_of_work() as session:
            taken = search_index.take_in(session, search_index.PORTION)
        done += taken
        worth_it = taken > 0
        time.sleep(PAUSE_SECONDS if worth_it else 0)
    return _("%(changes)s changes taken into the search", changes=done)
