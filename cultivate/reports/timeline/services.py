"""What was done for the firm."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cultivate.i18n import _, language
from cultivate.packs import service_kinds
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading

if TYPE_CHECKING:
    from cultivate.queries.firm_timeline import ServiceRow


def read(reading: Reading) -> Iterator[Entry]:
    """One line a visit, though it may have been recorded for both tracks."""
    visits: dict[int, list[ServiceRow]] = {}
    for row in reading.services:
        visits.setdefault(row.visit_id, []).append(row)
    kinds = service_kinds.services()
    for rows in visits.values():
        first = rows[0]
        struck = first.withdrawn_at is not None
        yield Entry(
            id=first.id,
            day=first.on,
            recorded_at=first.recorded_at,
            kind="service",
            title=kinds[first.kind].name(language()) if first.kind in kinds else first.kind,
            who=first.by or "",
            tracks=tuple(dict.fromkeys(row.track for row in reversed(rows))),
            text=first.note,
            notes=tuple(_notes(reading, first)),
            struck=struck,
            refers=("service", first.visit_id),
            follow_up_on=None if struck else first.follow_up_on,
            follow_up=_follow_up(first),
            follow_up_open=first.follow_up_on is not None and first.followed_up_at is None,
            service_id=first.visit_id,
        )


def _follow_up(row: "ServiceRow") -> str:
    """What is to be done and whose it is; once it is done, what came of it."""
    if row.followed_up_at is not None and row.outcome:
        return row.outcome
    return " · ".join(part for part in (row.follow_up, row.follow_up_owner) if part)


def _notes(reading: Reading, row: "ServiceRow") -> Iterator[str]:
    said = (
        (_("With"), row.participants),
        (_("Found"), row.found),
        (_("Promised"), row.promised),
        (_("Withdrawn, because"), row.withdrawn_reason),
    )
    for label, text in said:
        if text:
            yield label + _(": ") + text
    names = [
        paper.name for paper in reading.papers if paper.service_id == row.visit_id and not paper.deleted_at
    ]
    if names:
        yield _("Papers") + _(": ") + _(", ").join(names)
