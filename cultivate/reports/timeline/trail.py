"""What the trail of acts says: data changed, firms merged or linked, marks, assessments."""

from collections.abc import Iterator
from typing import Any

from cultivate import clock
from cultivate.domain.figures import KEYS
from cultivate.domain.policy.facts import FACTS
from cultivate.errors import N_
from cultivate.i18n import _, _n
from cultivate.packs.policy_words import RESULTS
from cultivate.queries import firm_events
from cultivate.queries.firm_events import EventRow
from cultivate.reports import words
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading

#: lines of one edit that are told one by one
MOST_LINES = 6
PROPERTY_ACTS = {
    "add_property": N_("Intellectual property added: %(number)s"),
    "edit_property": N_("Intellectual property changed: %(number)s"),
    "remove_property": N_("Intellectual property taken away: %(number)s"),
}
TAG_ACTS = {"tag": N_("Tagged “%(tag)s”"), "untag": N_("Tag “%(tag)s” taken away")}


def data(reading: Reading) -> Iterator[Entry]:
    """Registration, renames, figures, stated facts, intellectual property and other data."""
    for event in reading.events:
        if event.subject == "property" and event.verb in PROPERTY_ACTS:
            title = _(PROPERTY_ACTS[event.verb], number=event.details.get("number", ""))
        elif event.subject == "firm" and event.verb == "register":
            title = _("Registered")
        elif event.subject == "firm" and event.changes:
            title = _edit_title(event)
        else:
            continue
        yield _entry(event, "data", title, notes=_lines(event))


def identity(reading: Reading) -> Iterator[Entry]:
    """Merges and links with other firms; a name outside the reader's scope is not told."""
    events = [each for each in reading.events if each.verb in {"link", "unlink", "merge", "unmerge"}]
    others = {each.id: _other(each, reading.firm_id) for each in events}
    named = firm_events.names_of_firms(reading.session, reading.scope, others.values()) if events else {}
    for event in events:
        name = named.get(others[event.id]) or event.details.get("name") or _("another firm")
        title = {
            "link": N_("Linked with %(name)s"),
            "unlink": N_("Link with %(name)s taken back"),
            "merge": N_("Merged in: %(name)s"),
            "unmerge": N_("Merge taken back: %(name)s"),
        }[event.verb]
        yield _entry(event, "identity", _(title, name=name))


def tags(reading: Reading) -> Iterator[Entry]:
    """Marks set and taken away."""
    for event in reading.events:
        if event.verb in TAG_ACTS:
            yield _entry(event, "tag", _(TAG_ACTS[event.verb], tag=event.details.get("tag", "")))


def assessments(reading: Reading) -> Iterator[Entry]:
    """Answers of a pack that were kept."""
    for event in reading.events:
        if event.verb == "assess":
            answer = event.details["verdict"]
            yield _entry(
                event,
                "assessment",
                _("Assessed: %(verdict)s", verdict=_(RESULTS[answer])),
                tracks=(event.details["track"],),
                refers=("assessment", event.details["assessment"]),
            )


def _entry(event: EventRow, kind: str, title: str, **more: Any) -> Entry:
    return Entry(
        id=event.id,
        day=clock.day_of(event.at),
        recorded_at=event.at,
        kind=kind,
        title=title,
        who=words.who(event.who, event.door),
        **more,
    )


def _other(event: EventRow, firm_id: int) -> int:
    """The firm on the other side: a link is noted with the one that it started from."""
    if event.subject_id != firm_id:
        return event.subject_id
    return int(event.details.get("other") or event.details.get("gone") or 0)


def _edit_title(event: EventRow) -> str:
    fields = event.changes
    if "name" in fields:
        before, after = fields["name"]
        return _("Renamed: %(before)s → %(after)s", before=before, after=after)
    if event.verb == "state":
        return _("Facts stated")
    if all(field.rpartition("_")[0] in KEYS for field in fields):
        return _("Figures changed")
    return _("Data changed")


def _lines(event: EventRow) -> tuple[str, ...]:
    changes = {field: values for field, values in event.changes.items() if field != "name"}
    lines = [
        f"{_field(event, field)}{_(': ')}{words.value(before)} → {words.value(after)}"
        for field, (before, after) in changes.items()
    ]
    rest = len(lines) - MOST_LINES
    if rest > 1:
        lines = [*lines[:MOST_LINES], _n("… and %(num)s more", "… and %(num)s more", rest)]
    return tuple(lines)


def _field(event: EventRow, name: str) -> str:
    """A stated fact by its own words, anything else as a field of the firm."""
    if event.verb != "state":
        return words.field(name)
    if name in FACTS:
        label = _(FACTS[name].label)
        return label[:1].upper() + label[1:]
    return _("Expert's points")
