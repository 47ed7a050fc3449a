"""A caseworker proposes, the bureau decides."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.domain.stages import Stage
from cultivate.errors import CultivateError, NotFound
from cultivate.i18n import _, say
from cultivate.queries import application_batches, candidacies, firm_timeline
from cultivate.queries import firms as queries
from cultivate.queries.candidacies import CandidacyRow
from cultivate.queries.firm_timeline import ProposalRow
from cultivate.services import proposals, stages
from cultivate.web.access import needs
from cultivate.web.firms import blueprint, labels
from cultivate.web.firms.forms import DecisionForm, ProposeForm
from cultivate.web.forms import apply_error
from cultivate.web.local import local_path
from cultivate.web.request import actor, db


def _asked(candidacy_id: int, to: str) -> CandidacyRow:
    if to not in labels.PROPOSALS:
        raise NotFound
    return candidacies.get_candidacy(db(), actor().scope, candidacy_id)


def _propose_form(row: CandidacyRow, to: str) -> ProposeForm:
    """With the batches that are open or to come, where there is a choice."""
    form = ProposeForm()
    offered = application_batches.to_come(db(), row.track, clock.today())
    if to == Stage.RECOMMEND and len(offered) > 1:
        form.batch_id.offer(offered)
    else:
        del form.batch_id
    return form


def _propose_page(form: ProposeForm, row: CandidacyRow, to: str) -> str:
    firm = queries.get_firm(db(), actor().scope, row.firm_id)
    title = _(labels.PROPOSALS[to])
    return render_template(
        "firms/propose.html", form=form, row=row, to=to, firm=firm, title=title, back=_back(row)
    )


def _back(row: CandidacyRow) -> str:
    """Where somebody came from, if the address says so: the board; else the firm."""
    return local_path(request.args.get("next"), url_for("firms.show", firm_id=row.firm_id))


@blueprint.get("/candidacies/<int:candidacy_id>/propose/<to>")
@needs(Act.PROPOSE)
def propose(candidacy_id: int, to: str) -> Any:
    """Ask why the bureau should decide so."""
    row = _asked(candidacy_id, to)
    return _propose_page(_propose_form(row, to), row, to)


@blueprint.post("/candidacies/<int:candidacy_id>/propose/<to>")
@needs(Act.PROPOSE)
def make_proposal(candidacy_id: int, to: str) -> Any:
    """Put it before the bureau."""
    row = _asked(candidacy_id, to)
    form = _propose_form(row, to)
    if form.validate():
        batch_id = form.batch_id.data if "batch_id" in form else None
        try:
            proposals.propose(db(), actor(), candidacy_id, to, form.reason.data, batch_id=batch_id)
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Proposed; the bureau decides."), "good")
            return redirect(_back(row))
    return _propose_page(form, row, to), 422


def _decision_form() -> DecisionForm:
    form = DecisionForm()
    form.offer()
    return form


def _decision_page(form: DecisionForm, proposal: ProposalRow) -> str:
    reasons = stages.refusals(db(), actor(), proposal.candidacy_id, proposal.to)
    if proposal.to != Stage.RECOMMEND or not reasons:
        del form.override_reason
    return render_template(
        "firms/decide.html", form=form, proposal=proposal, refused=[say(each) for each in reasons]
    )


@blueprint.get("/proposals/<int:proposal_id>")
@needs(Act.DECIDE)
def proposal(proposal_id: int) -> Any:
    """A proposal, with what stands in its way."""
    return _decision_page(_decision_form(), firm_timeline.get_proposal(db(), actor().scope, proposal_id))


@blueprint.post("/proposals/<int:proposal_id>")
@needs(Act.DECIDE)
def decide(proposal_id: int) -> Any:
    """Accept (the move is made at once) or decline."""
    found, form = firm_timeline.get_proposal(db(), actor().scope, proposal_id), _decision_form()
    if form.validate():
        accept = form.verdict.data == "accept"
        said = {"answer": form.answer.data or "", "override_reason": form.override_reason.data}
        try:
            proposals.decide(db(), actor(), proposal_id, accept=accept, **said)
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(
                _("Accepted; the move is made.") if accept else _("Declined; the street sees your answer."),
                "good",
            )
            return redirect(
                local_path(request.form.get("next"), url_for("firms.show", firm_id=found.firm_id))
            )
    return _decision_page(form, found), 422
