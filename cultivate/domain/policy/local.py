"""A local version: a text that overrides parts of a shipped pack, by id, and never the shipped pack itself.

It has the shipped pack's own form, with a table ``[local]`` in front that names its base and its days in force. Lists
are joined by ``id``: what has the id of something shipped changes it, filing windows, papers, documents, duties and
particulars may also be new. Who changes a number says where it comes from.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cultivate.domain.policy.nodes import Node, PackInvalid, Places
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.reading import Parsed, parse, read_pack
from cultivate.domain.policy.sources import ordered
from cultivate.errors import N_

#: lists to which a local version may add; to the others it may only make changes
OPEN_LISTS = frozenset({"windows", "papers", "documents", "duties", "particulars"})
#: what the pack is, and nothing local
FIXED = ("name", "kind", "track", "from", "to")
#: a change of any of these is a change of rule, and needs a source
NUMBERS = frozenset(
    {"threshold", "operator", "equality", "bands", "points", "range", "max", "measure", "measures"}
)


@dataclass(frozen=True, slots=True)
class LocalHead:
    """What a local version says of itself."""

    name: str
    base: str
    title_zh: str
    title_en: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Local:
    """A local version that has been read: its head, and the pack as it is with it."""

    head: LocalHead
    parsed: Parsed
    pack: Pack


def read_head(parsed: Parsed) -> LocalHead:
    """The table ``[local]``; ``PackInvalid`` where it is incomplete."""
    root = Node(parsed.data, (), parsed.places, [])
    node = root.table("local")
    if node is None:
        raise PackInvalid(root.problems)
    head = LocalHead(
        node.text("name"),
        node.text("base"),
        node.text("title_zh"),
        node.text("title_en"),
        node.day("from") or date.min,
        node.day("to", required=False),
    )
    ordered(node, head.since, head.until)
    node.done()
    if root.problems:
        raise PackInvalid(root.problems)
    return head


def read_local(text: str, file: str, base: Parsed, base_name: str) -> Local:
    """A local version checked over its shipped pack."""
    parsed = parse(text, file)
    head = read_head(parsed)
    root = Node(parsed.data, (), parsed.places, [])
    if head.base != base_name:
        node = root.table("local") or root
        node.wrong(
            N_("“%(name)s” is “%(value)s”; it is one of %(known)s."),
            "base",
            name="base",
            value=head.base,
            known=base_name,
        )
    _check_overrides(root, base.data)
    if root.problems:
        raise PackInvalid(root.problems)
    return Local(head, parsed, overlaid(base, base_name, [(head, parsed)]))


def overlaid(base: Parsed, name: str, versions: Sequence[tuple[LocalHead, Parsed]]) -> Pack:
    """The shipped pack with local versions laid over it in turn, checked as a whole."""
    data: dict[str, Any] = copy.deepcopy(base.data)
    places = base.places
    for _, parsed in versions:
        data = _merged(data, {key: row for key, row in parsed.data.items() if key != "local"})
        places = replace_base(parsed.places, places)
    whole = Parsed(versions[-1][1].file if versions else base.file, data, places)
    return read_pack(name, whole, [head.name for head, _ in versions])


def replace_base(places: Places, base: Places) -> Places:
    """The same places, over other ones."""
    return replace(places, base=base)


def _merged(under: Any, over: Any) -> Any:
    """Tables key by key, lists of tables by id, anything else as the upper one says."""
    if isinstance(under, Mapping) and isinstance(over, Mapping):
        made = dict(under)
        for key, value in over.items():
            made[key] = _merged(under[key], value) if key in under else copy.deepcopy(value)
        return made
    if _is_tables(under) and _is_tables(over):
        found = {row["id"]: row for row in under if "id" in row}
        for row in over:
            found[row["id"]] = (
                _merged(found[row["id"]], row) if row.get("id") in found else copy.deepcopy(row)
            )
        return list(found.values())
    return copy.deepcopy(over)


def _is_tables(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in value)
    )


def _check_overrides(root: Node, base: Mapping[str, Any]) -> None:
    """Only what may be overridden, of things that are there, with a source for every changed number."""
    for key in root.data:
        if key in FIXED:
            root.wrong(N_("A local version cannot change “%(name)s”."), key, name=key)
        elif key not in {"local", *base} and key not in OPEN_LISTS:
            root.wrong(N_("“%(name)s” is not known here."), key, name=key)
    _check_known(root, base, "conditions")
    score = root.table("score", required=False)
    if score is not None:
        for key in ("groups", "items"):
            _check_known(score, base.get("score", {}), key)
    for key in OPEN_LISTS:
        for node in root.tables(key):
            if "id" not in node.data:
                node.missing("id")


def _check_known(node: Node, base: Mapping[str, Any], key: str) -> None:
    known = {row.get("id") for row in base.get(key, [])}
    for row in node.tables(key):
        code = row.data.get("id")
        if not isinstance(code, str) or code not in known:
            row.wrong(N_("The shipped pack has no “%(id)s” to change."), "id", id=code or "")
        elif NUMBERS & set(row.data) and not {"document", "article_zh", "article_en", "certainty"} <= set(
            row.data
        ):
            row.wrong(
                N_("Say where the changed number comes from: document, article_zh, article_en and certainty.")
            )
