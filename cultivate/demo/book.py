"""Writing the ledger, through its one writer, and the certificates that its moves rest on."""

from collections.abc import Sequence
from datetime import date

from cultivate import packs
from cultivate.demo.desk import Desk
from cultivate.demo.world import JOB, LIST, OPENING_ENTRY, DemoCandidacy, Step
from cultivate.domain.ledger import NO_PARK, Place
from cultivate.domain.stages import OUTSIDE, Exit, Stage
from cultivate.models import Certificate
from cultivate.services import ledger

#: moves booked at a time
CHUNK = 3000
_DOORS = {JOB: "job", LIST: "list", OPENING_ENTRY: "import"}


class Book:
    """The moves in the order in which they were recorded."""

    def __init__(self, desk: Desk) -> None:
        """Firms, transfers and candidacies must have their ids."""
        self.desk = desk

    def write_moves(self, steps: Sequence[Step]) -> None:
        """Book the steps in chunks; a step that names another one waits until that one has its id."""
        recorded_at = ledger.begin(self.desk.session)
        standing: dict[DemoCandidacy, list[tuple[Place, date]]] = {}
        chunk: list[Step] = []
        drafts: list[ledger.MoveDraft] = []

        def book() -> None:
            for step, move_id in zip(
                chunk, ledger.append(self.desk.session, drafts, recorded_at), strict=True
            ):
                step.id = move_id
            chunk.clear()
            drafts.clear()

        for step in steps:
            named = step.caused_by or step.reverses
            if len(chunk) == CHUNK or (named is not None and named.id == 0):
                book()
            chunk.append(step)
            drafts.append(self._draft(step, standing.setdefault(step.candidacy, [])))
        book()

    def _draft(self, step: Step, standing: list[tuple[Place, date]]) -> ledger.MoveDraft:
        """The booking of a step; ``standing`` are the places that stand, with the day each stage was entered."""
        source, target, since = self._way(step, standing)
        candidacy = step.candidacy
        return ledger.MoveDraft(
            candidacy_id=candidacy.id,
            track=candidacy.track,
            kind=step.kind,
            source_place=source,
            target_place=target,
            effective_on=step.on,
            stage_since=since,
            actor_id=self.desk.actor(step),
            source=_DOORS.get(step.by, "page"),
            reason=step.reason,
            evidence=_evidence(step),
            retry_year=step.retry_year,
            reverses_id=step.reverses.id if step.reverses else None,
            caused_by_id=step.caused_by.id if step.caused_by else None,
            transfer_id=step.transfer.id if step.transfer else None,
            recorded_at=step.recorded_at,
        )

    def _way(self, step: Step, standing: list[tuple[Place, date]]) -> tuple[Place, Place, date]:
        if step.reverses is not None:
            source, _ = standing.pop()
            target, since = standing[-1]
            return source, target, since
        street, park = step.candidacy.firm.spot(step.on)
        target = Place(step.to, self.desk.units[street].id, self.desk.unit_id(park) or NO_PARK)
        source = standing[-1][0] if standing else target._replace(account=OUTSIDE)
        since = standing[-1][1] if step.transfer is not None else step.on
        standing.append((target, since))
        return source, target, since

    def write_certificates(self, steps: Sequence[Step]) -> None:
        """A certificate for each entry into ``certify``, numbered within its year."""
        revoked = {step.candidacy: step for step in steps if step.to == Exit.REVOKED}
        serials: dict[tuple[str, int], int] = {}
        rows = []
        for step in steps:
            if step.to != Stage.CERTIFY or step.issued_on is None:
                continue
            candidacy = step.candidacy
            key = (candidacy.track, step.issued_on.year)
            serials[key] = serials.get(key, 0) + 1
            row = {
                "candidacy_id": candidacy.id,
                "firm_id": candidacy.firm.id,
                "track": candidacy.track,
                "number": _number(*key, serials[key]),
                "issued_on": step.issued_on,
                "counts_from": step.on,
                "valid_through": packs.track(candidacy.track).valid_through(step.issued_on),
                "move_id": step.id,
                "created_at": step.recorded_at,
                "status": "valid",
                "revoked_on": None,
                "revoked_reason": None,
            }
            if end := revoked.get(candidacy):
                row |= {"status": "revoked", "revoked_on": end.on, "revoked_reason": end.reason}
            rows.append(row)
        self.desk.write(Certificate, rows)


def _evidence(step: Step) -> str | None:
    if step.by != LIST or step.issued_on is None:
        return None
    year = step.issued_on.year
    return (
        f"{year}年度浙江省高新技术企业备案名单"
        if step.candidacy.track == "hnte"
        else f"{year}年度浙江省科技型中小企业名单"
    )


def _number(track: str, year: int, serial: int) -> str:
    return f"GR{year}339{serial:05d}" if track == "hnte" else f"{year}3301059{serial:05d}"
