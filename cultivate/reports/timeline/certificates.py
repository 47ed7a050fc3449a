"""Certificates: when they were issued, until when they hold, and when one was revoked."""

from collections.abc import Iterator

from cultivate.i18n import _
from cultivate.reports.timeline.entry import Entry
from cultivate.reports.timeline.reading import Reading


def read(reading: Reading) -> Iterator[Entry]:
    """The line of the issue; that it was revoked or ran out is a move."""
    for row in reading.certificates:
        last = row.valid_through.isoformat() if row.valid_through else None
        yield Entry(
            id=row.id,
            day=row.issued_on,
            recorded_at=row.recorded_at,
            kind="certificate",
            title=_("Certificate %(number)s", number=row.number),
            tracks=(row.track,),
            text=_("valid through %(day)s", day=last) if last else _("valid until revoked"),
            struck=row.status == "void",
        )
