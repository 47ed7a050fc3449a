"""What counts as waiting for somebody: the conditions that work list, overview, letters and reminders share."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from cultivate.domain.permissions import PERMISSIONS, Act, Role
from cultivate.domain.stages import OPEN_STAGES
from cultivate.models import Candidacy, Certificate, StallNote, User
from cultivate.models.user import user_unit
from cultivate.packs import stalled


def stalled_condition(as_of: date) -> ColumnElement[bool]:
    """Longer in its stage than it allows, and nobody has said why and what happens next."""
    return and_(overlong(as_of), ~silenced(as_of))


def overlong(as_of: date) -> ColumnElement[bool]:
    """Longer in its stage than that stage of the track allows, counted from when it came into the stage."""
    return or_(
        *(
            and_(
                Candidacy.track == track,
                Candidacy.stage == stage,
                Candidacy.stage_since < as_of - timedelta(days=limit),
            )
            for track, days in stalled.rules().days.items()
            for stage, limit in days.items()
        )
    )


def silenced(as_of: date) -> ColumnElement[bool]:
    """A note on this stay in the stage, the day of whose next step has not come."""
    return select(StallNote.id).where(speaks_of_stay(), StallNote.due_on > as_of).exists()


def speaks_of_stay() -> ColumnElement[bool]:
    """Notes that stand, on the stay in the stage in which the candidacy is now."""
    return and_(
        StallNote.candidacy_id == Candidacy.id,
        StallNote.stage == Candidacy.stage,
        StallNote.stage_since == Candidacy.stage_since,
        StallNote.ended_at.is_(None),
    )


def adrift() -> ColumnElement[bool]:
    """In charge is somebody who cannot act on it any more: account closed, no business role, works elsewhere."""
    holder = aliased(User)
    works_there = (
        select(user_unit.c.unit_id)
        .where(
            user_unit.c.user_id == holder.id,
            or_(user_unit.c.unit_id == Candidacy.street_id, user_unit.c.unit_id == Candidacy.park_id),
        )
        .correlate(holder, Candidacy)
        .exists()
    )
    unable = or_(
        ~holder.active,
        holder.role.not_in(sorted(PERMISSIONS[Act.ASSIGN])),
        and_(holder.role == Role.CASEWORKER, ~works_there),
    )
    return select(holder.id).where(holder.id == Candidacy.in_charge_id, unable).exists()


def no_successor() -> ColumnElement[bool]:
    """Certificates whose renewal has not been opened."""
    successor = aliased(Candidacy)
    return ~select(successor.id).where(successor.renews_id == Certificate.candidacy_id).exists()


def renewal_under_way() -> ColumnElement[bool]:
    """Certificates whose next round is open: it may still bring the next certificate."""
    successor = aliased(Candidacy)
    return (
        select(successor.id)
        .where(successor.renews_id == Certificate.candidacy_id, successor.stage.in_(OPEN_STAGES))
        .exists()
    )
