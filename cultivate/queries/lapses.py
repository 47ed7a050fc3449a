"""Certificates past their last day whose lapse was not in the book: in force they are no more.

A lapse is booked by the nightly job. Until then its candidacy stands at ``certify``, so every figure and list of
what is in force takes these out, and is the same before and after the job has run.
"""

from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from cultivate.domain.stages import Stage
from cultivate.models import Candidacy, Certificate, Posting


def waiting(track: str, as_of: date, known_at: datetime | None) -> Select[int]:
    """Ids of candidacies that may stand at ``certify`` on ``as_of`` with a certificate that had ended by then.

    By what was known at ``known_at``: whatever has become of the candidacy or its certificate since (lapsed,
    revoked, recorded wrongly, moved to another street), what was told stays. No candidacy leaves ``certify`` after
    its certificate has ended but by that lapse, so those that stand there now are enough, and beside them those
    whose entries were recorded since.
    """
    ended = (
        select(Certificate.candidacy_id)
        .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
        .where(Certificate.track == track, Certificate.valid_through < as_of)
    )
    stands = Candidacy.stage == Stage.CERTIFY
    if known_at is None:
        return ended.where(Certificate.status == "valid", stands)
    newer = aliased(Certificate)
    replaced = select(newer.id).where(
        newer.candidacy_id == Certificate.candidacy_id,
        newer.id > Certificate.id,
        newer.created_at <= known_at,
    )
    changed = select(Posting.candidacy_id).where(
        Posting.track == track, Posting.account == Stage.CERTIFY, Posting.recorded_at > known_at
    )
    return ended.where(
        Certificate.created_at <= known_at, ~replaced.exists(), or_(stands, Candidacy.id.in_(changed))
    )
