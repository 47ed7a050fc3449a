"""Reading the conditions of a pack, and the measures that conditions and score items are built on."""

from dataclasses import dataclass

from cultivate.domain.policy import checks
from cultivate.domain.policy.facts import FACTS, Kind
from cultivate.domain.policy.messages import UNITS
from cultivate.domain.policy.nodes import Node
from cultivate.domain.policy.pack import MENDS, OPERATORS, Condition, Measure, Source, ThresholdBand
from cultivate.domain.policy.sources import Sources
from cultivate.errors import N_

#: measure -> the kinds of fact it is formed from
MEASURES: dict[str, frozenset[Kind]] = {
    "days": frozenset({Kind.DAY}),
    "sum": frozenset({Kind.COUNT}),
    "average": frozenset({Kind.COUNT}),
    "amount": frozenset({Kind.NUMBER, Kind.COUNT, Kind.MONEY}),
    "ratio": frozenset({Kind.NUMBER, Kind.MONEY}),
    "growth": frozenset({Kind.MONEY}),
    "flag": frozenset({Kind.FLAG}),
    "choice": frozenset({Kind.TEXT}),
    "score": frozenset(),
}
#: measures whose operator is not a comparison
_OWN_OPERATOR = {"flag": "is", "choice": "in"}
_YEARLY = frozenset({"ratio", "amount", "growth", "average"})


@dataclass(frozen=True, slots=True)
class Shared:
    """What every table of a file may refer to."""

    sources: Sources
    lists: dict[str, tuple[str, ...]]


def condition(node: Node, shared: Shared) -> Condition:
    """One condition with its threshold, or with the bands that choose it."""
    found = measure(node.table("measure"), shared)
    operator = _operator(node, found)
    source = shared.sources.of(node)
    by_node = node.table("by", required=False)
    band_nodes = node.tables("bands")
    bands = tuple(_threshold_band(each, source, shared) for each in band_nodes)
    threshold = node.number("threshold", required=False)
    if operator in OPERATORS and (threshold is None) == (not bands):
        node.wrong(N_("A condition has either one threshold or bands of thresholds."))
    if bands and by_node is None:
        node.missing("by")
    checks.tiled(band_nodes, [band.range for band in bands])
    made = Condition(
        code=node.text("id"),
        title=node.words("title"),
        measure=found,
        operator=operator,
        threshold=threshold,
        by=measure(by_node, shared) if by_node else None,
        bands=bands,
        unit=node.choice("unit", UNITS, required=operator in OPERATORS),
        what=node.pair("what", required=False),
        mend=node.choice("mend", MENDS),
        source=source,
        remark=node.pair("remark", required=False),
        waived_by=_facts(node, "waived_by", Kind.FLAG),
    )
    node.done()
    return made


def _operator(node: Node, found: Measure) -> str:
    own = _OWN_OPERATOR.get(found.kind)
    operator = node.choice("operator", [own] if own else OPERATORS)
    if own:
        return own
    equality = node.choice("equality", ("met", "not_met"))
    if equality and operator in OPERATORS and OPERATORS[operator] != equality:
        node.wrong(
            N_("“%(operator)s” and equality “%(equality)s” contradict each other."),
            "equality",
            operator=operator,
            equality=equality,
        )
    return operator


def _threshold_band(node: Node, above: Source, shared: Shared) -> ThresholdBand:
    made = ThresholdBand(
        code=node.text("id"),
        title=node.words("title"),
        range=checks.range_of(node),
        threshold=node.number("threshold") or checks.ZERO,
        source=shared.sources.inherited(node, above),
        remark=node.pair("remark", required=False),
    )
    node.done()
    return made


def measure(node: Node | None, shared: Shared) -> Measure:
    """How a number is formed; facts that do not fit it are refused."""
    if node is None:
        return Measure("")
    kind = node.choice("kind", MEASURES)
    ratio = kind == "ratio"
    made = Measure(
        kind,
        _measured_facts(node, kind),
        part=fact(node, "part") if ratio else "",
        whole=fact(node, "whole") if ratio else "",
        years=node.whole("years", required=kind in _YEARLY),
        wanted=node.flag("wanted", default=True),
        options=_options(node, shared) if kind == "choice" else (),
        item=node.text("item", required=False) if kind == "score" else "",
    )
    _fits(node, made)
    node.done()
    return made


def _measured_facts(node: Node, kind: str) -> tuple[str, ...]:
    if kind == "sum":
        names = _facts(node, "facts")
        if not names:
            node.missing("facts")
        return names
    return () if kind in {"ratio", "score", ""} else (fact(node, "fact"),)


def _fits(node: Node, made: Measure) -> None:
    """A figure of a year needs years, a fact of the firm has none; each measure takes its kinds of fact."""
    names = [*made.facts, made.part, made.whole]
    for each in [FACTS[name] for name in names if name in FACTS]:
        if made.kind in MEASURES and each.kind not in MEASURES[made.kind]:
            node.wrong(N_("“%(name)s” cannot be measured in this way."), name=each.code)
        elif made.kind in {"ratio", "amount", "growth"} and each.per_year != (made.years > 0):
            node.wrong(N_("“%(name)s” and the number of years do not go together."), name=each.code)
    if made.kind in {"average", "growth"} and made.years < 1:
        node.wrong(N_("“%(name)s” has a value of the wrong kind."), "years", name="years")


def fact(node: Node, key: str) -> str:
    """The name of a fact."""
    name = node.text(key)
    if name and name not in FACTS:
        node.wrong(N_("There is no fact “%(name)s”."), key, name=name)
    return name


def _facts(node: Node, key: str, kind: Kind | None = None) -> tuple[str, ...]:
    names = node.names(key)
    for name in names:
        if name not in FACTS or (kind is not None and FACTS[name].kind != kind):
            node.wrong(N_("There is no fact “%(name)s”."), key, name=name)
    return names


def _options(node: Node, shared: Shared) -> tuple[str, ...]:
    name = node.choice("options", shared.lists)
    return shared.lists.get(name, ())
