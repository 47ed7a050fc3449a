"""Template filters and globals: days, amounts, names in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for

from cultivate import clock, packs
from cultivate.domain.permissions import Act, Role
from cultivate.domain.stages import EXITS, LABELS, STAGES
from cultivate.errors import N_
from cultivate.i18n import _, language
from cultivate.packs import service_kinds
from cultivate.paths import PACKAGE

ROLES: dict[str, str] = {
    Role.CASEWORKER: N_("Caseworker"),
    Role.BUREAU: N_("Bureau"),
    Role.LEADER: N_("Leader"),
    Role.ADMIN: N_("Administrator"),
}
KINDS = {"district": N_("District"), "bureau": N_("Bureau"), "street": N_("Street"), "park": N_("Park")}
WEEKDAYS_ZH = "一二三四五六日"
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date | None) -> str:
    """2026-11-23, as in tables; a dash for none."""
    return value.isoformat() if value else "—"


def long_day(value: date) -> str:
    """11月23日（周一） / Mon 23 Nov, as in prose."""
    if language() == "zh":
        return f"{value.month}月{value.day}日（周{WEEKDAYS_ZH[value.weekday()]}）"
    return f"{value:%a} {value.day} {MONTHS_EN[value.month - 1]}"


def moment(value: datetime | None) -> str:
    """2026-11-23 08:30 in the office's zone."""
    return value.astimezone(clock.zone()).strftime("%Y-%m-%d %H:%M") if value else "—"


def short_moment(value: datetime) -> str:
    """08:30 for today, else the day in prose before it: as in the line under the header."""
    here = value.astimezone(clock.zone())
    return f"{here:%H:%M}" if here.date() == clock.today() else f"{long_day(here.date())} {here:%H:%M}"


def number(value: Any) -> str:
    """Thousands separators; a dash for none."""
    return "—" if value is None else f"{value:,}"


def signed(value: int) -> str:
    """+4, −1, ±0: a change with its sign."""
    return f"+{value:,}" if value > 0 else f"−{-value:,}" if value < 0 else "±0"


def amount(value: Decimal | float | None) -> str:
    """万元 with thousands separators and two decimals, without trailing zeros."""
    if value is None:
        return "—"
    text = f"{Decimal(value):,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float | None) -> str:
    """12.3 %; a dash for none."""
    return "—" if value is None else f"{value * 100:.1f}%"


def stage_name(account: str) -> str:
    """The account's name in the reader's language."""
    return _(LABELS[account]) if account in LABELS else account


def role_name(role: str) -> str:
    """The role's name in the reader's language."""
    return _(ROLES[role]) if role in ROLES else role


def unit_kind(kind: str) -> str:
    """What a unit is, in the reader's language."""
    return _(KINDS[kind]) if kind in KINDS else kind


def track_name(code: str) -> str:
    """Full name of a track."""
    return packs.track(code).name(language())


def track_short(code: str) -> str:
    """Short name of a track."""
    return packs.track(code).short(language())


def service_name(code: str) -> str:
    """Name of a kind of service."""
    kind = service_kinds.services().get(code)
    return kind.name(language()) if kind else code


def need_name(code: str) -> str:
    """Name of a kind of need."""
    kind = service_kinds.needs().get(code)
    return kind.name(language()) if kind else code


def url_with(**changes: Any) -> str:
    """The page's own address with some parameters changed; ``None`` takes one away."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in changes]
    new = [(key, str(value)) for key, value in changes.items() if value is not None]
    return f"{request.path}?{urlencode(kept + new)}" if kept or new else request.path


def here() -> str:
    """Where a small form (language) leads back to: this page, or the one before a form that was sent."""
    if request.method == "GET":
        return request.full_path.removesuffix("?")
    return request.path


@cache
def _version_of(name: str) -> str:
    file = PACKAGE / "static" / name
    return format(int(file.stat().st_mtime), "x") if file.is_file() else "0"


def asset(name: str) -> str:
    """Address of a static file, with its age, so that a browser never shows yesterday's style."""
    return url_for("static", filename=name, v=_version_of(name))


def init_app(app: Flask) -> None:
    """Register everything above under its own name."""
    for function in (
        day,
        long_day,
        moment,
        short_moment,
        number,
        signed,
        amount,
        percent,
        stage_name,
        role_name,
        unit_kind,
        track_name,
        track_short,
        service_name,
        need_name,
    ):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals.update(
        Act=Act, STAGES=STAGES, EXITS=EXITS, tracks=packs.tracks, today=clock.today, language=language
    )
    app.jinja_env.globals.update(url_with=url_with, here=here, asset=asset, now=clock.now)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
