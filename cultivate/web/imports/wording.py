"""Rows of an import as a page shows them: verdicts and reasons in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cultivate import packs
from cultivate.domain.list_memory import asked_name
from cultivate.domain.stages import LABELS
from cultivate.errors import N_
from cultivate.i18n import _, language
from cultivate.queries.imports import BatchRow, FirmRef, RowView
from cultivate.queries.units import Unit
from cultivate.services.imports import KINDS, LISTS, OUTCOMES, get_kind, mark_of
from cultivate.services.imports.options import RELOCATIONS
from cultivate.services.imports.verdict import accepted_of
from cultivate.services.imports.words import OUTCOME_LABELS, message
from cultivate.web.firms import labels

#: what the sign before an outcome's word looks like
TONES = {
    "create": "good",
    "update": "good",
    "matched": "good",
    "rejected": "bad",
    "conflict": "ask",
    "to_decide": "ask",
}
STATES = {
    "mapping": N_("columns to be said"),
    "preview": N_("to be confirmed"),
    "committed": N_("imported"),
    "undone": N_("taken back"),
    "dropped": N_("dropped"),
}
TOUCHED = {
    "edited": N_("edited"),
    "moved": N_("moved on"),
    "served": N_("service recorded"),
    "proposed": N_("move proposed"),
    "asked": N_("wish written down"),
    "attached": N_("paper added"),
    "linked": N_("linked to another firm"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One problem; ``column`` as it is titled in the file."""

    text: str
    column: str | None
    suggestion: str | None
    warning: bool
    firm_id: int | None = None
    """The firm of the register that it speaks of, where there is one to look at."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an update."""

    label: str
    before: str
    after: str
    original: str | None = None
    """What it was when the line was exported, where both have changed it since."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A suggestion for a cell, proved or taken over."""

    number: int
    name: str
    column: str
    before: str
    after: str


#: kinds in which a line that matches nobody can be registered
NEW_KINDS = frozenset({LISTS, RELOCATIONS})
WAYS = {
    "out": N_("moved out"),
    "in": N_("moved in"),
    "within": N_("moved within the district"),
    "foreign": N_("elsewhere"),
}


@dataclass(frozen=True, slots=True)
class RowWords:
    """A row ready to be shown."""

    row: RowView
    name: str
    code: str
    unit: str
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    candidates: tuple[FirmRef, ...]
    effects: tuple[str, ...] = ()
    """What the line would bring about."""
    accepted: tuple[Repair, ...] = ()
    """What a person took over instead of what the file says."""
    mark: str = ""
    """Of what is decided: a form brings it back, so that nobody decides over what they have not seen."""


def rows_in_words(
    batch: BatchRow, rows: Sequence[RowView], units: Mapping[str, Unit], firms: Mapping[int, FirmRef]
) -> list[RowWords]:
    """``units`` by code, ``firms`` the candidates of lines to decide."""
    return [
        RowWords(
            row=row,
            name=asked_name(batch.kind, row.values),
            code=row.values.get("uscc", ""),
            unit=row.values.get("street") or row.values.get("region", ""),
            reasons=tuple(_reasons(batch, row, units)),
            changes=tuple(_changes(row)),
            candidates=tuple(firms[key] for key in candidate_ids([row]) if key in firms),
            effects=tuple(_effects(row, units)),
            accepted=tuple(accepted(batch, row)),
            mark=mark_of(row.decision, row.decided_firm_id),
        )
        for row in rows
    ]


def suggested(batch: BatchRow, row: RowView) -> Iterator[Repair]:
    """The cell of a rejected row for which there is a suggestion, with both texts."""
    found = next((each for each in row.problems if each["suggestion"] and each["field"] in row.values), None)
    if found is not None:
        key = found["field"]
        yield _repair(batch, row, key, row.values[key], found["suggestion"])


def accepted(batch: BatchRow, row: RowView) -> Iterator[Repair]:
    """What was taken over in the row."""
    for key, change in accepted_of(row.given).items():
        yield _repair(batch, row, key, change["before"], change["after"])


def _repair(batch: BatchRow, row: RowView, key: str, before: str, after: str) -> Repair:
    column = batch.columns.get(key) or labels.field(key)
    return Repair(row.number, asked_name(batch.kind, row.values), column, before, after)


def candidate_ids(rows: Sequence[RowView]) -> list[int]:
    """Firms that lines of a list may speak of."""
    return [change["firm_id"] for row in rows for change in row.changes if "firm_id" in change]


def sums(batch: BatchRow) -> list[tuple[str, int]]:
    """Outcomes with their counts; they add up to the rows of the file."""
    return [(outcome, batch.counts.get(outcome, 0)) for outcome in OUTCOMES[batch.kind]]


def good_rows(batch: BatchRow) -> int:
    """How many rows a commit would write."""
    written = get_kind(batch.kind).written
    return sum(count for outcome, count in sums(batch) if outcome in written)


def _reasons(batch: BatchRow, row: RowView, units: Mapping[str, Unit]) -> Iterator[Reason]:
    for problem in row.problems:
        yield Reason(
            text=message(problem, units),
            column=batch.columns.get(problem["field"] or ""),
            suggestion=problem["suggestion"],
            warning=problem["warning"],
            firm_id=problem["params"].get("firm_id"),
        )


def _changes(row: RowView) -> Iterator[Change]:
    for change in row.changes:
        if "field" in change:
            original = _value(change["original"]) if "original" in change else None
            before, after = _value(change["before"]), _value(change["after"])
            yield Change(labels.field(change["field"]), before, after, original)


def _effects(row: RowView, units: Mapping[str, Unit]) -> Iterator[str]:
    for change in row.changes:
        if "effect" in change:
            msgid, params = change["effect"], dict(change["params"])
            if "track" in params:
                params["track"] = packs.track(params["track"]).name(language())
            if "stage" in params:
                stage = LABELS[params["stage"]]
                params["stage"] = _(stage)
            yield _(msgid, **params)
    street = units.get(str(row.given.get("street", "")))
    if street is not None:
        yield _("street: %(street)s", street=street.name(language()))


def way_labels() -> dict[str, str]:
    """Which way a firm went, in the reader's language."""
    return {way: _(label) for way, label in WAYS.items()}


def _value(raw: Any) -> str:
    return labels.value(raw)


def outcome_labels() -> dict[str, str]:
    """Outcomes in the reader's language."""
    return {outcome: _(label) for outcome, label in OUTCOME_LABELS.items()}


@dataclass(frozen=True, slots=True)
class How:
    """How a file was read: by whom its columns were set, what was left out, what is to be known."""

    source: str
    by: str | None
    at: datetime | None
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def how(batch: BatchRow) -> How:
    """In the reader's language."""
    kept: Mapping[str, Any] = batch.options.get("reading", {})
    at = kept.get("at")
    return How(
        source=kept.get("source", ""),
        by=kept.get("by"),
        at=datetime.fromisoformat(at) if at else None,
        left_out=tuple(kept.get("left_out", ())),
        notes=tuple(_(msgid, **params) for msgid, params in map(_note, kept.get("notes", ()))),
    )


def _note(kept: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return kept["msgid"], kept["params"]


def kind_labels() -> dict[str, str]:
    """Kinds of import in the reader's language."""
    return {code: _(kind.label) for code, kind in KINDS.items()}


def state_labels() -> dict[str, str]:
    """States of an import in the reader's language."""
    return {state: _(label) for state, label in STATES.items()}


def touched_labels() -> dict[str, str]:
    """What may have happened to a firm since, in the reader's language."""
    return {what: _(label) for what, label in TOUCHED.items()}
