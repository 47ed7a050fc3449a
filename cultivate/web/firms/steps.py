"""A firm's tracks as the page shows them: where it stands, the one step that comes next, what is in its way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.moves import DECIDED_EXITS, required_act
from cultivate.domain.permissions import Act
from cultivate.domain.stages import NEXT, OPEN_STAGES, STAGES, Exit, Stage
from cultivate.errors import CultivateError, Invalid
from cultivate.i18n import _, say
from cultivate.queries import application_batches, batch_entries
from cultivate.queries.candidacies import CandidacyRow, MoveRow
from cultivate.queries.firm_timeline import CertificateRow, ProposalRow
from cultivate.queries.firms import FirmDetail
from cultivate.services import stages
from cultivate.web.firms import labels
from cultivate.web.request import db


@dataclass(frozen=True, slots=True)
class Link:
    """Words and where they lead; ``posts`` where it writes at once."""

    label: str
    href: str
    posts: bool = False


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a step cannot be taken, and where that is mended."""

    message: str
    mend: Link | None


@dataclass(frozen=True, slots=True)
class Way:
    """One candidacy on the page."""

    id: int
    version: int
    stage: str
    cycle: int
    days: int
    since: date
    in_charge: str | None
    retry_year: int | None
    step: int
    """Which of the four steps it stands at, from 1; 0 where it has left."""
    next: Link | None
    with_form: Link | None
    """The same step with a day and a reason, where ``next`` takes it at once."""
    obstacles: tuple[Obstacle, ...]
    others: tuple[Link, ...]
    proposals: tuple[ProposalRow, ...]
    certificate: CertificateRow | None
    batch: Link | None
    """Of who is put forward: the application batch, with how far the papers are."""


@dataclass(frozen=True, slots=True)
class TrackPanel:
    """A track of the firm: its live candidacies, and how many lie behind them."""

    track: str
    ways: tuple[Way, ...]
    left: CandidacyRow | None
    """The last candidacy, where none is live."""
    open: Link | None


@dataclass(frozen=True, slots=True)
class Record:
    """What the panels are made from; read once for the whole page."""

    firm: FirmDetail
    moves: Sequence[MoveRow]
    certificates: Sequence[CertificateRow]
    proposals: Sequence[ProposalRow]


def panels(actor: Actor, record: Record) -> list[TrackPanel]:
    """One panel a track, in the order of the tracks."""
    return [_panel(actor, record, track) for track in packs.tracks()]


def _panel(actor: Actor, record: Record, track: str) -> TrackPanel:
    found = [row for row in record.firm.candidacies if row.track == track]
    live = [row for row in found if row.stage in STAGES]
    can_open = not live and actor.may(Act.OPEN_CANDIDACY)
    href = url_for("firms.open_track", firm_id=record.firm.id, track=track)
    return TrackPanel(
        track=track,
        ways=tuple(_way(actor, record, row) for row in live),
        left=found[-1] if found and not live else None,
        open=Link(_("Start anew") if found else _("Start cultivating"), href, posts=True)
        if can_open
        else None,
    )


def _way(actor: Actor, record: Record, row: CandidacyRow) -> Way:
    target = NEXT.get(row.stage)
    refused = stages.refusals(db(), actor, row.id, target) if target and actor.may(Act.PROPOSE) else []
    waiting = tuple(
        each for each in record.proposals if each.candidacy_id == row.id and each.status == "waiting"
    )
    following, with_form = _next(
        actor, row, target, refused, proposed=any(each.to == target for each in waiting)
    )
    obstacles = [each for each in refused if each.problem not in {"propose-instead", "forbidden"}]
    return Way(
        id=row.id,
        version=row.version,
        stage=row.stage,
        cycle=row.cycle,
        days=(clock.today() - row.stage_since).days,
        since=row.stage_since,
        in_charge=row.in_charge,
        retry_year=_retry_year(row),
        step=STAGES.index(row.stage) + 1,
        next=following,
        with_form=with_form,
        obstacles=tuple(
            Obstacle(say(each), mend(record.firm.id, row.id, row.track, each)) for each in obstacles
        ),
        others=tuple(_others(actor, record, row, obstacles)),
        proposals=waiting,
        certificate=_certificate(record, row),
        batch=_batch(actor, row),
    )


def _batch(actor: Actor, row: CandidacyRow) -> Link | None:
    if row.stage != Stage.RECOMMEND:
        return None
    entry = next(iter(batch_entries.list_of_candidacy(db(), actor.scope, row.id)), None)
    if entry is None:
        return None
    papers = batch_entries.papers_of(db(), [entry.id])[entry.id]
    count = f" · {_('Papers')} {papers.done}/{papers.all}" if papers.all else ""
    return Link(
        application_batches.get_batch(db(), entry.batch_id).title + count,
        url_for("batches.entry", application_batch_id=entry.batch_id, entry_id=entry.id),
    )


def _next(
    actor: Actor, row: CandidacyRow, target: str | None, refused: Sequence[Invalid], *, proposed: bool
) -> tuple[Link | None, Link | None]:
    """The one button, and the same step by a form; none where something is in its way."""
    if target is None or not actor.may(Act.PROPOSE):
        return None, None
    if any(each.problem == "propose-instead" for each in refused):
        # a batch that is not open yet keeps nobody from proposing: the bureau opens it before it accepts
        in_the_way = [each for each in refused if each.problem not in {"propose-instead", "no-open-batch"}]
        if in_the_way or proposed or target not in labels.PROPOSALS:
            return None, None
        return Link(
            _(labels.PROPOSALS[target]), url_for("firms.propose", candidacy_id=row.id, to=target)
        ), None
    if refused:
        return None, None
    form = url_for("firms.move", candidacy_id=row.id, to=target)
    if target == Stage.CERTIFY:
        return Link(labels.move(row.stage, target), form), None
    return Link(labels.move(row.stage, target), form, posts=True), Link(
        _("With another day or a reason"), form
    )


def mend(firm_id: int, candidacy_id: int, track: str, problem: CultivateError) -> Link | None:
    """Where the obstacle is mended."""
    if problem.problem == "credit-code-missing":
        return Link(_("Add the code"), url_for("firms.edit", firm_id=firm_id) + "#uscc")
    if problem.problem == "nobody-in-charge":
        return Link(_("I take charge"), url_for("firms.take_charge", candidacy_id=candidacy_id), posts=True)
    if problem.problem == "no-service-record":
        return Link(
            _("Record a service"), url_for("firms.new_service", firm_id=firm_id, candidacy=candidacy_id)
        )
    if problem.problem == "assessment-not-met":
        return Link(_("See what is missing"), url_for("firms.show", firm_id=firm_id) + f"#gap-{track}")
    if problem.problem == "no-open-batch":
        return Link(_("See the batches"), url_for("batches.index", track=track))
    return None


def _others(actor: Actor, record: Record, row: CandidacyRow, obstacles: Sequence[Invalid]) -> Iterator[Link]:
    """What can be done besides, tucked away: round the conditions, back, out, in charge, undo."""
    if obstacles and row.stage == Stage.SERVE and actor.may(Act.OVERRIDE):
        yield Link(
            _("Recommend all the same"), url_for("firms.move", candidacy_id=row.id, to=Stage.RECOMMEND)
        )
    if row.stage == Stage.RECOMMEND and actor.may(Act.DECIDE):
        yield Link(
            labels.move(row.stage, Stage.SERVE), url_for("firms.move", candidacy_id=row.id, to=Stage.SERVE)
        )
    yield from _ways_out(actor, row)
    if actor.may(Act.ASSIGN) and row.in_charge_id != actor.user_id and actor.user_id is not None:
        yield Link(_("I take charge"), url_for("firms.take_charge", candidacy_id=row.id), posts=True)
    certificate = _certificate(record, row)
    if certificate is not None and certificate.status == "valid" and actor.may(Act.REVOKE_CERTIFICATE):
        yield Link(_("Record the revocation"), url_for("certificates.revoke", certificate_id=certificate.id))
    last = last_standing(record.moves, row.id)
    if last is not None and may_reverse(actor, last):
        yield Link(_("Take the last move back"), url_for("firms.reverse", move_id=last.id))


def _ways_out(actor: Actor, row: CandidacyRow) -> Iterator[Link]:
    for way in (each for each in Exit if each in DECIDED_EXITS):
        if actor.may(Act.DECIDE):
            yield Link(labels.move(row.stage, way), url_for("firms.move", candidacy_id=row.id, to=way))
        elif actor.may(Act.PROPOSE):
            yield Link(_(labels.PROPOSALS[way]), url_for("firms.propose", candidacy_id=row.id, to=way))


def _retry_year(row: CandidacyRow) -> int | None:
    """While it still lies ahead or is on; a year that has gone says nothing any more."""
    ahead = row.retry_year is not None and row.retry_year >= clock.today().year
    return row.retry_year if ahead and row.stage in OPEN_STAGES else None


def _certificate(record: Record, row: CandidacyRow) -> CertificateRow | None:
    own = (each for each in record.certificates if each.candidacy_id == row.id and each.status != "void")
    return next(own, None)


def last_standing(moves: Sequence[MoveRow], candidacy_id: int) -> MoveRow | None:
    """The last move of a candidacy that stands: the one that may be taken back."""
    standing = [
        move
        for move in moves
        if move.candidacy_id == candidacy_id and move.reverses_id is None and move.reversed_by_id is None
    ]
    return standing[-1] if standing else None


def may_reverse(actor: Actor, move: MoveRow) -> bool:
    """Whether the button makes sense: the bureau any, a caseworker their own; the service has the last word."""
    if move.caused_by_id is not None:
        return False
    if actor.may(Act.REVERSE_ANY):
        return True
    own = actor.user_id is not None and move.actor_id == actor.user_id
    return own and actor.may(Act.REVERSE_OWN) and actor.may(required_act(move.source, move.target))
