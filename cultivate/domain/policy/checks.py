"""What a pack must add up to as a whole."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from cultivate.domain.policy.nodes import Node
from cultivate.domain.policy.pack import Condition, Measure, Pack, Range, Score, ScoreBand, ScoreItem
from cultivate.domain.policy.ranges import faults, parse_range
from cultivate.errors import N_

ZERO = Fraction(0)


def range_of(node: Node) -> Range:
    """The range of a band; a problem where an end does not say whether it belongs."""
    text = node.text("range")
    found = parse_range(text)
    if found is None:
        if text:
            node.wrong(
                N_("“%(range)s” does not say on which side equality falls: write “>= 0.05, < 0.15”."),
                "range",
                range=text,
            )
        return Range(None, False, None, False)  # noqa: FBT003 the ends of an open range
    return found


def tiled(nodes: Sequence[Node], ranges: Sequence[Range]) -> None:
    """Complain of gaps and overlaps; bands whose range could not be read have been complained of."""
    if nodes and all(parse_range(str(node.data.get("range", ""))) is not None for node in nodes):
        for position, msgid in faults(ranges):
            nodes[position].wrong(msgid, "range")


def check(pack: Pack, root: Node) -> None:
    """Dates, thresholds, points and maxima against one another."""
    for condition, node in zip(pack.conditions, root.tables("conditions"), strict=True):
        _check_condition(condition, node, pack.score)
    score_node = root.table("score", required=False)
    if pack.score is not None and score_node is not None:
        _check_score(pack.score, score_node)


def _check_condition(condition: Condition, node: Node, score: Score | None) -> None:
    thresholds = [(node, condition.threshold)]
    for each, band in zip(node.tables("bands"), condition.bands, strict=True):
        thresholds.append((each, band.threshold))
    for where, threshold in thresholds:
        if threshold is not None and threshold < 0:
            where.wrong(N_("“%(name)s” cannot be negative."), "threshold", name="threshold")
        if threshold is not None and condition.measure.kind == "ratio" and threshold > 1:
            where.wrong(N_("A share is at most 1: write 0.05 for 5 %."), "threshold")
    if condition.measure.kind == "score":
        _check_score_condition(condition.measure, condition.threshold, node, score)


def _check_score_condition(
    measure: Measure, threshold: Fraction | None, node: Node, score: Score | None
) -> None:
    if score is None:
        node.wrong(N_("The condition asks for a score and the pack has none."), "measure")
        return
    maxima = {item.code: item.max for item in score.items}
    if measure.item and measure.item not in maxima:
        node.wrong(N_("There is no score item “%(name)s”."), "measure", name=measure.item)
        return
    if threshold is not None and threshold > (maxima[measure.item] if measure.item else score.max):
        node.wrong(N_("No firm could reach this many points."), "threshold")


def _check_score(score: Score, node: Node) -> None:
    if sum(group.max for group in score.groups) != score.max:
        node.wrong(
            N_("The groups add up to %(sum)s points, the score says %(max)s."),
            "max",
            sum=sum(group.max for group in score.groups),
            max=score.max,
        )
    for group, where in zip(score.groups, node.tables("groups"), strict=True):
        total = sum(item.max for item in score.items if item.group == group.code and not item.bonus)
        if total != group.max:
            where.wrong(
                N_("The items add up to %(sum)s points, the group says %(max)s."),
                "max",
                sum=total,
                max=group.max,
            )
    for item, where in zip(score.items, node.tables("items"), strict=True):
        _check_item(item, where)


def _check_item(item: ScoreItem, node: Node) -> None:
    if item.parts and sum(part.max for part in item.parts) != item.max:
        node.wrong(
            N_("The parts add up to %(sum)s points, the item says %(max)s."),
            "parts",
            sum=sum(part.max for part in item.parts),
            max=item.max,
        )
    if item.kind == "expert" and item.bands:
        _check_words(item, node)
    if item.kind == "flag":
        _check_answers(item, node)
    tops = [_top(measure.bands) for measure in item.measures]
    if item.kind == "best" and tops and max(tops) != item.max:
        node.wrong(
            N_("The bands reach %(top)s points, the item says %(max)s."), "max", top=max(tops), max=item.max
        )
    for measure, where in zip(item.measures, node.tables("measures"), strict=True):
        _check_steps(measure.bands, where)


def _top(bands: Iterable[ScoreBand]) -> int:
    return max((band.high for band in bands), default=0)


def _check_words(item: ScoreItem, node: Node) -> None:
    """An expert's words share the points out: each point from 0 to the maximum belongs to one band."""
    owners = [point for band in item.bands for point in range(band.low, band.high + 1)]
    if sorted(owners) != list(range(item.max + 1)):
        node.wrong(
            N_("The bands do not share out every point from 0 to %(max)s once."), "bands", max=item.max
        )


def _check_answers(item: ScoreItem, node: Node) -> None:
    if sorted(str(band.answer) for band in item.bands) != ["False", "True"]:
        node.wrong(N_("There must be one band for yes and one for no."), "bands")
    if _top(item.bands) != item.max:
        node.wrong(
            N_("The bands reach %(top)s points, the item says %(max)s."),
            "max",
            top=_top(item.bands),
            max=item.max,
        )


def _check_steps(bands: tuple[ScoreBand, ...], node: Node) -> None:
    """More must never give fewer points, and two bands must not give the same one."""
    order = sorted(
        (band for band in bands if band.range is not None),
        key=lambda band: (band.range is not None and band.range.lower is not None, _lower(band)),
    )
    for below, above in pairwise(order):
        if (above.low, above.high) == (below.low, below.high) == (0, 0):
            continue
        if above.low <= below.high:
            node.wrong(N_("Two bands give the same points, or more gives fewer."), "bands")
            return


def _lower(band: ScoreBand) -> Fraction:
    return band.range.lower if band.range is not None and band.range.lower is not None else ZERO
