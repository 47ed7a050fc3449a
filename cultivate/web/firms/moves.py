"""Opening a track and moving on: forms around the one guarded move."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup

from cultivate import clock, packs
from cultivate.domain.permissions import Act
from cultivate.domain.stages import LABELS, WAYS, Exit, Stage
from cultivate.errors import Conflict, CultivateError, Invalid, NotFound
from cultivate.i18n import _, say
from cultivate.queries import application_batches, candidacies
from cultivate.queries import firms as queries
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.candidacies import CandidacyRow
from cultivate.services import stages
from cultivate.services.stages import CertificateData, MoveRequest
from cultivate.web.access import needs
from cultivate.web.filters import moment
from cultivate.web.firms import blueprint, labels
from cultivate.web.firms.forms import MoveForm, OpenForm
from cultivate.web.forms import apply_error
from cultivate.web.local import local_path
from cultivate.web.numbers import number_of
from cultivate.web.request import actor, db

_NAMES = {"certificate": "number"}


def _form(row: CandidacyRow, to: str, refused: list[Invalid]) -> MoveForm:
    """The fields that this way needs."""
    form = MoveForm()
    back = (row.stage, to) == (Stage.RECOMMEND, Stage.SERVE)
    waivable = (
        (row.stage, to) == (Stage.SERVE, Stage.RECOMMEND) and bool(refused) and actor().may(Act.OVERRIDE)
    )
    offered = _batches(row, to, waivable=waivable)
    unneeded = {
        "batch_id": not offered,
        "number": to != Stage.CERTIFY,
        "issued_on": to != Stage.CERTIFY,
        "retry_year": not back,
        "override_reason": not waivable,
    }
    for name, gone in unneeded.items():
        if gone:
            del form[name]
    if offered:
        form.batch_id.offer(offered)
    if to == Stage.CERTIFY:
        form.effective_on.description = _("the day of issue if left empty")
        form.number.flags.required = form.issued_on.flags.required = True
    if back or to in tuple(Exit):
        form.reason.flags.required = True
    if not form.is_submitted():
        form.version.data = row.version
    return form


def _batches(row: CandidacyRow, to: str, *, waivable: bool) -> Sequence[BatchRow]:
    """Where there is a choice: several that are open, or a late firm that is to be let into one all the same."""
    if (row.stage, to) != (Stage.SERVE, Stage.RECOMMEND):
        return ()
    found = application_batches.taking_in(db(), row.track, clock.today())
    if len(found) > 1 or not waivable:
        return found if len(found) > 1 else ()
    return application_batches.lately_open(db(), row.track, clock.today())


def _request(form: MoveForm, to: str) -> MoveRequest:
    number, issued_on = (form[name].data if name in form else None for name in ("number", "issued_on"))
    return MoveRequest(
        to=to,
        effective_on=form.effective_on.data,
        reason=form.reason.data,
        version=number_of(form.version.data),
        override_reason=form.override_reason.data if "override_reason" in form else None,
        retry_year=form.retry_year.data if "retry_year" in form else None,
        batch_id=form.batch_id.data if "batch_id" in form else None,
        certificate=CertificateData(number or "", issued_on) if issued_on else None,
    )


def _page(form: MoveForm, row: CandidacyRow, to: str, refused: list[Invalid]) -> str:
    return render_template(
        "firms/move.html",
        form=form,
        row=row,
        to=to,
        firm=queries.get_firm(db(), actor().scope, row.firm_id),
        title=labels.move(row.stage, to),
        refused=[say(each) for each in refused],
        back=_back(row),
    )


def _back(row: CandidacyRow) -> str:
    """Where somebody came from, if the address says so: the board; else the firm."""
    return local_path(request.args.get("next"), url_for("firms.show", firm_id=row.firm_id))


def _asked(candidacy_id: int, to: str) -> tuple[CandidacyRow, list[Invalid]]:
    row = candidacies.get_candidacy(db(), actor().scope, candidacy_id)
    if to not in labels.MOVES:
        raise NotFound
    return row, stages.refusals(db(), actor(), candidacy_id, to)


@blueprint.get("/candidacies/<int:candidacy_id>/move/<to>")
@needs(Act.MOVE_ON)
def move(candidacy_id: int, to: str) -> Any:
    """The form of a move."""
    row, refused = _asked(candidacy_id, to)
    return _page(_form(row, to, refused), row, to, refused)


@blueprint.post("/candidacies/<int:candidacy_id>/move/<to>")
@needs(Act.MOVE_ON)
def make_move(candidacy_id: int, to: str) -> Any:
    """Move; refused, the form comes back with what was typed."""
    row, refused = _asked(candidacy_id, to)
    form = _form(row, to, refused)
    status = 422
    if form.validate():
        try:
            move_id = stages.move(db(), actor(), candidacy_id, _request(form, to))
        except Conflict as error:
            if (row.stage, to) not in WAYS:
                flash(overtaken(row), "warning")
                return redirect(_back(row))
            form.form_errors.append(say(error))
            form.version.data, form.version.raw_data = row.version, None
            status = 409
        except CultivateError as error:
            apply_error(form, error, _NAMES)
        else:
            flash(undo_offer(row.stage, to, move_id), "good")
            return redirect(_back(row))
    return _page(form, row, to, refused), status


def overtaken(row: CandidacyRow) -> str:
    """Who was faster and where the firm stands now; the step that was asked for is none from there."""
    last = candidacies.moves_of(db(), actor().scope, row.id)[-1]
    return _(
        "Somebody was faster: %(who)s brought it to “%(stage)s” at %(when)s. Nothing was booked for you.",
        who=labels.who(last.actor, last.door),
        stage=_(LABELS[row.stage]),
        when=moment(last.recorded_at),
    )


def undo_offer(source: str, to: str, move_id: int) -> Markup:
    """What was done, with the way to take it back: better than asking before."""
    words = f"{_(LABELS[source])} → {_(LABELS[to])}"
    return Markup('{}{} <a href="{}">{}</a>').format(
        words, _("."), url_for("firms.reverse", move_id=move_id), _("Take it back")
    )


@blueprint.get("/firms/<int:firm_id>/tracks/<track>")
@needs(Act.OPEN_CANDIDACY)
def open_form(firm_id: int, track: str) -> Any:
    """The form for opening a track on another day."""
    firm = queries.get_firm(db(), actor().scope, firm_id)
    return render_template("firms/open_track.html", form=OpenForm(), firm=firm, track=packs.track(track))


@blueprint.post("/firms/<int:firm_id>/tracks/<track>")
@needs(Act.OPEN_CANDIDACY)
def open_track(firm_id: int, track: str) -> Any:
    """Open the firm's way through a track."""
    form = OpenForm()
    if form.validate():
        try:
            stages.open_candidacy(
                db(), actor(), firm_id, track, form.effective_on.data, reason=form.reason.data
            )
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Opened at “Discover”."), "good")
            return redirect(url_for("firms.show", firm_id=firm_id))
    firm = queries.get_firm(db(), actor().scope, firm_id)
    return render_template("firms/open_track.html", form=form, firm=firm, track=packs.track(track)), 422
