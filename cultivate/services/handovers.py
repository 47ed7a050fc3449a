"""Handing over what a person has in charge, all or a part, to one person or shared out evenly over several.

Looked at before it is done, done in one transaction, and taken back as long as the firms are still with those who
got them. Whoever changes who is in charge holds the ledger's lock, as whoever moves a candidacy does: two
people who hand over the same firms follow one another, and the second sees what the first has done.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.many import among
from cultivate.domain import handover as sharing
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.scope import Scope
from cultivate.errors import N_, Conflict, Invalid
from cultivate.i18n import _
from cultivate.models import AuditEvent, Candidacy, Handover
from cultivate.queries import handovers as queries
from cultivate.queries import people as loads
from cultivate.queries import users
from cultivate.queries.handovers import HandedRow, HeldRow, Part
from cultivate.services import audit, in_charge, ledger, work_along
from cultivate.services.work_along import Given, Taken

#: more at once would hold the ledger's lock too long; a part is handed over instead
MOST = 5000
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A candidacy, and who would take it."""

    row: HeldRow
    to_id: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a hand-over would do, now."""

    giver_id: int
    lines: list[Line]
    refused: list[HeldRow]
    """None of the receivers works for their street or park."""
    outside: Mapping[int, int]
    """By street, how many lie outside the scope of who hands over: theirs to hand over who works there."""
    along: list[Taken]

    @property
    def mark(self) -> str:
        """The same for the same plan: what was looked at is what is done, or nobody does it."""
        said = [(line.row.candidacy_id, line.row.version, line.to_id) for line in self.lines]
        things = [(thing.kind, thing.id) for thing in self.along]
        return hashlib.sha256(repr((self.giver_id, sorted(said), things)).encode()).hexdigest()[:32]

    def share(self, user_id: int) -> Counter[tuple[str, str]]:
        """How many of each track and stage somebody would get."""
        return Counter((line.row.track, line.row.stage) for line in self.lines if line.to_id == user_id)

    @property
    def counts_along(self) -> Counter[str]:
        """How many things of each kind go along."""
        return Counter(thing.kind for thing in self.along)


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of taking a hand-over back; ``left`` has changed hands since and stays."""

    back: list[HandedRow]
    left: list[HandedRow]


def plan(session: Session, actor: Actor, giver_id: int, part: Part, to_ids: Sequence[int]) -> Plan:
    """What handing over would do; writes nothing. ``Invalid`` on ``to`` where somebody cannot take anything."""
    actor.require(Act.ASSIGN)
    loads.get_person(session, actor.scope, giver_id)
    reach = _receivers(session, giver_id, to_ids)
    rows = queries.list_held(session, actor.scope, giver_id, part, MOST + 1)
    if len(rows) > MOST:
        raise Invalid(
            N_("At most %(most)s at once. Choose a track, a stage or a street."), code="too-many", most=MOST
        )
    able: dict[int, list[int]] = {}
    for row in rows:
        here = [user_id for user_id, scope in reach.items() if scope.holds(row.street_id, row.park_id)]
        able[row.firm_id] = [each for each in able.get(row.firm_id, here) if each in here]
    taker = sharing.share(able)
    lines = [Line(row, taker[row.firm_id]) for row in rows if row.firm_id in taker]
    given = Given(giver_id, {line.row.candidacy_id: line.row.firm_id for line in lines})
    return Plan(
        giver_id,
        lines,
        [row for row in rows if row.firm_id not in taker],
        queries.count_outside(session, actor.scope, giver_id, part),
        work_along.find(session, given),
    )


def hand_over(
    session: Session,
    actor: Actor,
    giver_id: int,
    part: Part,
    to_ids: Sequence[int],
    reason: str,
    mark: str | None = None,
) -> tuple[int, Plan]:
    """Do it; returns the hand-over's id and what was done.

    ``mark`` is that of the plan that was looked at: where it is another by now, somebody was faster and nothing
    is done (``Conflict``). What nobody may take stays where it is and is in the plan.
    """
    actor.require(Act.ASSIGN)
    ledger.begin(session)
    made = plan(session, actor, giver_id, part, to_ids)
    if mark is not None and mark != made.mark:
        raise Conflict(
            N_("Somebody else changed what is to be handed over in the meantime. Look at it again.")
        )
    text = _reason(reason)
    if not made.lines:
        raise Invalid(N_("There is nothing that these people could take over."), code="nothing-to-hand-over")
    row = Handover(from_id=giver_id, by_id=actor.user_id, at=clock.now(), reason=text)
    session.add(row)
    session.flush()
    _put(session, actor, {line.row.candidacy_id: line.to_id for line in made.lines}, text, row.id)
    to = {line.row.firm_id: line.to_id for line in made.lines}
    work_along.give(session, actor, made.along, to, row.id)
    audit.note(
        session,
        actor,
        _GAVE,
        _SUBJECT,
        row.id,
        giver=giver_id,
        lines=len(made.lines),
        along=[asdict(thing) for thing in made.along],
    )
    session.flush()
    return row.id, made


def undo(session: Session, actor: Actor, handover_id: int) -> Undone:
    """Give back what is still with those who got it, as it was, even to somebody who works here no more.

    Whoever did it may, and who may reverse what others did. What changed hands since stays and is named.
    """
    ledger.begin(session)
    queries.get_handover(session, actor.scope, handover_id)
    row = session.get_one(Handover, handover_id, populate_existing=True)
    actor.require(Act.ASSIGN if row.by_id == actor.user_id else Act.REVERSE_ANY)
    if row.undone_at is not None:
        raise Conflict(N_("This hand-over has been taken back already."))
    lines = queries.list_lines(session, actor.scope, handover_id)
    done = Undone([line for line in lines if line.stays], [line for line in lines if not line.stays])
    if not done.back:
        raise Invalid(
            N_("None of these firms is with those who got them any more; there is nothing to take back."),
            code="nothing-to-take-back",
        )
    reason = _("Hand-over taken back")
    _put(session, actor, {line.candidacy_id: row.from_id for line in done.back}, reason, row.id)
    frm = {line.firm_id: line.to_id for line in done.back}
    work_along.give_back(session, actor, _taken(session, row.id), frm, row.id)
    row.undone_at, row.undone_by_id = clock.now(), actor.user_id
    audit.note(session, actor, "undo", _SUBJECT, row.id, lines=len(done.back), left=len(done.left))
    session.flush()
    return done


_SUBJECT, _GAVE = "handover", "hand-over"


def _receivers(session: Session, giver_id: int, to_ids: Sequence[int]) -> dict[int, Scope]:
    """Who takes over, with what each of them can act on."""
    if not to_ids:
        raise Invalid(N_("Choose at least one person."), field="to", code="user-missing")
    found = users.scopes_of_workers(session, to_ids)
    if set(to_ids) - set(found) or giver_id in to_ids:
        raise Invalid(
            N_("Choose people who work here and can be put in charge, others than who hands over."),
            field="to",
            code="works-elsewhere",
        )
    return found


def _put(session: Session, actor: Actor, to: Mapping[int, int], reason: str, handover_id: int) -> None:
    """Put each candidacy in somebody's charge."""
    rows = session.scalars(
        select(Candidacy)
        .where(among(session, Candidacy.id, to))
        .order_by(Candidacy.id)
        .execution_options(populate_existing=True)
    )
    for row in rows.all():
        before = row.in_charge_id
        in_charge.put(session, actor, row, to[row.id], reason=reason, handover_id=handover_id)
        row.version += 1
        audit.note(
            session,
            actor,
            "assign",
            "candidacy",
            row.id,
            before=before,
            after=to[row.id],
            handover=handover_id,
        )
    session.flush()


def _reason(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(N_("A reason is needed."), field="reason", code="reason-missing")
    if len(said) > LONGEST_REASON:
        raise Invalid(N_("That is too long."), field="reason", code="too-long")
    return said


def _taken(session: Session, handover_id: int) -> list[Taken]:
    """What went along, as the trail of the hand-over says."""
    details = session.scalars(
        select(AuditEvent.details).where(
            AuditEvent.subject == _SUBJECT, AuditEvent.subject_id == handover_id, AuditEvent.verb == _GAVE
        )
    ).one()
    return [Taken(**thing) for thing in details["along"]]
