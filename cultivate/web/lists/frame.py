"""What stands around a list: the views at its left, the columns, the heads that sort, the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import request, url_for

from cultivate import packs
from cultivate.domain import list_query
from cultivate.i18n import _, language
from cultivate.queries import columns as table
from cultivate.queries import places, tags, units, views
from cultivate.queries.columns import FIRMS, Column, Shown
from cultivate.queries.paging import Page
from cultivate.queries.units import Unit
from cultivate.web.filters import url_with
from cultivate.web.lists.ready import ready_for
from cultivate.web.request import actor, db

#: parameters of an address that are no part of the question
APART = ("page", "view", "row", "all", "again")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; ``href`` sorts by it, ``order`` says how it is sorted now."""

    key: str
    label: str
    kind: str
    href: str | None
    order: str | None


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view at the left of the list."""

    name: str
    href: str
    current: bool = False
    changed: bool = False
    shared: bool = False
    owner: str = ""
    id: int | None = None
    editable: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """All of it, for the templates of both lists."""

    area: str
    query: str
    """The list's question in its one spelling."""
    heads: Sequence[Head]
    rows: Sequence[Shown]
    chosen: Sequence[Column]
    offered: Sequence[Column]
    """The chosen ones first, in their order."""
    own: Sequence[ViewLink]
    shared: Sequence[ViewLink]
    ready: Sequence[ViewLink]
    name_head: Head
    params: Sequence[tuple[str, str]]
    """What a form of this list carries along."""

    shape: str = ""
    """What of the question says only how it is shown."""

    @property
    def in_force(self) -> ViewLink | None:
        """The view that was opened or is asked for word by word."""
        return next((view for view in (*self.own, *self.shared, *self.ready) if view.current), None)

    @property
    def usual(self) -> bool:
        """Whether the columns are the usual ones."""
        return not request.args.get("cols")


def area_of(kind: str, track: str | None) -> str:
    """``firms``, or ``pipeline/<track>``: what a saved view belongs to."""
    return FIRMS if kind == FIRMS else f"{kind}/{track}"


def address_of(area: str, query: str = "") -> str:
    """The list's address with a question."""
    kind, _separator, track = area.partition("/")
    base = url_for("firms.index") if kind == FIRMS else url_for("pipeline.show", track=track)
    return f"{base}?{query}" if query else base


def label_of(column: Column) -> str:
    """The words of a column; a track has its own."""
    return packs.track(column.track).short(language()) if column.track else _(column.label)


def framed(area: str, page: Page[Any], sort: str, known_units: Mapping[int, Unit]) -> Frame:
    """Everything around one page of a list."""
    scope, kind = actor().scope, area.partition("/")[0]
    chosen = table.chosen(kind, scope, ",".join(request.args.getlist("cols")))
    if not request.args.get("cols") and not tags.list_tags(db(), scope, 1):
        chosen = [column for column in chosen if column.key != "tags"]  # nobody has tagged anything yet
    query = list_query.canonical(request.args.items(multi=True))
    own, shared = _saved(area, query)
    shape = f"{list_query.SHAPE}={list_query.BOARD}" if _is_board() else ""
    keys = {column.key for column in chosen}
    return Frame(
        area=area,
        query=query,
        heads=[_head(column, sort) for column in chosen],
        rows=table.fill(db(), scope, kind, page.items, chosen, known_units),
        chosen=chosen,
        offered=[*chosen, *(column for column in table.offered(kind, scope) if column.key not in keys)],
        own=own,
        shared=shared,
        ready=_ready(area, query, shape, taken=any(view.current for view in (*own, *shared))),
        name_head=_head(Column(key="name", label=_("Firm"), sorts=("name", "-name")), sort),
        params=[
            (name, value)
            for name, value in request.args.items(multi=True)
            if value and (name not in APART or value == list_query.BOARD)
        ],
        shape=shape,
    )


def _head(column: Column, sort: str) -> Head:
    label = label_of(column)
    if column.sorts is None:
        return Head(column.key, label, column.kind, None, None)
    up, down = column.sorts
    now = {up: "ascending", down: "descending"}.get(sort)
    first, second = (up, down) if column.first == "ascending" else (down, up)
    following = second if sort == first else first
    return Head(column.key, label, column.kind, url_with(sort=following, page=None), now)


def _saved(area: str, query: str) -> tuple[list[ViewLink], list[ViewLink]]:
    """Own and shared views. A shared one that asks for a unit its reader cannot see is not offered."""
    opened = next((value for value in request.args.getlist("view") if value.isdecimal()), "")
    found = views.list_views(db(), actor(), area)
    named = any(opened == str(row.id) for row in found)
    offered = {unit.code for unit in places.shown(units.list_units(db()), actor().scope)} | {"no-park"}
    own: list[ViewLink] = []
    shared: list[ViewLink] = []
    for row in found:
        unit = dict(parse_qsl(row.query)).get("unit", "")
        if not row.mine and unit and unit not in offered and not actor().scope.everything:
            continue
        current = opened == str(row.id) if named else row.query == query and bool(query)
        link = ViewLink(
            name=row.name,
            href=address_of(area, _with_view(row.query, row.id)),
            current=current,
            changed=current and row.query != query,
            shared=row.shared,
            owner="" if row.mine else row.owner,
            id=row.id,
            editable=row.editable,
            version=row.version,
        )
        (own if row.mine else shared).append(link)
    return own, shared


def _with_view(query: str, view_id: int) -> str:
    return f"{query}&view={view_id}" if query else f"view={view_id}"


def _is_board() -> bool:
    return list_query.BOARD in request.args.getlist(list_query.SHAPE)


def _ready(area: str, query: str, shape: str, *, taken: bool) -> list[ViewLink]:
    """Shown as the list is now."""
    links = []
    for view in ready_for(actor(), area):
        asked = list_query.of_text(f"{view.query}&{shape}")
        links.append(ViewLink(_(view.name), address_of(area, asked), current=not taken and asked == query))
    return links
