"""After a change of a policy pack everybody is looked at anew: within a minute, not only at night."""

from cultivate import clock
from cultivate.db.engine import Database
from cultivate.domain.periods import Period
from cultivate.packs.policies import policy, track_policy
from cultivate.queries import policies
from cultivate.queries import screening as rows
from cultivate.services import screening
from jobs.screening import asked, in_words, look


def run(database: Database, period: Period) -> str:
    """Filings that were screened by other rules than hold now; nearly always none. The first look is the night's."""
    with database.reading() as session:
        due = []
        for track, year in asked(session, period):
            last = rows.last_run(session, track, year)
            base = policy(track_policy(track))
            day = rows.filing_day(
                policies.in_year(session, base.name, year, clock.today()), year, clock.today()
            )
            if last is not None and last.digest != screening.rules_digest(session, base, day):
                due.append((track, year))
    return in_words([look(database, track, year, screening.PACK) for track, year in due]) if due else ""
