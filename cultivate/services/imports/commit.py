"""Carrying a preview out, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.db import bulk
from cultivate.domain.actor import Actor
from cultivate.errors import N_, Invalid
from cultivate.models import Firm, ImportBatch
from cultivate.services import audit, ledger, long_work
from cultivate.services.imports.batches import batch_for_update
from cultivate.services.imports.kinds import get_kind
from cultivate.services.imports.options import ALL, GOOD, POLICIES
from cultivate.services.imports.rows import judged_anew, keep_verdicts
from cultivate.services.imports.upload import count
from cultivate.services.imports.verdict import CREATE, UNFIT, UPDATE, Verdict

_WRITTEN = frozenset({CREATE, UPDATE})
_SHOWN = 10


@long_work.seldom_collecting()
def commit(session: Session, actor: Actor, batch_id: int, policy: str = GOOD) -> None:
    """Write the good rows, or by the policy ``all`` every row or none. A second commit does nothing.

    Rows are judged anew: the register may have changed since the preview, and a row then gets the fresh
    verdict. Raises ``Invalid`` for a preview that was dropped or undone and where "all" cannot be, ``Conflict``
    when somebody registered one of the firms in the very same moment.
    """
    batch = batch_for_update(session, actor, batch_id)
    if batch.status == "committed":
        return
    if batch.status != "preview":
        raise Invalid(N_("This preview was dropped or taken back. Upload the file again."), code="not-open")
    batch.policy = checked_policy(policy)
    # who writes the ledger waits from here on, so nothing is booked between verdict and writing
    moment = ledger.begin(session)
    verdicts = judged_anew(session, actor, batch)
    carry_out(session, actor, batch, verdicts, moment)


def carry_out(
    session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict], moment: datetime
) -> None:
    """Write what has just been judged, and keep the verdicts. The caller holds the ledger's lock."""
    if batch.policy == ALL:
        _refuse_unless_all(verdicts)
    booked = get_kind(batch.kind).write(session, actor, batch, verdicts)
    keep_verdicts(session, batch.id, verdicts, _versions(session, verdicts))
    batch.counts = count(batch.kind, verdicts) | {"booked": booked}
    batch.status = "committed"
    batch.committed_at = moment
    session.flush()
    audit.note(session, actor, "import", "import", batch.id, file=batch.file_name, counts=batch.counts)


def checked_policy(policy: str) -> str:
    """The policy, or ``Invalid``."""
    if policy not in POLICIES:
        message = N_("There is no such policy: choose “all or none” or “import the good rows”.")
        raise Invalid(message, field="policy", code="policy-unknown")
    return policy


def _refuse_unless_all(verdicts: Sequence[Verdict]) -> None:
    """By "all or none" one row that is rejected or waits for a decision keeps the whole file out."""
    left = [verdict.number for verdict in verdicts if verdict.outcome in UNFIT]
    if left:
        shown = ", ".join(str(number) for number in left[:_SHOWN]) + (" …" if len(left) > _SHOWN else "")
        message = N_(
            "All or none: %(count)s rows are rejected or undecided (rows %(rows)s), so nothing was imported. "
            "Mend them, or import the good rows."
        )
        raise Invalid(message, field="policy", code="rows-rejected", count=len(left), rows=shown)


def _versions(session: Session, verdicts: Sequence[Verdict]) -> dict[int, int]:
    """By row that was written, the version in which its firm was left."""
    written = {v.number: v.firm_id for v in verdicts if v.outcome in _WRITTEN and v.firm_id is not None}
    found: dict[int, int] = {}
    for part in bulk.parts(written.values()):
        rows = session.execute(select(Firm.id, Firm.version).where(bulk.among(Firm.id, part)))
        found.update((firm_id, version) for firm_id, version in rows)
    return {number: found[firm_id] for number, firm_id in written.items() if firm_id in found}
