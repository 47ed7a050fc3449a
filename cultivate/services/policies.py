"""Local versions of policy packs: saved after the loader has passed them, withdrawn with a reason, never lost."""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db import locks
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.policy.local import Local, LocalHead, overlaid, read_head, read_local
from cultivate.domain.policy.nodes import Node, PackInvalid
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.reading import Parsed, parse
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import OrgUnit, PolicyPack
from cultivate.packs import policies
from cultivate.queries import policies as rows
from cultivate.services import audit

#: what a problem's file is called on the page
FILE = "local.toml"
LARGEST = 200_000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,58}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Saved:
    """Where the text went."""

    id: int
    name: str
    version: int


def read(session: Session, actor: Actor, text: str, unit_id: int | None = None) -> Local:
    """Check a text as saving would, alone and together with what is in force in its days; nothing is written."""
    actor.require(Act.MANAGE_POLICIES)
    if len(text) > LARGEST:
        raise Invalid(N_("The text is too long."), field="text", code="too-long")
    if unit_id is not None and session.get(OrgUnit, unit_id) is None:
        raise NotFound
    parsed = parse(text, FILE)
    head = read_head(parsed)
    _check_head(parsed, head)
    found = read_local(text, FILE, policies.policy_parsed(head.base), head.base)
    _check_together(session, head, parsed, unit_id)
    return found


def save(
    session: Session, actor: Actor, text: str, unit_id: int | None = None, replaces: int | None = None
) -> Saved:
    """Keep a text as the current one of its name. ``replaces`` is the id of the text that was edited.

    A name that is in use is only replaced by whoever edited its current text: two people at once do not
    overwrite one another.
    """
    found = read(session, actor, text, unit_id)
    locks.hold(session, locks.POLICIES)
    head = found.head
    before = session.scalar(
        select(PolicyPack).where(PolicyPack.name == head.name, PolicyPack.replaced_at.is_(None))
    )
    if (before.id if before else None) != replaces:
        _refuse_race(session, before, replaces)
    if before is not None and before.base != head.base:
        raise Invalid(
            N_("“%(name)s” lies over “%(base)s”; give this one another name."),
            field="text",
            name=head.name,
            base=before.base,
        )
    if before is not None:
        before.replaced_at = clock.now()
    row = PolicyPack(
        name=head.name,
        base=head.base,
        version=before.version + 1 if before else 1,
        title_zh=head.title_zh[:120],
        title_en=head.title_en[:120],
        text=text,
        in_force_from=head.since,
        in_force_to=head.until,
        unit_id=unit_id,
        by_id=actor.user_id,
        made_at=clock.now(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError:  # somebody saved the same name in the same moment
        raise Conflict(N_("Somebody else saved this version in the meantime. Load it anew.")) from None
    audit.note(
        session, actor, "save", "policy_pack", row.id, name=row.name, base=row.base, version=row.version
    )
    return Saved(row.id, row.name, row.version)


def withdraw(session: Session, actor: Actor, version_id: int, reason: str) -> None:
    """Take a local version out of use; its texts stay, so that what was judged by them can be judged again."""
    actor.require(Act.MANAGE_POLICIES)
    row = session.get(PolicyPack, version_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    if row.replaced_at is not None or row.withdrawn_at is not None:
        raise Conflict(N_("This text no longer counts: it was edited or withdrawn in the meantime."))
    if not reason.strip():
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    row.withdrawn_at, row.withdrawn_by_id = clock.now(), actor.user_id
    row.reason = reason.strip()[:300]
    session.flush()
    audit.note(session, actor, "withdraw", "policy_pack", row.id, name=row.name, reason=row.reason)


def starter(base: Pack) -> str:
    """A text to begin with: next year's filing window of the pack, to be filled in from the notice."""
    year = clock.today().year + 1
    window = base.windows[-1] if base.windows else None
    opens = window.opens_on.replace(year=year) if window else date(year, 1, 1)
    closes = window.closes_on.replace(year=year) if window else date(year, 12, 31)
    return f"""\
# Lay over {base.name} what is different here. Only what stands here is changed, by its id; for everything else
# the shipped pack counts. Whatever changes a number says where it comes from.

[local]
name = "{base.name}-window-{year}"
base = "{base.name}"
title_zh = "{year} 年申报窗口"
title_en = "Filing window {year}"
from = {year}-01-01
# to = {year}-12-31

[[documents]]
id = "notice-{year}"
title_zh = "{year} 年申报通知"
title_en = "Notice of {year}"
certainty = "to be confirmed"

[[windows]]
id = "{year}"
title_zh = "{year} 年申报"
title_en = "Filing {year}"
year = {year}
opens_on = {opens}
closes_on = {closes}
document = "notice-{year}"
article_zh = "—"
article_en = "—"
certainty = "to be confirmed"

# a threshold of one's own looks like this:
# [[conditions]]
# id = "rd_staff_ratio"
# threshold = 0.12
# document = "notice-{year}"
# article_zh = "二"
# article_en = "2"
# certainty = "verified"
"""


def _refuse_race(session: Session, before: PolicyPack | None, replaces: int | None) -> None:
    if replaces is None and before is not None:
        raise Invalid(
            N_("There is a local version “%(name)s” already. Edit that one, or give this one another name."),
            field="text",
            code="name-taken",
            name=before.name,
        )
    edited = session.get(PolicyPack, replaces) if replaces is not None else None
    if edited is not None and edited.replaced_at is None:
        raise Invalid(
            N_("An edit keeps the name “%(name)s”; for another name add a new version."),
            field="text",
            code="name-changed",
            name=edited.name,
        )
    raise Conflict(N_("Somebody else saved this version in the meantime. Load it anew."))


def _check_head(parsed: Parsed, head: LocalHead) -> None:
    root = Node(parsed.data, (), parsed.places, [])
    node = root.table("local") or root
    if not _NAME.fullmatch(head.name):
        node.wrong(N_("A name has 3 to 60 small letters, digits and hyphens."), "name")
    if head.name in policies.policy_names():
        node.wrong(
            N_("“%(name)s” is a shipped pack; give the local version a name of its own."),
            "name",
            name=head.name,
        )
    if head.base not in policies.policy_names():
        known = ", ".join(policies.policy_names())
        node.wrong(
            N_("“%(name)s” is “%(value)s”; it is one of %(known)s."),
            "base",
            name="base",
            value=head.base,
            known=known,
        )
    if head.since == date.min:
        node.missing("from")
    if root.problems:
        raise PackInvalid(root.problems)


def _check_together(session: Session, head: LocalHead, parsed: Parsed, unit_id: int | None) -> None:
    """On top of what is in force on its first day it must still make a whole pack."""
    others = rows.applying(session, head.base, head.since, [unit_id] if unit_id else [])
    texts = [parse(row.text, row.name) for row in others.versions if row.name != head.name]
    layers = [(read_head(each), each) for each in texts]
    overlaid(policies.policy_parsed(head.base), head.base, [*layers, (head, parsed)])
