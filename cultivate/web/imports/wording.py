"""Rows of an import as a page shows them: verdicts and reasons in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cultivate.errors import N_
from cultivate.i18n import _
from cultivate.queries.imports import BatchRow, FirmRef, RowView
from cultivate.queries.units import Unit
from cultivate.services.imports.verdict import OUTCOMES
from cultivate.services.imports.words import OUTCOME_LABELS, message
from cultivate.web.firms import labels

#: outcomes that a commit writes
WRITTEN = ("create", "update", "matched")
#: what the sign before an outcome's word looks like
TONES = {
    "create": "good",
    "update": "good",
    "matched": "good",
    "rejected": "bad",
    "to_decide": "ask",
}
STATES = {
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
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One problem; ``column`` as it is titled in the file."""

    text: str
    column: str | None
    suggestion: str | None
    warning: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an update."""

    label: str
    before: str
    after: str


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

    @property
    def perhaps_ours(self) -> bool:
        """A stranger of this district: a lead."""
        return self.row.outcome == "unmatched" and any(word in self.unit for word in ("拱墅", "下城"))


def rows_in_words(
    batch: BatchRow, rows: Sequence[RowView], units: Mapping[str, Unit], firms: Mapping[int, FirmRef]
) -> list[RowWords]:
    """``units`` by code, ``firms`` the candidates of lines to decide."""
    return [
        RowWords(
            row=row,
            name=row.values.get("name", ""),
            code=row.values.get("uscc", ""),
            unit=row.values.get("street") or row.values.get("region", ""),
            reasons=tuple(_reasons(batch, row, units)),
            changes=tuple(_changes(row)),
            candidates=tuple(firms[key] for key in candidate_ids([row]) if key in firms),
        )
        for row in rows
    ]


def candidate_ids(rows: Sequence[RowView]) -> list[int]:
    """Firms that lines of a list may speak of."""
    return [change["firm_id"] for row in rows for change in row.changes if "firm_id" in change]


def sums(batch: BatchRow) -> list[tuple[str, int]]:
    """Outcomes with their counts; they add up to the rows of the file."""
    return [(outcome, batch.counts.get(outcome, 0)) for outcome in OUTCOMES[batch.kind]]


def good_rows(batch: BatchRow) -> int:
    """How many rows a commit would write."""
    return sum(count for outcome, count in sums(batch) if outcome in WRITTEN)


def _reasons(batch: BatchRow, row: RowView, units: Mapping[str, Unit]) -> Iterator[Reason]:
    for problem in row.problems:
        yield Reason(
            text=message(problem, units),
            column=batch.columns.get(problem["field"] or ""),
            suggestion=problem["suggestion"],
            warning=problem["warning"],
        )


def _changes(row: RowView) -> Iterator[Change]:
    for change in row.changes:
        if "field" in change:
            yield Change(labels.field(change["field"]), _value(change["before"]), _value(change["after"]))


def _value(raw: Any) -> str:
    return labels.value(raw)


def outcome_labels() -> dict[str, str]:
    """Outcomes in the reader's language."""
    return {outcome: _(label) for outcome, label in OUTCOME_LABELS.items()}


def state_labels() -> dict[str, str]:
    """States of an import in the reader's language."""
    return {state: _(label) for state, label in STATES.items()}


def touched_labels() -> dict[str, str]:
    """What may have happened to a firm since, in the reader's language."""
    return {what: _(label) for what, label in TOUCHED.items()}
