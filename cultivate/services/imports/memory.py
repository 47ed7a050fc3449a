"""What earlier imports know that bears on a list: decisions of people, and whose certificate numbers are whose."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cultivate.domain import firm_names
from cultivate.models import Certificate, Firm, ImportBatch, ImportRow
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.resolve_list import Decision, usable


def decisions(session: Session, track: str) -> dict[str, Decision]:
    """The last decision for each normalised name on a track; an import that was undone has none to give."""
    rows = session.execute(
        select(ImportRow.values, ImportRow.decision, ImportRow.firm_id)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .outerjoin(Firm, Firm.id == ImportRow.firm_id)
        .where(
            ImportRow.decision.is_not(None),
            ImportBatch.track == track,
            ImportBatch.status.in_(["preview", "committed"]),
            or_(ImportRow.firm_id.is_(None), Firm.deleted_at.is_(None)),
        )
        .order_by(ImportRow.decided_at, ImportRow.id)
    )
    found: dict[str, Decision] = {}
    for values, decision, firm_id in rows:
        kept = usable(decision, firm_id)
        if kept is not None:
            found[firm_names.normalise(values.get("name", ""))] = kept
    return found


def holders(session: Session, track: str, numbers: Collection[str]) -> dict[str, int]:
    """Firm by certificate number, for numbers that are recorded and valid on the track."""
    found: dict[str, int] = {}
    for part in chunks(sorted(set(numbers) - {""})):
        rows = session.execute(
            select(Certificate.number, Certificate.firm_id)
            .where(Certificate.track == track, Certificate.number.in_(part), Certificate.status == "valid")
            .order_by(Certificate.id)
        )
        found.update((number, firm_id) for number, firm_id in rows)
    return found
