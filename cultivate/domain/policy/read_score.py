"""Reading the score of a pack: groups, items, bands of points."""

from cultivate.domain.policy import checks
from cultivate.domain.policy.messages import Text
from cultivate.domain.policy.nodes import Node
from cultivate.domain.policy.pack import (
    BandedMeasure,
    ItemPart,
    Score,
    ScoreBand,
    ScoreGroup,
    ScoreItem,
    Source,
)
from cultivate.domain.policy.read_rules import Shared, fact, measure
from cultivate.errors import N_


def score(node: Node | None, shared: Shared) -> Score | None:
    """The whole score; a pack may have none."""
    if node is None:
        return None
    source = shared.sources.scored(node)
    groups = tuple(_group(each, shared) for each in node.tables("groups", required=True))
    made = Score(
        title=node.words("title"),
        max=node.whole("max", required=True),
        groups=groups,
        items=tuple(_item(each, groups, shared) for each in node.tables("items", required=True)),
        source=source,
    )
    node.done()
    return made


def _group(node: Node, shared: Shared) -> ScoreGroup:
    made = ScoreGroup(
        node.text("id"), node.words("title"), node.whole("max", required=True), shared.sources.scored(node)
    )
    node.done()
    return made


def _item(node: Node, groups: tuple[ScoreGroup, ...], shared: Shared) -> ScoreItem:
    source = shared.sources.scored(node)
    kind = node.choice("kind", ("expert", "flag", "best"))
    made = ScoreItem(
        code=node.text("id"),
        title=node.words("title"),
        group=node.choice("group", [group.code for group in groups]),
        kind=kind,
        max=node.whole("max", required=True),
        judged=node.flag("judged", default=kind == "expert"),
        source=source,
        bonus=node.flag("bonus"),
        bands=tuple(
            _band(each, source, kind, shared) for each in node.tables("bands", required=kind == "flag")
        ),
        measures=tuple(
            _banded(each, source, shared) for each in node.tables("measures", required=kind == "best")
        ),
        parts=tuple(_part(each) for each in node.tables("parts")),
        fact=fact(node, "fact") if kind == "flag" else "",
        evidence=node.pair("evidence", required=False),
        remark=node.pair("remark", required=False),
    )
    node.done()
    return made


def _part(node: Node) -> ItemPart:
    made = ItemPart(node.text("id"), node.words("title"), node.whole("max", required=True))
    node.done()
    return made


def _banded(node: Node, above: Source, shared: Shared) -> BandedMeasure:
    node.text("id")
    found = measure(node.table("measure"), shared)
    nodes = node.tables("bands", required=True)
    bands = tuple(_band(each, above, "best", shared) for each in nodes)
    checks.tiled(nodes, [band.range for band in bands if band.range is not None])
    node.done()
    return BandedMeasure(found, bands)


def _band(node: Node, above: Source, kind: str, shared: Shared) -> ScoreBand:
    low, high = _points(node)
    made = ScoreBand(
        code=node.text("id"),
        title=node.pair("title", required=kind != "best") or Text("", ""),
        low=low,
        high=high,
        source=shared.sources.inherited(node, above),
        range=checks.range_of(node) if kind == "best" else None,
        answer=node.take("answer", bool, required=kind == "flag") if kind == "flag" else None,
        remark=node.pair("remark", required=False),
    )
    node.done()
    return made


def _points(node: Node) -> tuple[int, int]:
    points = node.take("points", list) or [0, 0]
    if (
        len(points) != 2
        or not all(isinstance(each, int) for each in points)
        or not 0 <= points[0] <= points[1]
    ):
        node.wrong(N_("Points are two whole numbers, the lower one first."), "points")
        return 0, 0
    return points[0], points[1]
