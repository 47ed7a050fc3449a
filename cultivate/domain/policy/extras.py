"""Tables of a pack beside conditions and score: windows, papers, duties, validity, particulars."""

from datetime import date

from cultivate.domain.policy.messages import UNITS, Text
from cultivate.domain.policy.nodes import Node
from cultivate.domain.policy.pack import Duty, Paper, Particular, Validity, Window
from cultivate.domain.policy.sources import Sources, ordered
from cultivate.errors import N_

TOPICS = (
    "authority",
    "time",
    "people",
    "costs",
    "rights",
    "growth",
    "procedure",
    "certificate",
    "after",
    "tax",
    "other",
)


def window(node: Node, sources: Sources) -> Window:
    """A filing window of one year."""
    opens, closes = node.day("opens_on") or date.min, node.day("closes_on") or date.max
    earliest = node.day("earliest_close", required=False)
    year = node.whole("year", required=True)
    ordered(node, opens, closes, "closes_on")
    ordered(node, opens, earliest, "earliest_close")
    ordered(node, earliest, closes, "earliest_close")
    if opens != date.min and opens.year != year:
        node.wrong(N_("The window opens in another year than it says."), "opens_on")
    made = Window(
        node.text("id"),
        node.words("title"),
        year,
        opens,
        closes,
        earliest,
        sources.of(node),
        node.pair("remark", required=False),
    )
    node.done()
    return made


def paper(node: Node, sources: Sources) -> Paper:
    """One paper of the checklist."""
    made = Paper(node.text("id"), node.words("title"), sources.of(node), node.pair("remark", required=False))
    node.done()
    return made


def duty(node: Node, sources: Sources) -> Duty:
    """A duty with a day of the year, or with months after an event."""
    month, day = node.whole("month", required=False), node.whole("day", required=False)
    months = node.whole("months", required=False)
    if bool(month and day) == bool(months):
        node.wrong(N_("A duty has either a day of the year (month, day) or a number of months."))
    if month or day:
        try:
            date(2001, month, day)
        except ValueError:
            node.wrong(N_("There is no such day."), "day")
    made = Duty(
        node.text("id"),
        node.words("title"),
        month or None,
        day or None,
        months or None,
        node.words("consequence"),
        sources.of(node),
        node.pair("remark", required=False),
        node.whole("cancels_at", required=False) or None,
    )
    node.done()
    return made


def particular(node: Node, sources: Sources) -> Particular:
    """A rule in words, with its number."""
    value = node.number("value", required=False)
    made = Particular(
        node.text("id"),
        node.choice("topic", TOPICS),
        node.words("title"),
        node.words("text"),
        value,
        node.choice("unit", [*UNITS, "%"], required=False),
        sources.of(node),
    )
    node.done()
    return made


def validity(node: Node | None, sources: Sources) -> Validity:
    """How long a recognition lasts."""
    if node is None:
        return Validity(0, sources.of(_empty()))
    made = Validity(node.whole("years", required=True), sources.of(node), node.pair("remark", required=False))
    node.done()
    return made


def _empty() -> Node:
    """Stands in for a table whose absence has been noted already."""
    from cultivate.domain.policy.nodes import Places

    return Node({}, (), Places("", {}), [])


__all__ = ["TOPICS", "Text", "duty", "paper", "particular", "validity", "window"]
