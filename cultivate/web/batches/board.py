"""The board of a batch: who is proposed, who is in, how far the papers are, and what became of each."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from cultivate import clock
from cultivate.domain.batches import BATCH_STATES, ENTRY_STATES
from cultivate.domain.permissions import Act
from cultivate.queries import application_batches as queries
from cultivate.queries import batch_board, batch_entries, places, units
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.batch_entries import WAITING, EntryFilter
from cultivate.web.access import needs
from cultivate.web.batches import blueprint
from cultivate.web.batches.words import countdown, readiness
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db

#: parameters of the address that are part of what the board asks
FILTERS = ("state", "unit", "papers", "in_charge", "listed")


@dataclass(frozen=True, slots=True)
class Figure:
    """A state with how many firms stand in it."""

    state: str
    words: str
    number: int


def asked_filter() -> EntryFilter:
    """What the address asks for; words that mean nothing are left out."""
    args = request.args
    return EntryFilter(
        state=args.get("state", "") if args.get("state") in {*ENTRY_STATES, WAITING} else "",
        unit=places.get_place(db(), actor().scope, args.get("unit", "")),
        papers=args.get("papers", "") if args.get("papers") in {"open", "complete"} else "",
        in_charge=actor().user_id if args.get("in_charge") == "me" else None,
        listed=args.get("listed", "") if args.get("listed") in {"yes", "no"} else "",
    )


@blueprint.get("/batches/<int:application_batch_id>")
@needs(Act.VIEW)
def show(application_batch_id: int) -> str:
    """Everything about a batch on one page."""
    row = queries.get_batch(db(), application_batch_id)
    scope, wanted = actor().scope, asked_filter()
    counts = batch_entries.count_entries(db(), scope, [row.id])[row.id]
    known = units.by_id(db())
    return render_template(
        "batches/show.html",
        row=row,
        countdown=countdown(row.days),
        wanted=wanted,
        page=batch_board.list_board(db(), scope, row, wanted, page_number()),
        figures=[Figure(state, words, counts.states.get(state, 0)) for state, words in ENTRY_STATES.items()],
        counts=counts,
        proposed=_proposed(row),
        units=known,
        streets=[unit for unit in known.values() if unit.id in counts.streets],
        places=places.shown(units.list_units(db()), scope),
        states=ENTRY_STATES,
        batch_states=BATCH_STATES,
        said_ready=readiness,
    )


def _proposed(row: BatchRow) -> list[Any]:
    return batch_board.list_proposed(db(), actor().scope, row, takes_in=row.days.takes_in(clock.today()))
