"""Where candidacies stood on a day, as rows to join: the list behind a stock figure.

A sum of postings is 1 in exactly one place for a candidacy that had been opened by then, so these rows are
what ``queries/ledger.py`` counts. No move lies in the future, so from today on the cached place is the same
and cheaper.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Subquery, func, select

from cultivate import clock
from cultivate.models import Candidacy, Posting


def standing(track: str | None, as_of: date | None, accounts: Sequence[str]) -> Subquery:
    """Rows candidacy_id, firm_id, track, account, street_id, park_id on ``as_of`` (default: now)."""
    source: Any
    if as_of is None or as_of >= clock.today():
        statement = select(
            Candidacy.id.label("candidacy_id"),
            Candidacy.firm_id,
            Candidacy.track,
            Candidacy.stage.label("account"),
            Candidacy.street_id,
            Candidacy.park_id,
        ).where(Candidacy.stage.in_(accounts))
        source = Candidacy
    else:
        place = (
            Posting.candidacy_id,
            Candidacy.firm_id,
            Posting.track,
            Posting.account,
            Posting.street_id,
            Posting.park_id,
        )
        statement = (
            select(*place)
            .join(Candidacy, Candidacy.id == Posting.candidacy_id)
            .where(Posting.account.in_(accounts), Posting.effective_on <= as_of)
            .group_by(*place)
            .having(func.sum(Posting.amount) > 0)
        )
        source = Posting
    if track is not None:
        statement = statement.where(source.track == track)
    return statement.subquery("standing")
