"""Policy packs: what ships, what is laid over it here, every number with its source, two versions side by side."""

from collections.abc import Iterable
from typing import Any

from flask import render_template, request

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.domain.policy import listing
from cultivate.domain.policy.listing import SECTIONS, Line
from cultivate.domain.policy.pack import Pack
from cultivate.errors import NotFound
from cultivate.i18n import language
from cultivate.packs import policies as shipped
from cultivate.packs.policy_words import say, say_certainty
from cultivate.queries import policies as rows
from cultivate.queries import units
from cultivate.queries.policies import Applied, LocalVersion
from cultivate.web.access import needs
from cultivate.web.admin import blueprint
from cultivate.web.request import db

#: how a local version is named in an address, beside the names of the shipped packs
LOCAL = "local-"
#: what templates need to put a pack into words
WORDS = {"say": say, "say_certainty": say_certainty, "sections": SECTIONS}


@blueprint.get("/admin/policies")
@needs(Act.VIEW_POLICIES)
def policies() -> Any:
    """All packs, with their days, and the local versions over each."""
    today = clock.today()
    versions = rows.list_versions(db())
    packs = [
        {
            "pack": pack,
            "lines": len(lines),
            "to_confirm": sum(line.source.certainty.to_confirm for line in lines),
            "versions": [row for row in versions if row.base == pack.name],
            "broken": {row.id for row in rows.applying(db(), pack.name, today, _units(versions)).broken},
        }
        for pack in map(shipped.policy, shipped.policy_names())
        for lines in [listing.lines(pack)]
    ]
    return render_template("admin/policies.html", packs=packs, units=units.by_id(db()), on=today, **WORDS)


def _units(versions: Iterable[LocalVersion]) -> set[int]:
    """All units that have a version of their own: so that each is tried."""
    return {row.unit_id for row in versions if row.unit_id is not None}


@blueprint.get("/admin/policies/<pack>")
@needs(Act.VIEW_POLICIES)
def policy(pack: str) -> Any:
    """A pack as it ships, or with what is laid over it for everybody today; ``?sure=no``: only what is open."""
    made = shipped_pack(pack)
    applied = rows.applying(db(), pack, clock.today())
    as_applied = request.args.get("as") == "applied" and bool(applied.versions)
    shown = applied.pack if as_applied else made
    lines = listing.lines(shown)
    only_open = request.args.get("sure") == "no"
    chosen = [line for line in lines if line.source.certainty.to_confirm or not only_open]
    return render_template(
        "admin/policy.html",
        pack=shown,
        applied=applied,
        as_applied=as_applied,
        only_open=only_open,
        to_confirm=sum(line.source.certainty.to_confirm for line in lines),
        total=len(lines),
        grouped=grouped(chosen),
        **WORDS,
    )


@blueprint.get("/admin/policies/compare")
@needs(Act.VIEW_POLICIES)
def compare_policies() -> Any:
    """Two packs side by side: what differs. Each is a shipped pack or a shipped one with a local version."""
    names = shipped.policy_names()
    before = request.args.get("before") or names[0]
    after = request.args.get("after") or names[-1]
    choices = [(name, shipped.policy(name).title.say(language())) for name in names]
    choices += [
        (f"{LOCAL}{row.id}", f"{row.title(language())} ({row.base})") for row in rows.list_versions(db())
    ]
    old, new = _named(before), _named(after)
    return render_template(
        "admin/policy_compare.html",
        before=before,
        after=after,
        choices=choices,
        old=old,
        new=new,
        changes=listing.compare(old, new),
        **WORDS,
    )


def _named(name: str) -> Pack:
    if name.startswith(LOCAL) and name.removeprefix(LOCAL).isascii() and name.removeprefix(LOCAL).isdigit():
        return local_pack(rows.get_version(db(), int(name.removeprefix(LOCAL)[:9]))).pack
    return shipped_pack(name)


def shipped_pack(name: str) -> Pack:
    """A shipped pack; no such page otherwise."""
    if name not in shipped.policy_names():
        raise NotFound
    return shipped.policy(name)


def local_pack(version: LocalVersion) -> Applied:
    """The shipped pack with that one version over it."""
    return rows.laid_over(version.base, [version])


def grouped(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Lines by section, in the order of the pack."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.section, []).append(line)
    return found
