"""From a pack's file to a checked ``Pack``. Whatever is incomplete, overlapping or contradictory is refused.

All problems are collected, each with its line, so that who edits a pack sees them at once.
"""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cultivate.domain.policy import checks, extras, lines, read_rules, read_score
from cultivate.domain.policy.facts import CALIBRES, FACTS
from cultivate.domain.policy.nodes import Node, PackInvalid, Places, Problem
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.read_rules import Shared
from cultivate.domain.policy.sources import Sources, ordered, read_documents
from cultivate.errors import N_

KINDS = ("track", "information")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text as TOML, with its lines."""

    file: str
    data: dict[str, Any]
    places: Places


def parse(text: str, file: str) -> Parsed:
    """TOML with exact numbers; a slip of syntax is a problem with its line, like any other."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at line ")
        line = int(where.split(",")[0]) if where else text.count("\n") + 1
        problem = Problem(file, line, N_("This line cannot be read: %(what)s"), {"what": what})
        raise PackInvalid([problem]) from None
    return Parsed(file, data, Places(file, lines.index(text, data)))


def digest(data: Any) -> str:
    """The same for the same content, however it was laid out."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_pack(name: str, parsed: Parsed, local: Sequence[str] = ()) -> Pack:
    """The checked pack; ``PackInvalid`` with every problem otherwise."""
    root = Node(parsed.data, (), parsed.places, [])
    pack = _pack(root, name, tuple(local))
    checks.check(pack, root)
    if root.problems:
        raise PackInvalid(root.problems)
    return pack


def _pack(root: Node, name: str, local: tuple[str, ...]) -> Pack:
    since, until = root.day("from") or date.min, root.day("to", required=False)
    ordered(root, since, until)
    sources = Sources(read_documents(root), since, until)
    shared = Shared(sources, _lists(root))
    if (said := root.text("name")) and said != name:
        root.wrong(
            N_("The pack calls itself “%(said)s”, its file is “%(name)s”."), "name", said=said, name=name
        )
    kind = root.choice("kind", KINDS)
    made = Pack(
        name=name,
        kind=kind,
        track=root.text("track", required=kind == "track"),
        title=root.words("title"),
        short=root.words("short"),
        note=root.pair("note", required=False),
        since=since,
        until=until,
        checked_on=root.day("checked_on") or date.min,
        documents=tuple(sources.documents.values()),
        conditions=tuple(
            read_rules.condition(node, shared) for node in root.tables("conditions", required=True)
        ),
        score=read_score.score(root.table("score", required=False), shared),
        calibres=_calibres(root.table("calibres", required=False)),
        windows=tuple(extras.window(node, sources) for node in root.tables("windows")),
        papers=tuple(extras.paper(node, sources) for node in root.tables("papers")),
        duties=tuple(extras.duty(node, sources) for node in root.tables("duties")),
        particulars=tuple(extras.particular(node, sources) for node in root.tables("particulars")),
        validity=extras.validity(root.table("validity"), sources),
        digest=digest(root.data),
        local=local,
    )
    root.done()
    return made


def _lists(root: Node) -> dict[str, tuple[str, ...]]:
    """The lists that a choice is made from, by name."""
    node = root.table("lists", required=False)
    return {name: node.names(name) for name in node.data} if node else {}


def _calibres(node: Node | None) -> dict[str, tuple[str, ...]]:
    """By figure, the calibres that need no warning."""
    if node is None:
        return {}
    found = {}
    for name in node.data:
        wanted = node.names(name)
        if name not in FACTS or not FACTS[name].per_year:
            node.wrong(N_("There is no fact “%(name)s”."), name, name=name)
        for each in wanted:
            if each not in CALIBRES:
                node.wrong(N_("There is no calibre “%(name)s”."), name, name=each)
        found[name] = wanted
    return found
