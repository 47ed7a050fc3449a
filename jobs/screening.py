"""Where every firm stands for the filing: who is new, whose facts have changed since the night before."""

from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.db.engine import Database
from cultivate.domain.actor import job_actor
from cultivate.domain.periods import Period
from cultivate.errors import Conflict
from cultivate.i18n import _
from cultivate.packs.policies import track_policy
from cultivate.queries import policies
from cultivate.queries import screening as rows
from cultivate.services import screening


def run(database: Database, period: Period) -> str:
    """Each track, each year of filing in question; a second run finds nothing changed."""
    with database.reading() as session:
        due = asked(session, period)
    return in_words([_one(database, track, year) for track, year in due])


def asked(session: Session, period: Period) -> list[tuple[str, int]]:
    """Track and year of filing on the period's day."""
    day = period.as_of
    return [
        (track, year)
        for track in packs.tracks()
        for year in rows.filing_years(policies.in_year(session, track_policy(track), day.year, day), day)
    ]


def _one(database: Database, track: str, year: int) -> screening.Screened | None:
    return look(database, track, year, screening.NIGHTLY)


def look(database: Database, track: str, year: int, occasion: str) -> screening.Screened | None:
    """One filing; ``None`` where somebody is at it already."""
    try:
        return screening.run(database.unit_of_work, job_actor(), track, year, occasion)
    except Conflict:
        return None


def in_words(done: list[screening.Screened | None]) -> str:
    """What was done, all together."""
    runs = [each for each in done if each is not None]
    return _(
        "Screened: %(firms)s firms, %(assessed)s changed; %(gained)s nearer, %(lost)s further off",
        firms=sum(each.firms for each in runs),
        assessed=sum(each.assessed for each in runs),
        gained=sum(each.gained for each in runs),
        lost=sum(each.lost for each in runs),
    )
