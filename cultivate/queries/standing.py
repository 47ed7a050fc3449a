"""Where candidacies stood on a day, in any of several accounts and on any track, as rows to join.

A sum of postings is 1 in exactly one place for a candidacy that had been opened by then, so these rows are
what ``queries/ledger.py`` counts. No move lies in the future, so from today on the cached place is the same
and cheaper. (``queries/stock.py`` asks for one figure's list and knows ``known_at``.)
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Subquery, case, func, select

from cultivate import clock
from cultivate.models import Candidacy, Posting


def standing(track: str | None, as_of: date | None, accounts: Sequence[str]) -> Subquery:
    """Rows candidacy_id, firm_id, track, account, street_id, park_id, since, on ``as_of`` (default: now)."""
    now = as_of is None or as_of >= clock.today()
    statement = _now(accounts) if now else _then(as_of, accounts)
    if track is not None:
        statement = statement.where((Candidacy if now else Posting).track == track)
    subquery: Subquery = statement.subquery("standing")
    return subquery


def _now(accounts: Sequence[str]) -> Any:
    return select(
        Candidacy.id.label("candidacy_id"),
        Candidacy.firm_id,
        Candidacy.track,
        Candidacy.stage.label("account"),
        Candidacy.street_id,
        Candidacy.park_id,
        Candidacy.stage_since.label("since"),
    ).where(Candidacy.stage.in_(accounts))


def _then(as_of: date | None, accounts: Sequence[str]) -> Any:
    place = (
        Posting.candidacy_id,
        Candidacy.firm_id,
        Posting.track,
        Posting.account,
        Posting.street_id,
        Posting.park_id,
    )
    since = func.max(case((Posting.entered == 1, Posting.effective_on)))
    return (
        select(*place, since.label("since"))
        .join(Candidacy, Candidacy.id == Posting.candidacy_id)
        .where(Posting.account.in_(accounts), Posting.effective_on <= as_of)
        .group_by(*place)
        .having(func.sum(Posting.amount) > 0)
    )
