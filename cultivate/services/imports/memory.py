"""What earlier imports know that bears on a list: decisions of people, and whose certificate numbers are whose."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.list_memory import asked_key
from cultivate.models import Certificate, Firm, ImportBatch
from cultivate.queries.list_decisions import remembered_rows
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.resolve_list import Decision, usable


def decisions(session: Session, track: str) -> dict[str, Decision]:
    """The last decision for each normalised name on a track; an import that was undone has none to give."""
    rows = session.execute(remembered_rows().where(ImportBatch.track == track))
    found: dict[str, Decision] = {}
    for _, _, kind, _, _, values, decision, firm_id, *_ in rows:
        kept = usable(decision, firm_id)
        if kept is not None:
            found[asked_key(kind, values)] = kept
    return found


def ever_holders(session: Session, track: str, numbers: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Living firms by certificate number, for every number that was ever recorded and not taken back."""
    found: dict[str, list[int]] = defaultdict(list)
    for part in chunks(sorted(set(numbers) - {""})):
        rows = session.execute(
            select(Certificate.number, Certificate.firm_id)
            .join(Firm, Firm.id == Certificate.firm_id)
            .where(
                Certificate.track == track,
                Certificate.number.in_(part),
                Certificate.status != "void",
                Firm.deleted_at.is_(None),
            )
            .order_by(Certificate.firm_id)
            .distinct()
        )
        for number, firm_id in rows:
            found[number].append(firm_id)
    return {number: tuple(dict.fromkeys(firms)) for number, firms in found.items()}


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
