"""The numbers of a letter as tables; column names and words in the reader's language."""

from datetime import date
from typing import Any

import pandas as pd

from cultivate import packs
from cultivate.domain.stages import EXITS, LABELS, STAGES
from cultivate.i18n import _, language
from cultivate.queries.paging import Page
from cultivate.queries.weekly import Weekly
from cultivate.queries.worklist import Task
from cultivate.reports.workbook import Sheet


def sheets(numbers: Weekly, words: dict[str, str]) -> list[Sheet]:
    """The letter's five sheets; ``words`` names the kinds of what waits."""
    slot = numbers.slot
    note = _(
        "As of %(day)s, as known on %(known)s",
        day=slot.as_of.isoformat(),
        known=f"{slot.known_at:%Y-%m-%d %H:%M}",
    )
    change, entered, left = _("Change in the week"), _("Entered"), _("Left")
    return [
        Sheet(
            _("Overview"),
            _("In force against the target"),
            note,
            overview(numbers),
            frozenset({change, _("Against pace"), _("Corrected since")}),
        ),
        Sheet(
            _("Funnel"),
            _("Where candidacies stand"),
            note,
            funnel(numbers, change, entered, left),
            frozenset({change}),
        ),
        Sheet(_("Streets"), _("Streets and parks"), note, places(numbers), _changes(numbers)),
        Sheet(
            _("To do"),
            _("What waits"),
            _("As of %(day)s", day=numbers.waiting_on.isoformat()),
            to_do(numbers.waiting, numbers.waiting_on, words),
        ),
        Sheet(
            _("Corrections"),
            _("Recorded since the last letter for earlier weeks"),
            note,
            corrections(numbers),
        ),
    ]


def _track(code: str) -> str:
    return packs.track(code).short(language())


def _table(columns: list[str], rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Of type ``object``, so that a missing number leaves whole numbers whole."""
    return pd.DataFrame(rows, columns=columns, dtype=object)


def overview(numbers: Weekly) -> pd.DataFrame:
    """One line a track."""
    columns = [
        _("Track"),
        _("In force"),
        _("Target"),
        _("Target day"),
        _("Pace"),
        _("Against pace"),
        _("As the last letter said"),
        _("Corrected since"),
        _("Change in the week"),
        _("Newly certified this year"),
        _("Year end, low"),
        _("Year end, high"),
    ]
    rows = [
        (
            _track(row.track),
            row.in_force,
            row.progress.target,
            row.progress.target_on,
            row.progress.pace,
            row.progress.gap,
            row.told,
            row.corrected,
            row.change,
            row.progress.newly_certified_this_year,
            row.progress.forecast.low,
            row.progress.forecast.high,
        )
        for row in numbers.tracks
    ]
    return _table(columns, rows)


def funnel(numbers: Weekly, change: str, entered: str, left: str) -> pd.DataFrame:
    """One line an account: stock, the week's change, and its flow."""
    rows = [
        (
            _track(row.track),
            _(LABELS[account]),
            row.stock.accounts[account],
            row.stage_change(account),
            row.entered(account),
            row.left(account),
        )
        for row in numbers.tracks
        for account in (*STAGES, *EXITS)
    ]
    return _table([_("Track"), _("Stage"), _("Stock"), change, entered, left], rows)


def _place_columns(numbers: Weekly) -> list[tuple[str, str, str, str]]:
    return [
        (
            _("%(track)s in force", track=_track(row.track)),
            _("%(track)s, change in the week", track=_track(row.track)),
            _("%(track)s on the way", track=_track(row.track)),
            _("%(track)s against pace", track=_track(row.track)),
        )
        for row in numbers.tracks
    ]


def _changes(numbers: Weekly) -> frozenset[str]:
    return frozenset(name for columns in _place_columns(numbers) for name in (columns[1], columns[3]))


def places(numbers: Weekly) -> pd.DataFrame:
    """One line a street or park; a firm with both counts once in each, so they are not added up."""
    columns = [_("Unit"), *(name for names in _place_columns(numbers) for name in names)]
    rows = [
        (
            place.unit.name(language()),
            *(value for row in place.tracks for value in (row.in_force, row.change, row.candidates, row.gap)),
        )
        for place in numbers.places
    ]
    return _table(columns, rows)


def to_do(waiting: dict[str, Page[Task]], today: date, words: dict[str, str]) -> pd.DataFrame:
    """The most urgent of each kind."""
    columns = [_("What"), _("Firm"), _("Track"), _("Stage"), _("Day"), _("Days")]
    rows = [
        (
            words[section],
            row.name,
            _track(row.track),
            _(LABELS[row.stage]),
            row.on,
            abs((today - row.on).days) if row.on else None,
        )
        for section, page in waiting.items()
        for row in page.items
    ]
    return _table(columns, rows)


def corrections(numbers: Weekly) -> pd.DataFrame:
    """Every move of an earlier week that was recorded since the last letter."""
    columns = [_("Firm"), _("Track"), _("From"), _("To"), _("Effective"), _("Recorded"), _("Reason")]
    rows = [
        (
            row.firm,
            _track(row.track),
            _(LABELS[row.source]),
            _(LABELS[row.target]),
            row.effective_on,
            row.recorded_at,
            row.reason,
        )
        for row in numbers.corrections
    ]
    return _table(columns, rows)
