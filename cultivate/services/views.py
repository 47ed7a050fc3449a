"""Saved views: a list's question under a name. Shared ones are found by everybody, each with their own rows."""

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import list_query
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Forbidden, Invalid, NotFound
from cultivate.models import SavedView
from cultivate.queries import views
from cultivate.services import audit

LONGEST_NAME = 60
#: a person's own views of one list
MOST = 50


def save(session: Session, actor: Actor, area: str, name: str, query: str, *, shared: bool) -> int:
    """Keep a list under a name; returns the view's id. A name stands once among one's own of a list."""
    actor.require(Act.SAVE_VIEWS)
    if actor.user_id is None:
        raise Forbidden(N_("Your role may not do this. Ask the bureau or the administrator."))
    _check_number(session, actor, area)
    view = SavedView(
        owner_id=actor.user_id,
        area=area,
        name=_name(session, actor.user_id, area, name),
        query=_query(query),
        shared=shared,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(view)
    session.flush()
    audit.note(session, actor, "save", "view", view.id, name=view.name, shared=shared)
    return view.id


def change(
    session: Session, actor: Actor, view_id: int, version: int | None, *, name: str, shared: bool
) -> None:
    """Rename a view, share it or take it back for oneself."""
    view = _editable(session, actor, view_id, version)
    if name.strip() != view.name:
        view.name = _name(session, view.owner_id, view.area, name)
    if view.shared and not shared and view.owner_id != actor.user_id:
        raise Invalid(
            N_("Only its owner can take a shared view back; you may delete it."),
            field="shared",
            code="not-yours",
        )
    view.shared = shared
    _touch(session, actor, view, "change")


def replace(session: Session, actor: Actor, view_id: int, version: int | None, query: str) -> None:
    """Keep another question under the same name."""
    view = _editable(session, actor, view_id, version)
    view.query = _query(query)
    _touch(session, actor, view, "replace")


def delete(session: Session, actor: Actor, view_id: int, version: int | None = None) -> None:
    """Take a view away; ``restore`` brings it back until the owner deletes the next one."""
    view = _editable(session, actor, view_id, version)
    session.execute(
        delete_rows(SavedView).where(
            SavedView.owner_id == view.owner_id, SavedView.deleted_at.is_not(None), SavedView.id != view.id
        )
    )
    view.deleted_at = clock.now()
    _touch(session, actor, view, "delete")


def restore(session: Session, actor: Actor, view_id: int) -> None:
    """Bring a view back that was just deleted; a name that was taken meanwhile gets a number."""
    actor.require(Act.SAVE_VIEWS)
    view = session.get(SavedView, view_id, populate_existing=True)
    if view is None or view.deleted_at is None or not _may_edit(actor, view):
        raise NotFound
    taken = set(
        session.scalars(
            select(SavedView.name).where(
                SavedView.owner_id == view.owner_id,
                SavedView.area == view.area,
                SavedView.deleted_at.is_(None),
            )
        )
    )
    base, number = view.name, 2
    while view.name in taken:
        view.name = f"{base[: LONGEST_NAME - 4]} {number}"
        number += 1
    view.deleted_at = None
    _touch(session, actor, view, "restore")


def _touch(session: Session, actor: Actor, view: SavedView, verb: str) -> None:
    view.updated_at = clock.now()
    view.version += 1
    session.flush()
    audit.note(session, actor, verb, "view", view.id, name=view.name, shared=view.shared)


def _may_edit(actor: Actor, view: SavedView) -> bool:
    return view.owner_id == actor.user_id or (view.shared and actor.may(Act.MANAGE_SHARED_VIEWS))


def _editable(session: Session, actor: Actor, view_id: int, version: int | None) -> SavedView:
    """The row; what one cannot see is not there, what is shared by others is theirs or the bureau's."""
    actor.require(Act.SAVE_VIEWS)
    seen = views.get_view(session, actor, view_id)
    if not seen.editable:
        raise Forbidden(N_("This view is somebody else's. Save it under a name of your own."))
    # the version in the condition: of two at once the second finds no row to take
    taken = session.execute(
        update(SavedView)
        .where(SavedView.id == view_id, SavedView.version == (version or seen.version))
        .values(version=SavedView.version)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined] # an UPDATE's result counts its rows
        raise Conflict(N_("Somebody else changed this view in the meantime. Load it anew."))
    return session.get_one(SavedView, view_id, populate_existing=True)


def _name(session: Session, owner_id: int, area: str, text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Invalid(N_("Give the view a name."), field="name", code="name-missing")
    if len(name) > LONGEST_NAME:
        raise Invalid(
            N_("The text is longer than %(longest)s characters."),
            field="name",
            code="text-too-long",
            longest=LONGEST_NAME,
        )
    taken = session.scalar(
        select(SavedView.id).where(
            SavedView.owner_id == owner_id,
            SavedView.area == area,
            SavedView.name == name,
            SavedView.deleted_at.is_(None),
        )
    )
    if taken is not None:
        raise Invalid(N_("There is a view of this name already."), field="name", code="name-taken")
    return name


def _query(text: str) -> str:
    query = list_query.of_text(text)
    if len(query) > list_query.LONGEST:
        raise Invalid(N_("These filters are too long to keep."), field="query", code="text-too-long")
    return query


def _check_number(session: Session, actor: Actor, area: str) -> None:
    own = [row for row in views.list_views(session, actor, area) if row.mine]
    if len(own) >= MOST:
        raise Invalid(
            N_("You have %(most)s views of this list; delete one first."),
            field="name",
            code="too-many",
            most=MOST,
        )
