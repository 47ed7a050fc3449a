"""Tags on firms: set and taken by whoever edits the firm; the words themselves are the bureau's to tidy."""

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.upsert import insert_for
from cultivate.domain import tag_names
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid
from cultivate.models import FirmTag, Tag
from cultivate.queries import tags
from cultivate.services import audit
from cultivate.services.stages import firm_in_scope

#: on one firm
MOST = 20


def add(session: Session, actor: Actor, firm_id: int, name: str) -> bool:
    """Mark a firm; a new word is made on the way. Says whether it is new on the firm."""
    actor.require(Act.EDIT_FIRM)
    firm = firm_in_scope(session, actor, firm_id)
    tag_id = _make(session, name)
    number = session.scalar(select(func.count()).select_from(FirmTag).where(FirmTag.firm_id == firm.id)) or 0
    if number >= MOST:
        raise Invalid(N_("A firm has at most %(most)s tags."), field="tag", code="too-many-tags", most=MOST)
    made = session.scalar(
        insert_for(session, FirmTag)
        .values(tag_id=tag_id, firm_id=firm.id, by_id=actor.user_id, tagged_at=clock.now())
        .on_conflict_do_nothing(index_elements=["tag_id", "firm_id"])
        .returning(FirmTag.firm_id)
    )
    if made is None:
        return False
    audit.note(session, actor, "tag", "firm", firm.id, tag=tag_names.clean(name))
    session.flush()
    return True


def remove(session: Session, actor: Actor, firm_id: int, name: str) -> bool:
    """Take a mark from a firm; says whether it had been there."""
    actor.require(Act.EDIT_FIRM)
    firm = firm_in_scope(session, actor, firm_id)
    tag = _find(session, name)
    gone = (
        session.execute(delete(FirmTag).where(FirmTag.firm_id == firm.id, FirmTag.tag_id == tag.id))
        if tag
        else None
    )
    if tag is None or not _rows(gone):
        return False
    audit.note(session, actor, "untag", "firm", firm.id, tag=tag.name)
    session.flush()
    return True


def rename(session: Session, actor: Actor, tag_id: int, name: str) -> None:
    """Write a tag otherwise, on all its firms. A word that there is already is merged with, not renamed to."""
    actor.require(Act.MANAGE_TAGS)
    tag, cleaned = tags.get_tag(session, tag_id), tag_names.clean(name)
    other = _find(session, cleaned)
    if other is not None and other.id != tag.id:
        raise Invalid(
            N_("There is a tag “%(tag)s” already; merge the two."),
            field="tag",
            code="tag-known",
            tag=other.name,
        )
    audit.note(session, actor, "rename", "tag", tag.id, before=tag.name, after=cleaned)
    tag.name, tag.name_key = cleaned, tag_names.key(cleaned)
    session.flush()


def merge(session: Session, actor: Actor, tag_id: int, into_id: int) -> None:
    """Let another tag stand for this one on all its firms."""
    actor.require(Act.MANAGE_TAGS)
    tag, into = tags.get_tag(session, tag_id), tags.get_tag(session, into_id)
    if tag.id == into.id:
        raise Invalid(N_("Choose another tag to merge with."), field="into", code="same-tag")
    has_both = select(FirmTag.firm_id).where(FirmTag.tag_id == into.id)
    session.execute(
        update(FirmTag)
        .where(FirmTag.tag_id == tag.id, FirmTag.firm_id.not_in(has_both))
        .values(tag_id=into.id)
        .execution_options(synchronize_session=False)
    )
    _drop(session, tag)
    audit.note(session, actor, "merge", "tag", into.id, name=into.name, merged=tag.name)
    session.flush()


def drop(session: Session, actor: Actor, tag_id: int) -> int:
    """Take a tag away from all firms; returns how many had it."""
    actor.require(Act.MANAGE_TAGS)
    tag = tags.get_tag(session, tag_id)
    audit.note(session, actor, "remove", "tag", tag.id, name=tag.name)
    number = _drop(session, tag)
    session.flush()
    return number


def _drop(session: Session, tag: Tag) -> int:
    number = _rows(session.execute(delete(FirmTag).where(FirmTag.tag_id == tag.id)))
    session.execute(delete(Tag).where(Tag.id == tag.id))
    return number


def _make(session: Session, name: str) -> int:
    """The tag's id; of two who type a new word at once, one makes it and both get it."""
    cleaned = tag_names.clean(name)
    session.execute(
        insert_for(session, Tag)
        .values(name=cleaned, name_key=tag_names.key(cleaned), created_at=clock.now())
        .on_conflict_do_nothing(index_elements=["name_key"])
    )
    return session.scalars(select(Tag.id).where(Tag.name_key == tag_names.key(cleaned))).one()


def _find(session: Session, name: str) -> Tag | None:
    return session.scalar(select(Tag).where(Tag.name_key == tag_names.key(name)))


def _rows(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
