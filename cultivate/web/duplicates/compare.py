"""Two firms beside one another, with what differs: the page on which they are merged or linked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import render_template

from cultivate import packs
from cultivate.domain.stages import OPEN_STAGES, STAGES
from cultivate.i18n import _, language
from cultivate.queries import duplicates as queries
from cultivate.queries import figures, firms
from cultivate.queries.candidacies import CandidacyRow
from cultivate.queries.duplicates import Side
from cultivate.queries.firms import FirmDetail
from cultivate.services.merges import FIELDS, FIGURES_CHOICE, TRACK_CHOICE
from cultivate.web.duplicates import words
from cultivate.web.duplicates.forms import LinkForm, MergeForm
from cultivate.web.firms import labels
from cultivate.web.request import actor, db


@dataclass(frozen=True, slots=True)
class Line:
    """A field of both. ``chosen`` is the id whose value goes on; ``None`` where nothing is to choose."""

    key: str
    label: str
    one: str
    other: str
    differs: bool
    chosen: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that the page shows."""

    one: Side
    other: Side
    suggested: int
    lines: tuple[Line, ...]
    tracks: tuple[Line, ...]
    two_codes: bool
    two_places: bool


def compare(one_id: int, other_id: int, said: Mapping[str, str]) -> Comparison:
    """Both firms, or ``NotFound``; ``said`` are the choices that were sent with the form."""
    scope = actor().scope
    one, other = queries.two_sides(db(), scope, one_id, other_id)
    details = firms.get_firm(db(), scope, one_id), firms.get_firm(db(), scope, other_id)
    stays = said.get("keep", "")
    suggested = int(stays) if stays in {str(one_id), str(other_id)} else _suggested(one, other)
    return Comparison(
        one=one,
        other=other,
        suggested=suggested,
        lines=(*_lines(details, suggested, said), *_figures(one_id, other_id, suggested, said)),
        tracks=tuple(_tracks(details, suggested, said)),
        two_codes=bool(one.uscc and other.uscc and one.uscc != other.uscc),
        two_places=(one.street, one.park) != (other.street, other.park),
    )


def page(comparison: Comparison, merging: MergeForm, linking: LinkForm) -> str:
    """The page."""
    scope = actor().scope
    return render_template(
        "duplicates/compare.html",
        found=comparison,
        form=merging,
        linking=linking,
        pair=queries.find_pair(db(), scope, comparison.one.id, comparison.other.id),
        words=words,
        labels=labels,
    )


def _suggested(one: Side, other: Side) -> int:
    """The one with a code, that got further, that has been here longer."""

    def rank(side: Side) -> tuple[bool, int, int]:
        reached = [STAGES.index(row.stage) for row in side.candidacies if row.stage in STAGES]
        return side.uscc is not None, max(reached, default=-1), -side.id

    return max((one, other), key=rank).id


def _lines(details: tuple[FirmDetail, FirmDetail], suggested: int, said: Mapping[str, str]) -> Iterator[Line]:
    one, other = details
    for key in FIELDS:
        mine, theirs = getattr(one, key), getattr(other, key)
        if mine is None and theirs is None:
            continue
        both = mine is not None and theirs is not None and mine != theirs
        yield Line(
            key,
            labels.field(key),
            _text(mine),
            _text(theirs),
            differs=both,
            chosen=_chosen(key, one.id, other.id, suggested, said) if both else None,
        )


def _figures(one_id: int, other_id: int, suggested: int, said: Mapping[str, str]) -> Iterator[Line]:
    """Figures of one year and calibre on which the two disagree: one side's go on, the other's are kept behind."""
    mine, theirs = (
        {(row.year, row.key): row.value for row in figures.of_firm(db(), firm_id)}
        for firm_id in (one_id, other_id)
    )
    apart = [key for key in mine if key in theirs and mine[key] != theirs[key]]
    if not apart:
        return

    def told(side: Mapping[tuple[int, str], Decimal]) -> str:
        return _("; ").join(f"{year} {labels.figure(key)} {_text(side[year, key])}" for year, key in apart)

    chosen = _chosen(FIGURES_CHOICE, one_id, other_id, suggested, said)
    yield Line(
        FIGURES_CHOICE, _("Figures that differ"), told(mine), told(theirs), differs=True, chosen=chosen
    )


def _tracks(
    details: tuple[FirmDetail, FirmDetail], suggested: int, said: Mapping[str, str]
) -> Iterator[Line]:
    """Tracks on which both are on their way: one of the two ways goes on."""
    one, other = details
    for track in packs.tracks():
        mine, theirs = _open(one, track), _open(other, track)
        if mine is None or theirs is None:
            continue
        further = max(
            ((mine, one.id), (theirs, other.id)),
            key=lambda way: (STAGES.index(way[0].stage), way[1] == suggested),
        )
        key = TRACK_CHOICE + track
        yield Line(
            key,
            packs.track(track).short(language()),
            mine.stage,
            theirs.stage,
            differs=True,
            chosen=_chosen(key, one.id, other.id, further[1], said),
        )


def _open(firm: FirmDetail, track: str) -> CandidacyRow | None:
    return next((row for row in firm.candidacies if row.track == track and row.stage in OPEN_STAGES), None)


def _chosen(key: str, one_id: int, other_id: int, suggested: int, said: Mapping[str, str]) -> int:
    sent = said.get(f"choice-{key}", "")
    return int(sent) if sent in {str(one_id), str(other_id)} else suggested


def _text(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)
