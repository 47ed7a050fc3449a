"""A batch against the official list that answered it: every firm of the one and every line of the other, once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cultivate.domain import firm_names
from cultivate.domain.actor import Actor
from cultivate.domain.batches import ANNOUNCED, UNDECIDED
from cultivate.domain.scope import Scope
from cultivate.models import BatchEntry, Firm, ImportBatch, ImportRow
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.batch_entries import OURS, joined, state_column
from cultivate.queries.candidacies import firm_within
from cultivate.queries.imports import visible

#: differences shown; what goes beyond is counted, and read in the import itself
SHOWN = 200


@dataclass(frozen=True, slots=True)
class ListChoice:
    """An official list of the track that may have answered the batch."""

    id: int
    file_name: str
    issued_on: date | None
    lines: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list that speaks of a firm of ours."""

    number: int
    listed_name: str
    firm_id: int
    name: str
    street_id: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Both sides in parts that add up: firms of the batch, lines of the list."""

    announced: int
    """In the list, and recognised."""
    odd: int
    """In the list, but with us it stands elsewhere."""
    not_listed: int
    """Not in the list, and nothing decided yet: to be given back."""
    settled: int
    """Not in the list, and decided: given back, withdrawn, or recognised by another list."""
    others: int
    """Lines on firms of ours that are not in the batch."""
    waiting: int
    """Lines about which a person has to say whether they are ours."""
    strangers: int
    rejected: int
    renamed: tuple[Line, ...]
    """Firms that the list calls by another name than we do."""
    other_lines: tuple[Line, ...]

    @property
    def firms(self) -> int:
        """Of the batch."""
        return self.announced + self.odd + self.not_listed + self.settled

    @property
    def lines(self) -> int:
        """Of the list."""
        return self.announced + self.odd + self.others + self.waiting + self.strangers + self.rejected


def list_choices(session: Session, actor: Actor, batch: BatchRow) -> list[ListChoice]:
    """Official lists of the track that were imported since the batch opened, the newest on top."""
    statement = (
        select(ImportBatch.id, ImportBatch.file_name, ImportBatch.issued_on, ImportBatch.counts)
        .where(
            visible(actor),
            ImportBatch.kind == "certificates",
            ImportBatch.status == "committed",
            ImportBatch.track == batch.track,
            ImportBatch.issued_on >= batch.days.opens_on,
        )
        .order_by(ImportBatch.id.desc())
        .limit(20)
    )
    return [
        ListChoice(key, name, issued_on, int(counts.get("rows", 0)))
        for key, name, issued_on, counts in session.execute(statement)
    ]


def reconcile(session: Session, scope: Scope, batch: BatchRow) -> Reconciled:
    """Both sides; the batch must name its list."""
    lines = _lines(session, batch)
    inside = _entries(session, scope, batch)
    listed = {line.firm_id for line in lines}
    found: Counter[str] = Counter()
    for firm_id, state in inside:
        if firm_id in listed:
            found["announced" if state == ANNOUNCED else "odd"] += 1
        else:
            found["not_listed" if state in UNDECIDED else "settled"] += 1
    known = {firm_id for firm_id, _state in inside}
    others = [line for line in lines if line.firm_id not in known]
    other = _other_lines(session, batch)
    return Reconciled(
        announced=found["announced"],
        odd=found["odd"],
        not_listed=found["not_listed"],
        settled=found["settled"],
        # two listed firms that were merged since stand on two lines: the second is one of the others
        others=len(lines) - found["announced"] - found["odd"],
        waiting=other.get("to_decide", 0),
        strangers=other.get("unmatched", 0),
        rejected=sum(
            number for outcome, number in other.items() if outcome not in {"to_decide", "unmatched"}
        ),
        renamed=tuple(line for line in lines if _differs(line))[:SHOWN],
        other_lines=tuple(others[:SHOWN]),
    )


def _differs(line: Line) -> bool:
    listed = firm_names.normalise(line.listed_name)
    return bool(listed) and listed != firm_names.normalise(line.name)


def _lines(session: Session, batch: BatchRow) -> list[Line]:
    statement = (
        select(ImportRow.number, ImportRow.values, Firm.id, Firm.name, Firm.street_id)
        .join(Firm, Firm.id == ImportRow.firm_id)
        .where(ImportRow.batch_id == batch.import_batch_id, ImportRow.outcome.in_(OURS))
        .order_by(ImportRow.number)
    )
    return [
        Line(number, str(values.get("name", "")), firm_id, name, street_id)
        for number, values, firm_id, name, street_id in session.execute(statement)
    ]


def _entries(session: Session, scope: Scope, batch: BatchRow) -> list[tuple[int, str]]:
    """Firm and state of each entry."""
    statement = (
        joined(Firm.id, state_column())
        .where(BatchEntry.batch_id == batch.id, firm_within(scope))
        .order_by(BatchEntry.id)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def _other_lines(session: Session, batch: BatchRow) -> Mapping[str, int]:
    """How many lines name no firm of ours, by outcome."""
    statement = (
        select(ImportRow.outcome, func.count())
        .where(
            ImportRow.batch_id == batch.import_batch_id,
            ImportRow.outcome.not_in(OURS) | ImportRow.firm_id.is_(None),
        )
        .group_by(ImportRow.outcome)
    )
    return {row[0]: row[1] for row in session.execute(statement)}
