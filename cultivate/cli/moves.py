"""``cultivate move``: the one guarded move, from a terminal or a script."""

from typing import Any

import click

from cultivate import packs
from cultivate.cli.counts import Day
from cultivate.cli.edge import emit, json_option, operator, writing
from cultivate.domain.stages import EXITS, LABELS, OPEN_STAGES, STAGES, Stage
from cultivate.errors import N_, NotFound
from cultivate.i18n import _
from cultivate.queries import candidacies, firms
from cultivate.queries.candidacies import CandidacyRow
from cultivate.services import stages
from cultivate.services.stages import CertificateData, MoveRequest


@click.command("move")
@click.argument("firm")
@click.option("--track", required=True, help="Code of the track.")
@click.option(
    "--to", "target", required=True, type=click.Choice([str(account) for account in (*STAGES, *EXITS)])
)
@click.option("--on", type=Day(), help="Day on which it happened; today if not said.")
@click.option("--reason", help="Needed on the way back and out.")
@click.option("--number", help="Certificate number, to certify.")
@click.option("--issued-on", type=Day(), help="Day of issue, to certify.")
@click.option("--retry-year", type=int, help="Back to serve: the year of the next try.")
@click.option("--override-reason", help="To recommend although a condition does not hold.")
@click.option("--batch", "batch_id", type=int, help="To recommend: the application batch; else it is chosen.")
@click.option("--actor", "actor_name", help="Who does it; the installation's operator if not said.")
@json_option
def move_command(firm: str, track: str, target: str, *, as_json: bool, **said: Any) -> None:
    """Move FIRM, a credit code or an id. To ``discover`` opens the firm's next way through the track."""
    with writing(as_json=as_json) as session:
        actor = operator(session, said["actor_name"])
        firm_id = firms.find_reference(session, actor.scope, firm)
        packs.track(track)
        found = candidacies.list_of_firm(session, actor.scope, firm_id)
        on = said["on"]
        if target == Stage.DISCOVER:
            candidacy_id = stages.open_candidacy(session, actor, firm_id, track, on, reason=said["reason"])
            move_id = candidacies.moves_of(session, actor.scope, candidacy_id)[-1].id
        else:
            candidacy_id = _standing(found, track, target).id
            move_id = stages.move(session, actor, candidacy_id, _request(target, on, said))
        row = candidacies.get_candidacy(session, actor.scope, candidacy_id)
        move = candidacies.moves_of(session, actor.scope, candidacy_id)[-1]
        result = {
            "move": move_id,
            "firm": firm_id,
            "candidacy": row.id,
            "track": row.track,
            "cycle": row.cycle,
            "from": move.source,
            "to": row.stage,
            "effective_on": move.effective_on.isoformat(),
            "version": row.version,
        }
        emit(result, as_json=as_json, human=_tell)


def _request(target: str, on: Any, said: dict[str, Any]) -> MoveRequest:
    issued_on = said["issued_on"]
    return MoveRequest(
        to=target,
        effective_on=on,
        reason=said["reason"],
        override_reason=said["override_reason"],
        retry_year=said["retry_year"],
        batch_id=said["batch_id"],
        certificate=CertificateData(said["number"] or "", issued_on) if issued_on else None,
    )


def _standing(found: list[CandidacyRow], track: str, target: str) -> CandidacyRow:
    """The candidacy that is meant: the one on its way, else (for a way out) the certified one, else the last."""
    rows = [row for row in found if row.track == track]
    on_the_way = [row for row in rows if row.stage in OPEN_STAGES]
    certified = [row for row in rows if row.stage == Stage.CERTIFY]
    for choice in (on_the_way, certified, rows):
        if choice:
            return choice[-1]
    raise NotFound(
        N_("The firm is not on the track %(track)s; open it with --to discover."), track=track, target=target
    )


def _tell(result: dict[str, Any]) -> None:
    source, target = LABELS[result["from"]], LABELS[result["to"]]
    words = {"source": _(source), "target": _(target), "day": result["effective_on"]}
    click.echo(_("Moved: %(source)s → %(target)s, effective %(day)s.", **words))
