"""All invariants of the ledger (design §2), as queries; what ``cultivate verify`` and the nightly job run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, aliased

from cultivate.domain.ledger import NO_PARK, Place, RollKey, RollSums, roll_up
from cultivate.domain.stages import OPEN_STAGES, OUTSIDE, STAGES, Exit, Stage
from cultivate.errors import N_
from cultivate.models import (
    ApplicationBatch,
    BatchEntry,
    Candidacy,
    Certificate,
    Firm,
    LedgerRollup,
    Posting,
    StageMove,
)
from cultivate.services import ledger

#: offenders named a check: enough to find the cause, few enough to read
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One offender of one check; ``msgid`` and ``params`` make the sentence."""

    check: str
    msgid: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """English, for logs and job results."""
        return f"{self.check}: {self.msgid % self.params}"


Check = Callable[[Session], Iterator[Finding]]


def verify(session: Session) -> list[Finding]:
    """Run every check; empty when the books are right. At most ``SHOWN`` offenders a check.

    Checks compare tables with each other while others write: give a session of ``Database.snapshot()``.
    """
    found: list[Finding] = []
    for check in CHECKS:
        for count, finding in enumerate(check(session)):
            if count == SHOWN:
                break
            found.append(finding)
    return found


def _zero_sum(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(Posting.track, func.sum(Posting.amount)).group_by(Posting.track).order_by(Posting.track)
    )
    for track, total in rows:
        if total:
            yield Finding(
                "zero-sum",
                N_("all accounts of %(track)s sum to %(total)s, not zero"),
                {"track": track, "total": int(total)},
            )


def _two_entries(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(StageMove.id)
        .outerjoin(Posting, Posting.move_id == StageMove.id)
        .group_by(StageMove.id)
        .having((func.count(Posting.id) != 2) | (func.coalesce(func.sum(Posting.amount), 0) != 0))
        .order_by(StageMove.id)
        .limit(SHOWN)
    )
    for (move_id,) in rows:
        yield Finding(
            "two-entries", N_("move %(move)s does not post one entry out and one in"), {"move": move_id}
        )


_NEGATIVE = """
SELECT track, account, street_id, park_id, period, balance FROM (
    SELECT track, account, street_id, park_id, period,
           SUM(delta) OVER (PARTITION BY track, account, street_id, park_id ORDER BY period) AS balance
    FROM ledger_rollup WHERE grain = 'D' AND account <> 'outside'
) AS running WHERE balance < 0 ORDER BY period, track, account, street_id, park_id LIMIT 10
"""


def _never_negative(session: Session) -> Iterator[Finding]:
    """By street and park together, the finest unit: then no coarser one can be negative either."""
    for track, account, street_id, park_id, period, balance in session.execute(text(_NEGATIVE)):
        yield Finding(
            "never-negative",
            N_("%(track)s %(account)s in street %(street)s, park %(park)s stands at %(balance)s on %(day)s"),
            {
                "track": track,
                "account": account,
                "street": street_id,
                "park": park_id,
                "balance": balance,
                "day": str(period),
            },
        )


def _cache_is_fold(session: Session) -> Iterator[Finding]:
    """The cached stage and place against the sum of the postings: exactly one +1, where the cache says."""
    places: dict[int, list[Place]] = {}
    rows = session.execute(
        select(
            Posting.candidacy_id,
            Posting.account,
            Posting.street_id,
            Posting.park_id,
            func.sum(Posting.amount),
        )
        .where(Posting.account != OUTSIDE)
        .group_by(Posting.candidacy_id, Posting.account, Posting.street_id, Posting.park_id)
        .having(func.sum(Posting.amount) != 0)
    )
    for candidacy_id, account, street_id, park_id, amount in rows:
        places.setdefault(candidacy_id, []).extend(
            [Place(account, street_id, park_id or NO_PARK)] * abs(int(amount))
        )
    cached = session.execute(
        select(Candidacy.id, Candidacy.stage, Candidacy.street_id, Candidacy.park_id).order_by(Candidacy.id)
    )
    for candidacy_id, stage, street_id, park_id in cached:
        folded = places.get(candidacy_id, [])
        expected = [] if stage == OUTSIDE else [Place(stage, street_id, park_id or NO_PARK)]
        if folded != expected:
            yield Finding(
                "cached-stage",
                N_("candidacy %(candidacy)s says %(cached)s, its moves say %(folded)s"),
                {
                    "candidacy": candidacy_id,
                    "cached": stage,
                    "folded": ", ".join(place.account for place in folded) or OUTSIDE,
                },
            )


def _days_in_order(session: Session) -> Iterator[Finding]:
    """No standing move before the one it follows, none effective after it was recorded."""
    last: dict[int, Any] = {}
    reversed_ids = set(
        session.scalars(select(StageMove.reverses_id).where(StageMove.reverses_id.is_not(None)))
    )
    rows = session.execute(
        select(StageMove.id, StageMove.candidacy_id, StageMove.effective_on)
        .where(StageMove.reverses_id.is_(None))
        .order_by(StageMove.candidacy_id, StageMove.id)
    )
    for move_id, candidacy_id, effective_on in rows:
        if move_id in reversed_ids:
            continue
        if candidacy_id in last and effective_on < last[candidacy_id]:
            yield Finding(
                "days-in-order",
                N_("move %(move)s is effective before the move it follows"),
                {"move": move_id},
            )
        last[candidacy_id] = effective_on


def _certificates_in_force(session: Session) -> Iterator[Finding]:
    """The balance of ``certify`` equals the certificates in force: a candidacy at ``certify`` has exactly one."""
    valid = (
        select(Certificate.candidacy_id, func.count().label("number"))
        .where(Certificate.status == "valid")
        .group_by(Certificate.candidacy_id)
        .subquery()
    )
    rows = session.execute(
        select(Candidacy.id, func.coalesce(valid.c.number, 0))
        .outerjoin(valid, valid.c.candidacy_id == Candidacy.id)
        .where(Candidacy.stage == Stage.CERTIFY, func.coalesce(valid.c.number, 0) != 1)
        .order_by(Candidacy.id)
        .limit(SHOWN)
    )
    for candidacy_id, number in rows:
        yield Finding(
            "certificate-in-force",
            N_("candidacy %(candidacy)s stands at certify with %(number)s valid certificates"),
            {"candidacy": candidacy_id, "number": number},
        )
    strays = session.execute(
        select(Certificate.id, Candidacy.stage)
        .join(Candidacy, Candidacy.id == Certificate.candidacy_id)
        .where(Certificate.status == "valid", Candidacy.stage.in_([OUTSIDE, *OPEN_STAGES]))
        .order_by(Certificate.id)
        .limit(SHOWN)
    )
    for certificate_id, stage in strays:
        yield Finding(
            "certificate-in-force",
            N_("certificate %(certificate)s is valid but its candidacy stands at %(stage)s"),
            {"certificate": certificate_id, "stage": stage},
        )


def _left_after_its_end(session: Session) -> Iterator[Finding]:
    """Nothing leaves ``certify`` after its certificate has ended, but by the lapse: in force rests on it."""
    reversal = aliased(StageMove)
    rows = session.scalars(
        select(StageMove.id)
        .join(Certificate, Certificate.candidacy_id == StageMove.candidacy_id)
        .where(
            Certificate.status != "void",
            StageMove.from_account == Stage.CERTIFY,
            StageMove.to_account.not_in([Stage.CERTIFY, Exit.EXPIRED]),
            StageMove.effective_on > Certificate.valid_through,
            StageMove.reverses_id.is_(None),
            ~select(reversal.id).where(reversal.reverses_id == StageMove.id).exists(),
        )
        .order_by(StageMove.id)
        .limit(SHOWN)
    )
    for move_id in rows:
        yield Finding(
            "left-in-force",
            N_("move %(move)s leaves certify after its certificate had ended"),
            {"move": move_id},
        )


def _counts_from_entry(session: Session) -> Iterator[Finding]:
    """A certificate counts from the effective day of its move."""
    rows = session.scalars(
        select(Certificate.id)
        .join(StageMove, StageMove.id == Certificate.move_id)
        .where(Certificate.status != "void", Certificate.counts_from != StageMove.effective_on)
        .order_by(Certificate.id)
        .limit(SHOWN)
    )
    for certificate_id in rows:
        yield Finding(
            "counts-from-entry",
            N_("certificate %(certificate)s does not count from its move's day"),
            {"certificate": certificate_id},
        )


def _once_a_firm(session: Session) -> Iterator[Finding]:
    """A firm counts once: at most one candidacy of a firm and track at ``certify``, at most one on its way."""
    for group in ((Stage.CERTIFY,), OPEN_STAGES):
        rows = session.execute(
            select(Candidacy.firm_id, Candidacy.track, func.count())
            .where(Candidacy.stage.in_(group))
            .group_by(Candidacy.firm_id, Candidacy.track)
            .having(func.count() > 1)
            .order_by(Candidacy.firm_id)
            .limit(SHOWN)
        )
        for firm_id, track, count in rows:
            yield Finding(
                "once-a-firm",
                N_("firm %(firm)s counts %(count)s times on %(track)s"),
                {"firm": firm_id, "count": count, "track": track},
            )


def _once_on_every_day(session: Session) -> Iterator[Finding]:
    """Nor has a firm ever counted twice: of two certificates the one had left when the other came."""
    several = (
        select(Certificate.firm_id, Certificate.track)
        .where(Certificate.status != "void")
        .group_by(Certificate.firm_id, Certificate.track)
        .having(func.count() > 1)
        .subquery()
    )
    left, reversal = aliased(StageMove), aliased(StageMove)
    rows = session.execute(
        select(Certificate.firm_id, Certificate.track, Certificate.counts_from, left.effective_on)
        .join(several, (several.c.firm_id == Certificate.firm_id) & (several.c.track == Certificate.track))
        .outerjoin(
            left,
            (left.candidacy_id == Certificate.candidacy_id)
            & (left.from_account == Stage.CERTIFY)
            & (left.to_account != Stage.CERTIFY)
            & left.reverses_id.is_(None)
            & ~select(reversal.id).where(reversal.reverses_id == left.id).exists(),
        )
        .where(Certificate.status != "void")
        .order_by(Certificate.firm_id, Certificate.track, Certificate.counts_from, Certificate.id)
    )
    until: dict[tuple[int, str], Any] = {}
    for firm_id, track, since, left_on in rows:
        key = (firm_id, track)
        if since == left_on:  # for no day at all
            continue
        if key in until and (until[key] is None or until[key] > since):
            yield Finding(
                "once-a-firm",
                N_("firm %(firm)s counts twice on %(track)s on %(day)s"),
                {"firm": firm_id, "track": track, "day": since.isoformat()},
            )
        until[key] = left_on


def _lies_where_its_firm_lies(session: Session) -> Iterator[Finding]:
    """A candidacy at a stage stands in its firm's street and park: a transfer was booked for all or for none."""
    rows = session.scalars(
        select(Candidacy.id)
        .join(Firm, Firm.id == Candidacy.firm_id)
        .where(
            Candidacy.stage.in_(STAGES),
            (Candidacy.street_id != Firm.street_id)
            | (func.coalesce(Candidacy.park_id, NO_PARK) != func.coalesce(Firm.park_id, NO_PARK)),
        )
        .order_by(Candidacy.id)
        .limit(SHOWN)
    )
    for candidacy_id in rows:
        yield Finding(
            "firm-place",
            N_("candidacy %(candidacy)s does not stand where its firm lies"),
            {"candidacy": candidacy_id},
        )


def _entries_came_in(session: Session) -> Iterator[Finding]:
    """A firm is in an application batch by a move of its own to ``recommend``, on the batch's track."""
    rows = session.scalars(
        select(BatchEntry.id)
        .join(StageMove, StageMove.id == BatchEntry.move_id)
        .join(Candidacy, Candidacy.id == BatchEntry.candidacy_id)
        .join(ApplicationBatch, ApplicationBatch.id == BatchEntry.batch_id)
        .where(
            (StageMove.candidacy_id != BatchEntry.candidacy_id)
            | (StageMove.to_account != Stage.RECOMMEND)
            | (Candidacy.track != ApplicationBatch.track)
        )
        .order_by(BatchEntry.id)
        .limit(SHOWN)
    )
    for entry_id in rows:
        yield Finding(
            "batch-entry",
            N_("entry %(entry)s of an application batch did not come in by its own move"),
            {"entry": entry_id},
        )


def _rollup_is_sum(session: Session) -> Iterator[Finding]:
    """The roll-up, rebuilt from the postings, equals the one that is kept."""
    expected = roll_up(ledger.posted(session))
    kept: dict[RollKey, RollSums] = {}
    for row in session.scalars(select(LedgerRollup)):
        key = RollKey(row.track, row.grain, row.period, row.account, row.street_id, row.park_id)  # type: ignore[arg-type]
        kept[key] = RollSums(row.delta, row.entered, row.left, row.moved_in, row.moved_out)
    nothing = RollSums()
    for key in sorted(expected.keys() | kept.keys()):
        if expected.get(key, nothing) != kept.get(key, nothing):
            yield Finding(
                "rollup",
                N_(
                    "roll-up of %(track)s %(account)s, street %(street)s, %(grain)s %(period)s is not its postings' sum"
                ),
                {
                    "track": key.track,
                    "account": key.account,
                    "grain": key.grain,
                    "period": str(key.period),
                    "street": key.street_id,
                },
            )


CHECKS: tuple[Check, ...] = (
    _zero_sum,
    _two_entries,
    _never_negative,
    _cache_is_fold,
    _days_in_order,
    _certificates_in_force,
    _left_after_its_end,
    _counts_from_entry,
    _once_a_firm,
    _once_on_every_day,
    _lies_where_its_firm_lies,
    _entries_came_in,
    _rollup_is_sum,
)
