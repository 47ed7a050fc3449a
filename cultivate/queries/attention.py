"""What counts as waiting for somebody: the conditions that work list, overview, letters and reminders share."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from cultivate.models import Candidacy, Certificate

#: a certificate that ends within so many days needs its renewal begun
ENDING_DAYS = 180


def stalled_condition(as_of: date, stalled_days: Mapping[str, int]) -> ColumnElement[bool]:
    """Longer in its stage than that stage allows, counted from when it came into the stage."""
    return or_(
        *(
            and_(Candidacy.stage == stage, Candidacy.stage_since < as_of - timedelta(days=days))
            for stage, days in sorted(stalled_days.items())
        )
    )


def no_successor() -> ColumnElement[bool]:
    """Certificates whose renewal has not been opened."""
    successor = aliased(Candidacy)
    return ~select(successor.id).where(successor.renews_id == Certificate.candidacy_id).exists()
