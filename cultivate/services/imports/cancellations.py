"""The kind ``cancellations``: certificates that the authority took back. They are revoked as of the notice."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.stages import Stage
from cultivate.domain.values import Problem
from cultivate.errors import N_
from cultivate.models import Candidacy, Certificate, ImportBatch
from cultivate.queries.last_moves import last_days
from cultivate.services import certificates
from cultivate.services.imports import notices
from cultivate.services.imports.deciding import decider
from cultivate.services.imports.kind import Kind
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.notices import Found, Notice, Once
from cultivate.services.imports.options import CANCELLATIONS, ImportOptions
from cultivate.services.imports.touched import refuse_touched
from cultivate.services.imports.verdict import (
    MATCHED,
    REJECTED,
    TO_DECIDE,
    UNCHANGED,
    UNMATCHED,
    InputRow,
    Verdict,
    rejected,
)

#: where the list itself says nothing of the reason; told in the reader's language
REASON = N_("cancelled by the official list")


@dataclass(frozen=True, slots=True)
class _Held:
    """A certificate of the firm; ``last`` is the day before which nothing can be booked on its candidacy."""

    id: int
    number: str
    status: str
    stage: str
    valid_through: date | None
    last: date | None

    @property
    def in_force(self) -> bool:
        """Whether it counts."""
        return self.status == "valid" and self.stage == Stage.CERTIFY


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be revoked."""

    certificate_id: int
    on: date
    reason: str


def _judge(session: Session, actor: Actor, options: ImportOptions, rows: Sequence[InputRow]) -> list[Verdict]:
    checked = [notices.check_row(row.cells, options) for row in rows]
    track, _ = notices.given_of(options)
    found = notices.find(session, actor, CANCELLATIONS, track, rows, checked)
    held = _held(session, track, [each.firm_id for each in found if each.firm_id is not None])
    once = Once()

    def verdict(row: InputRow, notice: Notice, problems: list[Problem], whose: Found) -> Verdict:
        if problems:
            return rejected(row.number, problems)
        waiting = notices.undecided(row, whose)
        if waiting is not None or whose.firm_id is None:
            return waiting or Verdict(row.number, UNMATCHED)
        found = _cancelled(row, notice, whose, held[whose.firm_id])
        if found.outcome != MATCHED:
            return found
        return once.refuse(row, found.content.certificate_id) or found

    lines = zip(rows, checked, found, strict=True)
    return [verdict(row, each.notice, each.problems, whose) for row, each, whose in lines]


def _cancelled(row: InputRow, notice: Notice, whose: Found, held: Sequence[_Held]) -> Verdict:
    """The certificate that the line means: by its number, else the one in force."""
    named = [each for each in held if notice.number and each.number == notice.number]
    current = [each for each in held if each.in_force]
    meant = named or [each for each in current if not (notice.number and each.number)]
    if meant:
        return _of(row, notice, whose, meant[-1])
    if any(each.status == "revoked" for each in held) and not current and not notice.number:
        return notices.unchanged(row, whose.firm_id)
    if current:
        message = N_(
            "The list cancels %(number)s; in force is %(other)s, which it does not name. "
            "If that one is meant, revoke it on its page."
        )
        params = {"number": notice.number, "other": current[-1].number}
        return notices.refused(row, whose, Problem("number-differs", message, params, "certificate_number"))
    message = N_("The firm has no certificate in force on this track, so there is nothing to revoke.")
    return notices.refused(row, whose, Problem("not-in-force", message, field="certificate_number"))


def _of(row: InputRow, notice: Notice, whose: Found, meant: _Held) -> Verdict:
    if meant.status == "revoked":
        return notices.unchanged(row, whose.firm_id)
    if not meant.in_force or (meant.valid_through is not None and meant.valid_through < notice.on):
        message = N_(
            "The certificate is not in force any more (last day %(day)s), so nothing is to be revoked."
        )
        day = meant.valid_through.isoformat() if meant.valid_through else "—"
        return notices.refused(
            row, whose, Problem("not-in-force", message, {"day": day}, "certificate_number")
        )
    if meant.last is not None and notice.on < meant.last:
        message = N_("The day of the notice lies before the last move of this certificate (%(day)s).")
        return notices.refused(
            row, whose, Problem("day-before-last-move", message, {"day": meant.last.isoformat()})
        )
    told = N_("certificate %(number)s is revoked as of %(day)s")
    change = notices.effect(told, number=meant.number or "—", day=notice.on.isoformat())
    order = _Order(meant.id, notice.on, notice.reason or REASON)
    return Verdict(row.number, MATCHED, whose.firm_id, changes=[change], content=order)


def _held(session: Session, track: str, ids: Sequence[int]) -> dict[int, list[_Held]]:
    found: dict[int, list[_Held]] = defaultdict(list)
    for part in chunks(sorted(set(ids))):
        rows = session.execute(
            select(
                Certificate.firm_id,
                Certificate.id,
                Certificate.number,
                Certificate.status,
                Candidacy.stage,
                Certificate.valid_through,
                Candidacy.id,
            )
            .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
            .where(Certificate.firm_id.in_(part), Certificate.track == track, Certificate.status != "void")
            .order_by(Certificate.counts_from, Certificate.id)
        ).all()
        last = last_days(session, [row[-1] for row in rows])
        for firm_id, key, number, status, stage, through, candidacy_id in rows:
            found[firm_id].append(_Held(key, number, status, stage, through, last.get(candidacy_id)))
    return found


def _write(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
    """Revoke; returns how many certificates."""
    actor.require(Act.IMPORT_LISTS)
    orders = [verdict.content for verdict in verdicts if verdict.outcome == MATCHED]
    for order in orders:
        certificates.revoke(
            session,
            actor.through("list"),
            order.certificate_id,
            order.on,
            order.reason,
            import_batch_id=batch.id,
        )
    return len(orders)


KIND = Kind(
    code=CANCELLATIONS,
    label=N_("Cancellations"),
    act=Act.IMPORT_LISTS,
    outcomes=(MATCHED, UNCHANGED, TO_DECIDE, UNMATCHED, REJECTED),
    written=frozenset({MATCHED}),
    check_options=notices.check_options,
    judge=_judge,
    write=_write,
    refuse_touched=refuse_touched,
    take_back=notices.take_back,
    report=notices.report,
    decide=decider(_judge, _write),
)
