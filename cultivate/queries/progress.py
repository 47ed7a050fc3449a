"""Funnel and progress: what the commands print, the pages show, the letters say and the API answers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.forecast import Forecast
from cultivate.domain.scope import Scope
from cultivate.domain.stages import Stage
from cultivate.queries import forecast, ledger, targets, units
from cultivate.queries.ledger import Dimension, Stock
from cultivate.queries.memo import remember
from cultivate.queries.places import shown
from cultivate.queries.targets import Promise

KINDS: dict[Dimension, str] = {"unit": "street", "park": "park"}


@dataclass(frozen=True, slots=True)
class TrackProgress:
    """A track against its promise; the promise and what follows from it are ``None`` where none was made."""

    track: str
    stock: Stock
    """At the close of the day, by account."""
    newly_certified_this_year: int
    """Flow, gross: entered ``certify`` since 1 January, renewals included, net of what was taken back."""
    forecast: Forecast
    promise: Promise | None
    pace: int | None
    closing: int | None
    """In force at the close of the promise's last day, once that is past: the plan's closing figure."""

    @property
    def in_force(self) -> int:
        """Stock at the close of the day."""
        return self.stock.in_force

    @property
    def baseline(self) -> int | None:
        """Where the promise started."""
        return self.promise.baseline if self.promise else None

    @property
    def target(self) -> int | None:
        """What was promised."""
        return self.promise.value if self.promise else None

    @property
    def target_on(self) -> date | None:
        """Until when."""
        return self.promise.target_on if self.promise else None

    @property
    def gap(self) -> int | None:
        """In force less pace: negative is behind."""
        return None if self.pace is None else self.in_force - self.pace


def progress(
    session: Session, scope: Scope, as_of: date, known_at: datetime | None = None
) -> list[TrackProgress]:
    """Every track on ``as_of``, as the book knew it at ``known_at``."""
    promises = targets.of_scope(targets.list_targets(session), scope)
    return [
        _remembered(session, scope, track, as_of, known_at, targets.applying(promises, track, as_of))
        for track in packs.tracks()
    ]


def _remembered(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime | None,
    promise: Promise | None,
) -> TrackProgress:
    key = ("progress", scope, track, as_of, known_at, promise)
    return remember(session, key, lambda: _of_track(session, scope, track, as_of, known_at, promise))


def _of_track(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime | None,
    promise: Promise | None,
) -> TrackProgress:
    stock = ledger.balances(session, scope, track, as_of, known_at)[0]
    new_year = as_of.replace(month=1, day=1)
    flow = ledger.flows(session, scope, track, new_year, as_of, known_at)[0].get(Stage.CERTIFY)
    closing = None
    if promise is not None and promise.target_on < as_of:
        closing = ledger.balances(session, scope, track, promise.target_on, known_at)[0].in_force
    return TrackProgress(
        track=track,
        stock=stock,
        newly_certified_this_year=flow.entered if flow else 0,
        forecast=forecast.year_end(session, scope, track, as_of, stock.in_force, known_at),
        promise=promise,
        pace=promise.pace(as_of) if promise else None,
        closing=closing,
    )


def progress_answer(rows: list[TrackProgress], as_of: date) -> dict[str, Any]:
    """The same as a program reads it (contract)."""
    return {
        "as_of": as_of.isoformat(),
        "tracks": [
            {
                "track": row.track,
                "baseline": row.baseline,
                "target": row.target,
                "target_on": row.target_on.isoformat() if row.target_on else None,
                "in_force": row.in_force,
                "pace": row.pace,
                "gap": row.gap,
                "newly_certified_this_year": row.newly_certified_this_year,
                "forecast": {
                    "on": row.forecast.on.isoformat(),
                    "low": row.forecast.low,
                    "mid": row.forecast.mid,
                    "high": row.forecast.high,
                },
            }
            for row in rows
        ],
    }


def _counts(stock: Stock) -> dict[str, Any]:
    return {"stages": stock.stages, "exits": stock.exits, "in_force": stock.in_force}


def funnel(
    session: Session,
    scope: Scope,
    track: str,
    as_of: date,
    known_at: datetime | None = None,
    by: Dimension | None = None,
) -> dict[str, Any]:
    """Stock by account in the contract's shape; with ``by`` a line for every street or park, empty ones too.

    Streets add up to the whole; parks do not: a firm need not lie in one.
    """
    packs.track(track)
    whole = ledger.balances(session, scope, track, as_of, known_at)[0]
    answer: dict[str, Any] = {
        "track": track,
        "as_of": as_of.isoformat(),
        "known_at": (known_at or clock.now()).isoformat(),
        **_counts(whole),
        "by": [],
    }
    if by is not None:
        places = ledger.balances(session, scope, track, as_of, known_at, by)
        answer["by"] = [
            {"code": unit.code, "name": unit.name_zh, **_counts(places.get(unit.id, Stock()))}
            for unit in shown(units.list_units(session), scope)
            if unit.kind == KINDS[by]
        ]
    return answer
