"""One act on many rows of a list. Each goes through the service that the single act goes through.

All in one transaction, each row behind a savepoint of its own: what passes is done, what is refused leaves
nothing behind and is named with every reason. What was done is kept with the key that the form carried, so that
a second click acts once, the summary can be read again, and the whole can be taken back at once.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from cultivate import clock
from cultivate.domain import tag_names
from cultivate.domain.actor import Actor
from cultivate.domain.moves import DECIDED_EXITS
from cultivate.domain.permissions import Act
from cultivate.domain.stages import Stage
from cultivate.errors import N_, Conflict, CultivateError, Invalid
from cultivate.i18n import _
from cultivate.models import Candidacy
from cultivate.queries import bulk_results, candidacies, readiness
from cultivate.queries.picked import Item
from cultivate.queries.readiness import Readiness
from cultivate.services import (
    audit,
    batch_acts,
    idempotency,
    ledger,
    proposals,
    reversals,
    service_records,
    service_rounds,
    stages,
    tags,
)
from cultivate.services.reversals import UNDO_SECONDS, UNDO_SLACK_SECONDS
from cultivate.services.service_rounds import Round
from cultivate.services.stages import MoveRequest

#: more at once would hold the ledger's lock too long; a list is narrowed instead
MOST = 2000
#: stages and ways out that many can go at once; a certificate has a number of its own
TARGETS = (Stage.SERVE, Stage.RECOMMEND, *sorted(DECIDED_EXITS))


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAct:
    """What is done to each row: a key of ``_ONE``."""

    kind: str
    to: str = ""
    effective_on: date | None = None
    reason: str = ""
    override_reason: str | None = None
    retry_year: int | None = None
    batch_id: int | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    user_id: int | None = None
    tag: str = ""
    track: str = ""
    round: Round | None = None
    round_id: int | None = None
    ready: Mapping[int, Readiness] = field(default_factory=dict, repr=False)
    """By candidacy, what the policy says of its firm: asked for once for all rows, not one by one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The form that was sent: its key, which rows it named, and the list that it leads back to."""

    key: str
    text: str
    back: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A row that passed, with what taking it back needs."""

    item: Item
    undo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that did not, with every reason."""

    item: Item
    error: CultivateError

    @property
    def reasons(self) -> list[CultivateError]:
        """All reasons of a refused move, else the one."""
        return list(getattr(self.error, "reasons", None) or [self.error])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows; the two lists together are the rows, in their order."""

    done: list[Done]
    refused: list[RefusedRow]
    round_id: int | None = None


def run(session: Session, actor: Actor, act: BulkAct, items: Sequence[Item]) -> Outcome:
    """Do it to each row; ``Invalid`` where nothing can be begun at all, ``Forbidden`` where the role may not."""
    one = _ONE.get(act.kind)
    if one is None:
        raise Invalid(N_("There is no such act."), field="action", code="no-such-act")
    actor.require(one.act)
    _check(act, items)
    if one.books:
        ledger.begin(session)  # once and outside the savepoints: a row that is refused must not let it go
    if act.kind == "move" and act.to == Stage.RECOMMEND:
        ways = [item.candidacy_id for item in items if item.candidacy_id is not None]
        act = replace(act, ready=readiness.of_ways(session, ways, act.effective_on or clock.today()))
    if act.round is not None:
        return _hold_round(session, actor, act, act.round, items)
    return _each(session, items, lambda item: one.do(session, actor, act, item))


def _hold_round(session: Session, actor: Actor, act: BulkAct, said: Round, items: Sequence[Item]) -> Outcome:
    """The occasion, then its firms; one at which nobody was is none."""
    round_id = service_rounds.begin(session, actor, said)
    act = replace(act, round_id=round_id)
    outcome = _each(session, items, lambda item: _serve(session, actor, act, item))
    if outcome.done:
        return replace(outcome, round_id=round_id)
    service_rounds.drop(session, round_id)
    return outcome


def _check(act: BulkAct, items: Sequence[Item]) -> None:
    if not items:
        raise Invalid(N_("Select at least one firm."), field="rows", code="nothing-selected")
    if len(items) > MOST:
        raise Invalid(
            N_("At most %(most)s firms at once. Narrow the list by a filter."),
            field="rows",
            code="too-many",
            most=MOST,
        )
    if act.kind == "move" and act.to == Stage.CERTIFY:
        raise Invalid(
            N_(
                "Each certificate has a number of its own: record it at the firm, or import the official list."
            ),
            field="to",
            code="certificate-missing",
        )
    if act.kind in {"tag", "untag"}:
        tag_names.clean(act.tag)
    if act.kind == "assign" and act.user_id is None:
        raise Invalid(N_("Choose somebody."), field="user", code="user-missing")


def _each(session: Session, items: Iterable[Item], do: Callable[[Item], dict[str, Any]]) -> Outcome:
    outcome = Outcome([], [])
    for item in items:
        try:
            with session.begin_nested():
                undo = do(item)
                session.flush()
        except StaleDataError:
            outcome.refused.append(RefusedRow(item, Conflict(_CHANGED)))
        except CultivateError as error:
            outcome.refused.append(RefusedRow(item, error))
        else:
            outcome.done.append(Done(item, undo))
    return outcome


_CHANGED = N_("Somebody else moved this firm in the meantime. Look at where it stands now.")


def _way(session: Session, actor: Actor, item: Item) -> int:
    """The row's candidacy; a firm outside the scope is not there, one without a candidacy is not on the track."""
    if item.candidacy_id is None:
        stages.firm_in_scope(session, actor, item.firm_id)
        raise Invalid(N_("The firm is not on this track."), field="track", code="not-on-track")
    return item.candidacy_id


def _move(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    request = MoveRequest(
        to=act.to,
        effective_on=act.effective_on,
        reason=act.reason or None,
        version=item.version,
        override_reason=act.override_reason,
        retry_year=act.retry_year,
        batch_id=act.batch_id,
        ready=act.ready.get(item.candidacy_id or 0),
    )
    return {"move": stages.move(session, actor, _way(session, actor, item), request)}


def _propose(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    candidacy_id = _way(session, actor, item)
    seen = candidacies.get_candidacy(session, actor.scope, candidacy_id)
    if item.version is not None and item.version != seen.version:
        raise Conflict(_CHANGED, current=seen)
    proposals.propose(session, actor, candidacy_id, act.to, act.reason, batch_id=act.batch_id)
    return {}


def _assign(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    candidacy_id = _way(session, actor, item)
    before = stages.candidacy_in_scope(session, actor, candidacy_id).in_charge_id
    stages.assign(session, actor, candidacy_id, act.user_id or 0, item.version)
    after = session.get_one(Candidacy, candidacy_id).version
    return {"before": before, "version": after}


def _tag(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    return {"tag": act.tag if tags.add(session, actor, item.firm_id, act.tag) else ""}


def _serve(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    if act.round is None or act.round_id is None:
        raise Invalid(N_("There is no such act."), field="action", code="no-such-act")
    return {"record": service_rounds.serve(session, actor, item.firm_id, act.round, act.round_id)}


def _untag(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    return {"tag": act.tag if tags.remove(session, actor, item.firm_id, act.tag) else ""}


def _open(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    made = stages.open_candidacy(
        session, actor, item.firm_id, act.track, act.effective_on, reason=act.reason or None
    )
    return {"move": candidacies.booked_moves(session, made)[0].id, "candidacy": made}


def _accept(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    batch_acts.accept(session, actor, act.batch_id, _way(session, actor, item), act.override_reason)
    return {}


def _decline(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    batch_acts.decline(session, actor, _way(session, actor, item), act.reason)
    return {}


def _hand_up(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    way = _way(session, actor, item)
    batch_acts.hand_up(session, actor, act.batch_id or 0, way, act.effective_on, act.reason)
    return {"batch": act.batch_id}


def _publicise(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    batch_acts.publicise(session, actor, act.batch_id or 0, _way(session, actor, item), act.effective_on)
    return {"batch": act.batch_id}


def _not_pass(session: Session, actor: Actor, act: BulkAct, item: Item) -> dict[str, Any]:
    request = MoveRequest(
        to=Stage.SERVE,
        effective_on=act.effective_on,
        reason=act.reason,
        version=item.version,
        retry_year=act.retry_year,
    )
    way = _way(session, actor, item)
    return {"move": batch_acts.not_pass(session, actor, act.batch_id or 0, way, request, act.scores)}


def _take_back_note(session: Session, actor: Actor, done: Done) -> None:
    batch_acts.take_back(session, actor, done.undo["batch"], _way(session, actor, done.item))


def _take_back_move(session: Session, actor: Actor, done: Done) -> None:
    reversals.take_back(session, actor, done.undo["move"], _("Taken back together, right after the bulk act"))


def _take_back_assign(session: Session, actor: Actor, done: Done) -> None:
    candidacy_id, version = _way(session, actor, done.item), done.undo["version"]
    if done.undo["before"] is None:
        stages.unassign(session, actor, candidacy_id, version)
    else:
        stages.assign(session, actor, candidacy_id, done.undo["before"], version)


def _take_back_serve(session: Session, actor: Actor, done: Done) -> None:
    reason = _("Taken back together, right after the bulk act")
    service_records.withdraw(session, actor, done.undo["record"], reason, None)


def _take_back_tag(session: Session, actor: Actor, done: Done) -> None:
    if done.undo["tag"]:
        tags.remove(session, actor, done.item.firm_id, done.undo["tag"])


def _take_back_untag(session: Session, actor: Actor, done: Done) -> None:
    if done.undo["tag"]:
        tags.add(session, actor, done.item.firm_id, done.undo["tag"])


@dataclass(frozen=True, slots=True)
class _One:
    """How one kind of act is done to one row, and taken back from it."""

    act: Act
    do: Callable[[Session, Actor, BulkAct, Item], dict[str, Any]]
    take_back: Callable[[Session, Actor, Done], None] | None = None
    books: bool = False


_ONE: dict[str, _One] = {
    "move": _One(Act.MOVE_ON, _move, _take_back_move, books=True),
    "open": _One(Act.OPEN_CANDIDACY, _open, _take_back_move, books=True),
    "propose": _One(Act.PROPOSE, _propose),
    "assign": _One(Act.ASSIGN, _assign, _take_back_assign, books=True),
    "accept": _One(Act.DECIDE, _accept, books=True),
    "decline": _One(Act.DECIDE, _decline),
    "hand_up": _One(Act.MANAGE_BATCHES, _hand_up, _take_back_note),
    "not_pass": _One(Act.DECIDE, _not_pass, _take_back_move, books=True),
    "publicise": _One(Act.MANAGE_BATCHES, _publicise, _take_back_note),
    "serve": _One(Act.RECORD_SERVICE, _serve, _take_back_serve),
    "tag": _One(Act.EDIT_FIRM, _tag, _take_back_tag),
    "untag": _One(Act.EDIT_FIRM, _untag, _take_back_untag),
}
KINDS = tuple(_ONE)
UNDOABLE = frozenset(kind for kind, one in _ONE.items() if one.take_back)


def perform(
    session: Session,
    actor: Actor,
    sent: Sent,
    act: BulkAct,
    items: Callable[[], Sequence[Item]],
) -> None:
    """``run`` once for a form's key, and keep what became of it.

    The rows are asked for after the key is claimed: a filter finds others once the first click has acted.
    """
    claimed = idempotency.claim(session, actor, bulk_results.name_of(sent.key), _digest(sent.text, repr(act)))
    if not isinstance(claimed, int):
        return
    outcome = run(session, actor, act, items())
    audit.note(
        session, actor, f"bulk-{act.kind}", "list", None, done=len(outcome.done), refused=len(outcome.refused)
    )
    idempotency.keep(session, claimed, 200, _answer(act, outcome, sent.back))
    session.flush()


def take_back(session: Session, actor: Actor, key: str) -> str:
    """Take a bulk act back, the last row first; returns the key of what became of that.

    What has gone on since stays as it is and is named. Twice is once.
    """
    kept = bulk_results.get_answer(session, actor, key)
    one = _ONE.get(kept["kind"])
    if one is None or one.take_back is None:
        raise Invalid(N_("This cannot be taken back at once."), field="key", code="not-reversible")
    undo_key = f"undo-{key}"
    claimed = idempotency.claim(session, actor, bulk_results.name_of(undo_key), _digest(key))
    if not isinstance(claimed, int):
        return undo_key
    if clock.now() > undo_until(kept) + timedelta(seconds=UNDO_SLACK_SECONDS):
        raise Invalid(
            N_("It is too late to take all back at once; take back what is wrong at each firm."),
            field="key",
            code="too-late",
        )
    actor.require(one.act)
    if one.books:
        ledger.begin(session)
    back_one = one.take_back
    rows = [Done(Item(row["firm"], row["candidacy"]), row["undo"]) for row in reversed(kept["done"])]
    by_item = {id(row.item): row for row in rows}

    def do(item: Item) -> dict[str, Any]:
        back_one(session, actor, by_item[id(item)])
        return {}

    outcome = _each(session, [row.item for row in rows], do)
    audit.note(
        session,
        actor,
        f"bulk-undo-{kept['kind']}",
        "list",
        None,
        done=len(outcome.done),
        refused=len(outcome.refused),
    )
    idempotency.keep(
        session, claimed, 200, _answer(BulkAct(kind="undo", to=kept["kind"]), outcome, kept["back"])
    )
    session.flush()
    return undo_key


def undo_until(kept: dict[str, Any]) -> datetime:
    """Until when the whole can be taken back."""
    return datetime.fromisoformat(kept["at"]) + timedelta(seconds=UNDO_SECONDS)


def _answer(act: BulkAct, outcome: Outcome, back: str) -> dict[str, Any]:
    return {
        "kind": act.kind,
        "to": act.to,
        "tag": act.tag,
        "track": act.track,
        "user": act.user_id,
        "back": back,
        "round": outcome.round_id,
        "at": clock.now().isoformat(),
        "done": [
            {"firm": row.item.firm_id, "candidacy": row.item.candidacy_id, "undo": row.undo}
            for row in outcome.done
        ],
        "refused": [
            {
                "firm": row.item.firm_id,
                "candidacy": row.item.candidacy_id,
                "reasons": [_reason(reason) for reason in row.reasons],
            }
            for row in outcome.refused
        ],
    }


def _reason(error: CultivateError) -> dict[str, Any]:
    params = {
        name: value if isinstance(value, int | str) else str(value) for name, value in error.params.items()
    }
    return {"code": error.problem, "msgid": error.msgid, "params": params, "field": error.field}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
