"""Who may be given a piece of work."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cultivate.domain.permissions import Act, may
from cultivate.errors import N_, Invalid
from cultivate.models import User
from cultivate.queries.users import actor_of


def require_works_at(
    session: Session, user_id: int, street_id: int, park_id: int | None, field: str = "user"
) -> None:
    """Refuse somebody who is not there, does no business, or works elsewhere; ``field`` is what it is put on."""
    user = session.scalar(
        select(User).where(User.id == user_id, User.active).options(selectinload(User.units))
    )
    if user is None or not may(user.role, Act.ASSIGN) or not actor_of(user).scope.holds(street_id, park_id):
        raise Invalid(
            N_("Choose somebody who works for this firm's street or park, or at the bureau."),
            field=field,
            code="works-elsewhere",
        )
