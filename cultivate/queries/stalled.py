"""Stalled candidacies: in an open stage for long, and nothing done for them lately."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, select

from cultivate.domain.stages import OPEN_STAGES
from cultivate.models import Candidacy, ServiceRecord

#: measured from the entry into the stage, never from the first entry into the register
STALLED_DAYS = 90


def is_stalled(as_of: date) -> ColumnElement[bool]:
    """Condition on ``Candidacy``: no move and no service for more than ``STALLED_DAYS``."""
    border = as_of - timedelta(days=STALLED_DAYS)
    served = select(ServiceRecord.id).where(
        ServiceRecord.candidacy_id == Candidacy.id, ServiceRecord.on >= border
    )
    return Candidacy.stage.in_(OPEN_STAGES) & (Candidacy.stage_since < border) & ~served.exists()
