"""Composing the weekly letter as its reader: their scope, their role, their language."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain import schedule
from cultivate.domain.actor import Actor
from cultivate.domain.periods import Week
from cultivate.domain.permissions import Role
from cultivate.domain.stages import LABELS, STAGES
from cultivate.errors import N_, Conflict
from cultivate.i18n import _, in_language, language
from cultivate.mailer.message import Part
from cultivate.mailer.rendering import render
from cultivate.queries import units
from cultivate.queries.deliveries import Recipient
from cultivate.queries.weekly import Slot, TrackWeek, Weekly, weekly
from cultivate.reports import palette
from cultivate.services.outbox import NewLetter
from cultivate.settings import Settings

WEEKLY = "weekly"
CHART = "funnel"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: named in the letter; the workbook has them all
CORRECTIONS_SHOWN = 12


def due_slot(week: Week) -> Slot:
    """The week's slot; refused before it has come, since the numbers may still change until then."""
    period = schedule.SCHEDULE[schedule.WEEKLY_LETTERS].parse(str(week), clock.zone())
    if clock.now() < period.slot:
        raise Conflict(
            N_("The letters of %(week)s are due on %(slot)s."),
            week=str(week),
            slot=f"{period.slot:%Y-%m-%d %H:%M}",
        )
    return Slot(week, period.as_of, period.slot)


def preview_slot(week: Week) -> Slot:
    """The week's slot, or what can be said today about a week that is not over."""
    period = schedule.SCHEDULE[schedule.WEEKLY_LETTERS].parse(str(week), clock.zone())
    return Slot(week, min(period.as_of, clock.today()), min(period.slot, clock.now()))


def compose_weekly(session: Session, recipient: Recipient, slot: Slot, settings: Settings) -> NewLetter:
    """Write one person's letter; reads only."""
    reader = recipient.actor
    with in_language(reader.locale):
        numbers = weekly(session, reader, slot, clock.today())
        view = _View(numbers, _about(session, numbers), settings.base_url.rstrip("/"))
        values = {
            "letter": view,
            "numbers": numbers,
            "week": slot.week,
            "slot": slot,
            "kinds": kinds(reader),
            "standing": standing,
            "palette": palette,
            "reader": reader,
            "composed_at": clock.now(),
            "corrections": numbers.corrections[:CORRECTIONS_SHOWN],
            "chart": CHART,
        }
        return NewLetter(
            kind=WEEKLY,
            period=str(slot.week),
            subject=_subject(view),
            text=render("weekly/letter.txt", **values),
            html=render("weekly/letter.html", **values),
            known_at=slot.known_at,
            parts=(_chart(numbers), _workbook(view, reader)),
        )


def kinds(reader: Actor) -> dict[str, str]:
    """What waits, in words."""
    decides = reader.role != Role.CASEWORKER
    return {
        "proposals": _("Proposals to decide") if decides else _("Your proposals"),
        "overdue": _("Follow-ups overdue"),
        "stalled": _("Stalled"),
        "ending": _("Certificates ending, renewal not begun"),
        "reports": _("Yearly reports nobody has noted"),
    }


@dataclass(frozen=True, slots=True)
class _View:
    """What the templates ask: whom it is about, and where a number leads."""

    numbers: Weekly
    about: str
    base_url: str

    def title(self) -> str:
        """The heading: whom and which week it is about."""
        return _(
            "%(about)s cultivation, week %(week)s of %(year)s",
            about=self.about,
            week=self.numbers.slot.week.number,
            year=self.numbers.slot.week.year,
        )

    def link(self, path: str = "/", **parameters: object) -> str:
        """An address of the application."""
        query = urlencode({name: value for name, value in parameters.items() if value not in (None, "")})
        return f"{self.base_url}{path}{'?' if query else ''}{query}"

    def stock(self, track: str, stage: str, unit: str | None = None) -> str:
        """The list of candidacies that a stock figure counts."""
        slot = self.numbers.slot
        return self.link(
            f"/pipeline/{track}",
            stage=stage,
            unit=self._unit(unit),
            as_of=slot.as_of,
            known_at=slot.known_at.isoformat(),
        )

    def moves(self, track: str, account: str, flow: str, unit: str | None = None) -> str:
        """The list of moves that a flow figure of the week counts."""
        slot = self.numbers.slot
        return self.link(
            "/moves",
            track=track,
            account=account,
            flow=flow,
            since=slot.week.monday,
            until=slot.as_of,
            unit=self._unit(unit),
            known_at=slot.known_at.isoformat(),
        )

    def _unit(self, unit: str | None) -> str:
        return self.numbers.place if unit is None else unit

    def days(self, day: date) -> int:
        """Days between a day and the day on which the letter looks at what waits."""
        return abs((self.numbers.waiting_on - day).days)


def _about(session: Session, numbers: Weekly) -> str:
    """Whom the letter is about: 拱墅 for the district, else the reader's units."""
    district = units.district(session)
    if numbers.place in ("", district.code) and not any(row.own for row in numbers.places):
        name = district.name(language())
        return name.removesuffix("区") if language() == "zh" else name.removesuffix(" District")
    mark = "、" if language() == "zh" else ", "
    return mark.join(row.unit.name(language()) for row in numbers.places if row.own)


def _subject(view: _View) -> str:
    mark = "，" if language() == "zh" else ", "
    tracks = mark.join(_in_subject(row) for row in view.numbers.tracks)
    return _(
        "%(about)s cultivation, week %(week)s: %(tracks)s",
        about=view.about,
        week=view.numbers.slot.week.number,
        tracks=tracks,
    )


def _in_subject(row: TrackWeek) -> str:
    target = f"/{row.progress.target}" if row.progress.target is not None else ""
    return _(
        "%(track)s %(count)s (%(change)s)",
        track=packs.track(row.track).short(language()),
        count=f"{row.in_force}{target}",
        change=_signed(row.change),
    )


def _signed(change: int) -> str:
    """As in a subject: +3, -2, ±0."""
    return f"{change:+}" if change else "±0"


def standing(row: TrackWeek) -> str:
    """In one line how a track stands: the chart's title, and the letter's."""
    short, gap = packs.track(row.track).short(language()), row.progress.gap
    if gap is None:
        return _("%(track)s: %(count)s in force", track=short, count=f"{row.in_force:,}")
    if gap < 0:
        return _("%(track)s: %(count)s behind pace", track=short, count=f"{-gap:,}")
    return (
        _("%(track)s: %(count)s ahead of pace", track=short, count=f"{gap:,}")
        if gap
        else _("%(track)s: on pace", track=short)
    )


def _chart(numbers: Weekly) -> Part:
    """The picture. The funnel shows who is on the way; those in force are the line's."""
    from cultivate.reports import chart

    on_the_way = STAGES[:-1]
    rows = []
    for row in numbers.tracks:
        promise = row.progress.promise
        funnel = chart.Funnel(
            title=_("%(track)s: on the way", track=packs.track(row.track).short(language())),
            names=[_(LABELS[stage]) for stage in on_the_way],
            counts=[row.stock.accounts[stage] for stage in on_the_way],
            colours=[palette.STAGES[stage] for stage in on_the_way],
        )
        line = chart.Line(
            title=standing(row),
            days=[day for day, _count in row.history],
            in_force=[count for _day, count in row.history],
            pace=[promise.pace(day) for day, _count in row.history] if promise else None,
            in_force_name=_("In force"),
            pace_name=_("Pace"),
        )
        rows.append((funnel, line))
    return Part("funnel.png", "image/png", chart.draw(rows), CHART)


def _workbook(view: _View, reader: Actor) -> Part:
    from cultivate.reports import frames, workbook  # pandas takes a second to load

    week = view.numbers.slot.week
    footer = f"{view.about} · {week}"
    return Part(f"{week}.xlsx", XLSX, workbook.build(frames.sheets(view.numbers, kinds(reader)), footer))
