"""Writing the district to an empty database, in one transaction: the ledger by its writer, the rest in bulk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.demo import care, recording
from cultivate.demo.course import FULL_SIZE
from cultivate.demo.facts import FactBook
from cultivate.demo.people import Staff, people
from cultivate.demo.process import simulate
from cultivate.demo.promises import street_targets
from cultivate.demo.world import CASEWORKER, JOB, LIST, OPENING_ENTRY, DemoCandidacy, DemoFirm, Step, World
from cultivate.domain import firm_names, search_text
from cultivate.domain.ledger import NO_PARK, Place
from cultivate.domain.stages import OUTSIDE, Exit, Stage
from cultivate.models import (
    Candidacy,
    Certificate,
    Firm,
    FirmName,
    FirmYear,
    Proposal,
    ServiceRecord,
    Target,
    Transfer,
    User,
    user_unit,
)
from cultivate.queries import units
from cultivate.services import installation, ledger

#: moves booked at a time
CHUNK = 3000
#: one statement for rows with and without empty columns
_ONE_BATCH = {"render_nulls": True}
Say = Callable[[str], None]
_DOORS = {JOB: "job", LIST: "list", OPENING_ENTRY: "import"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was written."""

    firms: int
    candidacies: int
    moves: int
    services: int


def is_empty(session: Session) -> bool:
    """Whether nobody and no firm is in the database yet; units and plan may be."""
    return (
        session.scalar(select(User.id).limit(1)) is None and session.scalar(select(Firm.id).limit(1)) is None
    )


def load(
    session: Session, *, size: int = FULL_SIZE, seed: int, today: date, password_hash: str, say: Say
) -> Loaded:
    """Make the district up and write it. The caller commits."""
    installation.load_plan(session, installation.DEFAULT_PLAN)
    say("making up the district")
    world = simulate(size, seed, today)
    recording.record(world, today)
    loader = Loader(session, world, today, seed)
    loader.write_people(password_hash)
    say(f"{len(world.firms)} firms")
    loader.write_firms()
    loader.write_transfers()
    loader.write_candidacies()
    steps = sorted((step for one in world.candidacies for step in one.steps), key=_order)
    say(f"{len(steps)} moves")
    loader.write_moves(steps)
    say("certificates, services, targets")
    loader.write_certificates(steps)
    services = loader.write_care()
    loader.write_targets()
    return Loaded(len(world.firms), len(world.candidacies), len(steps), services)


def _order(step: Step) -> tuple[datetime, bool]:
    """As recorded; of one list, what it brought about comes last."""
    if step.recorded_at is None:
        raise AssertionError(step)
    return step.recorded_at, step.caused_by is not None


class Loader:
    """Writes one world; ids come from the database and are kept on the objects."""

    def __init__(self, session: Session, world: World, today: date, seed: int) -> None:
        """Units must be there."""
        self._session = session
        self._world = world
        self._today = today
        self._units = {unit.code: unit for unit in units.list_units(session)}
        self._facts = FactBook(
            Random(f"facts-{seed}"),  # noqa: S311 repeatable, as the process is
            today,
            {code: unit.name_zh for code, unit in self._units.items()},
        )
        self._staff = Staff({})

    def _insert(self, model: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
        """Insert rows and return their ids, in order."""
        if not rows:
            return []
        statement = (
            insert(model).returning(model.id, sort_by_parameter_order=True).execution_options(**_ONE_BATCH)
        )
        return list(self._session.scalars(statement, rows))

    def _insert_plain(self, model: Any, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self._session.execute(insert(model).execution_options(**_ONE_BATCH), rows)

    def write_people(self, password_hash: str) -> None:
        """Accounts; all have the demonstration's password.

        They are made on the Monday before the week's letters are due: the scheduler makes good what was missed
        since there were accounts, which is then the letters of one week and not of five years.
        """
        monday = self._today - timedelta(days=self._today.weekday())
        everybody = people(list(self._units.values()))
        ids = self._insert(
            User,
            [
                {
                    "username": person.username,
                    "display_name": person.display_name,
                    "role": str(person.role),
                    "email": person.email,
                    "password_hash": password_hash,
                    "created_at": clock.at(monday, time(8)),
                }
                for person in everybody
            ],
        )
        by_id = dict(zip(ids, everybody, strict=True))
        self._session.execute(
            insert(user_unit),
            [
                {"user_id": user_id, "unit_id": self._units[person.unit].id}
                for user_id, person in by_id.items()
                if person.unit
            ],
        )
        self._staff = Staff(by_id)

    def write_firms(self) -> None:
        """Firms in the order in which the book learned of them, with figures and former names."""
        firms = sorted(self._world.firms, key=lambda firm: (_known_at(firm), firm.number))
        facts = [self._facts.of(firm) for firm in firms]
        rows = [
            self._firm_row(firm, one.columns, one.former_name) for firm, one in zip(firms, facts, strict=True)
        ]
        for firm, firm_id in zip(firms, self._insert(Firm, rows), strict=True):
            firm.id = firm_id
        self._insert_plain(
            FirmYear,
            [
                {"firm_id": firm.id, "year": year, "sales": sales, "rd": rd}
                for firm, one in zip(firms, facts, strict=True)
                for year, (sales, rd) in one.years.items()
            ],
        )
        self._insert_plain(
            FirmName,
            [
                {
                    "firm_id": firm.id,
                    "name": name,
                    "name_key": firm_names.normalise(name),
                    "until": one.renamed_on,
                }
                for firm, one in zip(firms, facts, strict=True)
                if (name := one.former_name)
            ],
        )

    def _firm_row(self, firm: DemoFirm, columns: dict[str, Any], former: str | None) -> dict[str, Any]:
        street, park = firm.spot(self._today)
        first_street, first_park = firm.spots[0][1]
        known_at = _known_at(firm)
        return columns | {
            "name_key": firm_names.normalise(columns["name"]),
            "search_text": search_text.compose(columns["name"], [former] if former else [], columns["uscc"]),
            "street_id": self._units[street].id,
            "park_id": self._unit_id(park),
            "created_at": known_at,
            "updated_at": known_at,
            "created_by_id": self._staff.caseworker(first_street, first_park, firm.number),
        }

    def _unit_id(self, code: str | None) -> int | None:
        return self._units[code].id if code else None

    def write_transfers(self) -> None:
        """Changes of street and park; their moves are in the ledger."""
        transfers = sorted(self._world.transfers, key=lambda one: (one.recorded_at, one.firm.number))
        rows = [
            {
                "firm_id": one.firm.id,
                "from_street_id": self._unit_id(one.source[0]),
                "from_park_id": self._unit_id(one.source[1]),
                "to_street_id": self._unit_id(one.target[0]),
                "to_park_id": self._unit_id(one.target[1]),
                "effective_on": one.on,
                "reason": one.reason,
                "actor_id": self._staff.bureau(one.firm.number),
                "recorded_at": one.recorded_at,
            }
            for one in transfers
        ]
        for one, transfer_id in zip(transfers, self._insert(Transfer, rows), strict=True):
            one.id = transfer_id

    def write_candidacies(self) -> None:
        """All candidacies, still outside: the ledger's writer sets where they stand.

        By cycle: a renewal names the candidacy that it renews, which must be there before it.
        """
        for cycle in sorted({one.cycle for one in self._world.candidacies}):
            chosen = [one for one in self._world.candidacies if one.cycle == cycle]
            chosen.sort(key=lambda one: (_order(one.steps[0])[0], one.firm.number))
            rows = [self._candidacy_row(one) for one in chosen]
            for one, candidacy_id in zip(chosen, self._insert(Candidacy, rows), strict=True):
                one.id = candidacy_id

    def _candidacy_row(self, candidacy: DemoCandidacy) -> dict[str, Any]:
        street, park = candidacy.firm.spot(self._today)
        retry = [step.retry_year for step in candidacy.steps if step.retry_year is not None]
        return {
            "version": 0,
            "firm_id": candidacy.firm.id,
            "track": candidacy.track,
            "cycle": candidacy.cycle,
            "stage": OUTSIDE,
            "stage_since": candidacy.steps[0].on,
            "street_id": self._unit_id(street),
            "park_id": self._unit_id(park),
            "renews_id": candidacy.renews.id if candidacy.renews else None,
            "in_charge_id": self._staff.caseworker(street, park, candidacy.firm.number),
            "retry_year": retry[-1] if retry else None,
            "created_at": candidacy.steps[0].recorded_at,
        }

    def write_moves(self, steps: Sequence[Step]) -> None:
        """Book the steps in chunks; a step that names another one waits until that one has its id."""
        recorded_at = ledger.begin(self._session)
        standing: dict[DemoCandidacy, list[tuple[Place, date]]] = {}
        chunk: list[Step] = []
        drafts: list[ledger.MoveDraft] = []

        def book() -> None:
            for step, move_id in zip(chunk, ledger.append(self._session, drafts, recorded_at), strict=True):
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
            actor_id=self._actor(step),
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
        target = Place(step.to, self._units[street].id, self._unit_id(park) or NO_PARK)
        source = standing[-1][0] if standing else target._replace(account=OUTSIDE)
        since = standing[-1][1] if step.transfer is not None else step.on
        standing.append((target, since))
        return source, target, since

    def _actor(self, step: Step) -> int | None:
        if step.by == JOB:
            return None
        if step.by == CASEWORKER:
            return self._staff.caseworker(*step.candidacy.firm.spot(step.on), step.candidacy.firm.number)
        return self._staff.bureau(step.candidacy.firm.number if step.by not in (LIST, OPENING_ENTRY) else 0)

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
        self._insert_plain(Certificate, rows)

    def write_care(self) -> int:
        """Service records and proposals; returns how many records."""
        services = care.services(self._world, self._today)
        self._insert_plain(
            ServiceRecord,
            [
                {
                    "candidacy_id": one.candidacy.id,
                    "kind": one.kind,
                    "on": one.on,
                    "note": one.note,
                    "follow_up_on": one.follow_up_on,
                    "followed_up_at": one.followed_up_at,
                    "by_id": self._caseworker(one.candidacy, one.on),
                    "recorded_at": one.recorded_at,
                }
                for one in services
            ],
        )
        asked = care.proposals(self._world, {id(one.candidacy) for one in services}, self._today)
        self._insert_plain(
            Proposal,
            [
                {
                    "candidacy_id": one.candidacy.id,
                    "to": one.to,
                    "reason": one.reason,
                    "proposed_by_id": self._caseworker(one.candidacy, clock.day_of(one.proposed_at)),
                    "proposed_at": one.proposed_at,
                    "status": "waiting" if one.step is None else "accepted",
                    "decided_by_id": None if one.step is None else self._actor(one.step),
                    "decided_at": None if one.step is None else one.step.recorded_at,
                    "answer": None,
                }
                for one in asked
            ],
        )
        return len(services)

    def _caseworker(self, candidacy: DemoCandidacy, day: date) -> int:
        return self._staff.caseworker(*candidacy.firm.spot(day), candidacy.firm.number)

    def write_targets(self) -> None:
        """The district's promises handed down to the streets."""
        self._insert_plain(Target, street_targets(self._session, self._world, self._units))


def _known_at(firm: DemoFirm) -> datetime:
    first = min((_order(one.steps[0])[0] for one in firm.candidacies), default=None)
    return clock.at(firm.known_on, time(10, 40)) if first is None else first - timedelta(minutes=2)


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
