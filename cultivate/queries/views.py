"""Saved views: one's own and the shared ones. A view keeps a question, never rows."""

from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import NotFound
from cultivate.models import SavedView, User


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view as plain values; ``mine``: its reader saved it; ``editable``: its reader may change it."""

    id: int
    version: int
    area: str
    name: str
    query: str
    shared: bool
    owner: str
    mine: bool
    editable: bool


def list_views(session: Session, actor: Actor, area: str) -> list[ViewRow]:
    """One's own, then the shared ones of others, each by name."""
    rows = session.execute(_visible(actor).where(SavedView.area == area))
    found = [_plain(view, owner, actor) for view, owner in rows]
    return [row for row in found if row.mine] + [row for row in found if not row.mine]


def get_view(session: Session, actor: Actor, view_id: int) -> ViewRow:
    """One view, or ``NotFound`` where it is somebody else's own."""
    row = session.execute(_visible(actor).where(SavedView.id == view_id)).one_or_none()
    if row is None:
        raise NotFound
    return _plain(row[0], row[1], actor)


def _visible(actor: Actor) -> Select[SavedView, str]:
    return (
        select(SavedView, User.display_name)
        .join(User, User.id == SavedView.owner_id)
        .where(
            SavedView.deleted_at.is_(None),
            or_(SavedView.owner_id == actor.user_id, SavedView.shared),
        )
        .order_by(SavedView.name, SavedView.id)
    )


def _plain(view: SavedView, owner: str, actor: Actor) -> ViewRow:
    mine = view.owner_id == actor.user_id
    return ViewRow(
        id=view.id,
        version=view.version,
        area=view.area,
        name=view.name,
        query=view.query,
        shared=view.shared,
        owner=owner,
        mine=mine,
        editable=mine or (view.shared and actor.may(Act.MANAGE_SHARED_VIEWS)),
    )
