"""The pipeline as a board: further cards of a column, moving a card, and taking that back at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError

from cultivate.domain import list_query
from cultivate.domain.permissions import Act
from cultivate.domain.stages import LABELS, Stage
from cultivate.errors import Conflict, CultivateError, NotFound, Refused
from cultivate.i18n import _, say
from cultivate.queries import board, candidacies, units
from cultivate.queries import firms as queries
from cultivate.queries.candidacies import CandidacyRow
from cultivate.services import reversals, stages
from cultivate.services.reversals import UNDO_SECONDS
from cultivate.services.stages import MoveRequest
from cultivate.web.access import needs
from cultivate.web.firms.moves import overtaken
from cultivate.web.firms.steps import Link, mend
from cultivate.web.numbers import whole
from cultivate.web.pipeline import blueprint
from cultivate.web.pipeline.question import narrowing_asked, standing_asked
from cultivate.web.pipeline.ways import Step, form_of, parse
from cultivate.web.request import actor, db


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a step, in words, with what can be done about it."""

    words: str
    status: int = 200
    mends: Sequence[Link] = ()
    undo: int | None = None
    """The move that can be taken back at once."""

    @property
    def kind(self) -> str:
        """The kind of notice."""
        return {200: "good", 409: "warning"}.get(self.status, "bad")


def list_address(track: str) -> str:
    """The list as it is asked for, table or board."""
    query = list_query.canonical(request.args.items(multi=True))
    return url_for("pipeline.show", track=track) + (f"?{query}" if query else "")


def in_place() -> bool:
    """Whether the board asks, which shows the answer where the card is."""
    return "HX-Request" in request.headers


@blueprint.get("/pipeline/<track>/column")
@needs(Act.VIEW)
def column(track: str) -> Any:
    """The next cards of a column, behind the ``shown`` ones that stand there already."""
    asked = standing_asked(actor().scope, track)
    name = request.args.get("column", "")
    if name not in board.COLUMNS:
        raise NotFound
    if not in_place():
        return redirect(list_address(track))
    text = request.args.get("shown", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
    found = board.list_columns(db(), actor().scope, asked, narrowing_asked(), (name,), after)
    return render_template(
        "pipeline/column.html",
        asked=asked,
        column=found[0],
        units=units.by_id(db()),
        query=list_query.canonical(request.args.items(multi=True)),
    )


@blueprint.post("/pipeline/<track>/move")
@needs(Act.MOVE_ON)
def move(track: str) -> Any:
    """Take one step by the one guarded move, from card or row; a step that asks for more leads to its form."""
    step = parse(request.form.get("step", ""))
    if step is None:
        raise NotFound
    row = _on_track(track, step.candidacy_id)
    if row.version != step.version:
        return _answer(track, row.id, _conflict(row.id))
    form = form_of(actor(), row.stage, step.to)
    try:
        if form is not None:
            return _lead(row, step, form)
        made = stages.move(db(), actor(), row.id, MoveRequest(step.to, version=step.version))
    except NotFound:
        raise
    except (Conflict, StaleDataError):
        db().rollback()  # of a write that met another one nothing stays
        return _answer(track, row.id, _conflict(row.id))
    except CultivateError as error:
        return _answer(track, row.id, _refusal(row, step, error))
    words = f"{_name(row)}{_(': ')}{_(LABELS[row.stage])} → {_(LABELS[step.to])}"
    return _answer(track, row.id, Said(words, undo=made))


@blueprint.post("/pipeline/<track>/undo")
@needs(Act.REVERSE_OWN)
def undo(track: str) -> Any:
    """Take a move back that was only just made, by a counter-move."""
    moved = candidacies.get_move(db(), actor().scope, request.form.get("move", type=whole) or 0)
    row = _on_track(track, moved.candidacy_id)
    try:
        reversals.undo(db(), actor(), moved.id)
    except NotFound:
        raise
    except CultivateError as error:
        there = Link(_("Look at the firm"), url_for("firms.show", firm_id=row.firm_id))
        return _answer(track, row.id, Said(f"{_name(row)}{_(': ')}{say(error)}", 422, [there]))
    words = _("%(firm)s is back at “%(stage)s”.", firm=_name(row), stage=_(LABELS[moved.source]))
    return _answer(track, row.id, Said(words))


def _on_track(track: str, candidacy_id: int) -> CandidacyRow:
    row = candidacies.get_candidacy(db(), actor().scope, candidacy_id)
    if row.track != track:
        raise NotFound
    return row


def _name(row: CandidacyRow) -> str:
    return queries.get_firm(db(), actor().scope, row.firm_id).name


def _lead(row: CandidacyRow, step: Step, form: str) -> Any:
    """To the form of the step, and from there back to the list; not into a form that would be refused."""
    proposes = form == "firms.propose"
    passed = {"propose-instead", "no-open-batch"} if proposes else {"propose-instead"}
    refused = [
        reason for reason in stages.refusals(db(), actor(), row.id, step.to) if reason.problem not in passed
    ]
    if refused:
        raise Refused(refused)
    address = url_for(form, candidacy_id=row.id, to=step.to, next=list_address(row.track))
    if not in_place():
        return redirect(address)
    return Response("", headers={"HX-Redirect": address})


def _conflict(candidacy_id: int) -> Said:
    """What somebody else did since; a change that was no move leaves the card where it was."""
    row = candidacies.get_candidacy(db(), actor().scope, candidacy_id)
    if request.form.get("source") == row.stage:
        words = _(
            "Somebody changed this firm in the meantime. It stands where it stood; look, and move it again."
        )
    else:
        words = overtaken(row)
    there = Link(_("Look at the firm"), url_for("firms.show", firm_id=row.firm_id))
    return Said(f"{_name(row)}{_(': ')}{words}", 409, [there])


def _refusal(row: CandidacyRow, step: Step, error: CultivateError) -> Said:
    """Every condition that does not hold, and where each is mended."""
    reasons = error.reasons if isinstance(error, Refused) else [error]
    said = " ".join(
        _("Only the bureau takes this step.") if reason.problem == "propose-instead" else say(reason)
        for reason in reasons
    )
    mends = [link for reason in reasons if (link := mend(row.firm_id, row.id, row.track, reason))]
    if (row.stage, step.to) == (Stage.SERVE, Stage.RECOMMEND) and actor().may(Act.OVERRIDE):
        address = url_for("firms.move", candidacy_id=row.id, to=step.to, next=list_address(row.track))
        mends.append(Link(_("Recommend all the same"), address))
    there = Link(_("Look at the firm"), url_for("firms.show", firm_id=row.firm_id))
    return Said(f"{_name(row)}{_(': ')}{said}", 422, mends or [there])


def _answer(track: str, candidacy_id: int, said: Said) -> Any:
    """The card where it stands now, the counts and the words; without script the list with the words on top."""
    context = {"said": said, "track": track, "seconds": UNDO_SECONDS, "in_place": in_place()}
    context["query"] = list_query.canonical(request.args.items(multi=True))
    if not in_place():
        flash(Markup(render_template("pipeline/_said.html", **context)), said.kind)  # noqa: S704 escaped there
        return redirect(list_address(track))
    scope = actor().scope
    asked, narrowing = standing_asked(scope, track), narrowing_asked()
    return make_response(
        render_template(
            "pipeline/move.html",
            **context,
            asked=asked,
            candidacy_id=candidacy_id,
            found=board.find_card(db(), scope, asked, narrowing, candidacy_id),
            counts=board.count(db(), scope, asked, narrowing),
            units=units.by_id(db()),
        ),
        said.status,
    )
