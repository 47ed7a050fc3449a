"""Template filters and globals: days, amounts, names in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from cultivate import clock, packs
from cultivate.domain.permissions import Act
from cultivate.domain.stages import EXITS, LABELS, STAGES
from cultivate.i18n import _, language

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


def track_name(code: str) -> str:
    """Full name of a track."""
    return packs.track(code).name(language())


def track_short(code: str) -> str:
    """Short name of a track."""
    return packs.track(code).short(language())


def init_app(app: Flask) -> None:
    """Register everything above under its own name."""
    for function in (day, long_day, moment, number, signed, amount, percent, stage_name, track_name, track_short):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals.update(
        Act=Act, STAGES=STAGES, EXITS=EXITS, tracks=packs.tracks, today=clock.today, language=language
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
