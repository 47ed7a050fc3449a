"""Composing reminders: one digest a person, in the person's language; nothing to say, no letter."""

from itertools import groupby

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import schedule
from cultivate.domain.periods import DAY, WEEK, Period, Week, Window
from cultivate.i18n import _, _n, in_language
from cultivate.mailer.rendering import render
from cultivate.queries import jobs
from cultivate.queries.deliveries import Recipient
from cultivate.queries.reminders import Reminder, reminders
from cultivate.reports import palette
from cultivate.services.outbox import NewLetter
from cultivate.settings import Settings

REMINDER = "reminder"


def window_of(session: Session, period: Period) -> Window:
    """The days since the last digest: each threshold is told once, however long the scheduler was away."""
    before = jobs.previous_done(session, schedule.REMINDERS, period.key)
    start = Week.parse(before).sunday + DAY if before else period.as_of - WEEK + DAY
    return Window(start + DAY, period.as_of + 2 * DAY)


def compose(session: Session, recipient: Recipient, period: Period, settings: Settings) -> NewLetter | None:
    """One person's digest of what fell due up to the morning of the period's slot."""
    reader = recipient.actor
    window = window_of(session, period)
    found = reminders(session, reader, window)
    if not found:
        return None
    with in_language(reader.locale):
        values = {
            "subject": _n(
                "%(num)s reminder: %(day)s", "%(num)s reminders: %(day)s", len(found), day=window.last
            ),
            "groups": [(kind, list(rows)) for kind, rows in groupby(found, key=lambda row: row.kind)],
            "kinds": kinds(),
            "page_of": _page_of,
            "base_url": settings.base_url.rstrip("/"),
            "palette": palette,
            "reader": reader,
            "composed_at": clock.now(),
        }
        return NewLetter(
            kind=REMINDER,
            period=period.key,
            subject=str(values["subject"]),
            text=render("reminder/letter.txt", **values),
            html=render("reminder/letter.html", **values),
            known_at=period.slot,
        )


def _page_of(row: Reminder) -> str:
    """Where it is done: a wish has a page of its own."""
    return f"/needs/{row.need_id}" if row.need_id else f"/firms/{row.firm_id}"


def kinds() -> dict[str, str]:
    """What one is reminded of, in words."""
    return {
        "follow-up": _("Follow-ups due in the next days"),
        "overdue": _("Follow-ups that were not done"),
        "need": _("Wishes of firms to answer in the next days"),
        "need-overdue": _("Wishes of firms that were not answered in time"),
        "stalled": _("Stalled"),
        "ending": _("Certificates that end: the renewal is to be filed"),
        "report": _("Yearly reports that nobody has noted as filed"),
    }
