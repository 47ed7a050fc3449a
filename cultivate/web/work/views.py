"""My work: what waits for whoever reads, each row done in place."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.domain.service_kinds import KINDS
from cultivate.errors import Conflict, CultivateError, NotFound
from cultivate.extensions import settings
from cultivate.i18n import _
from cultivate.queries import units, worklist
from cultivate.services import proposals, service_records
from cultivate.web.access import needs
from cultivate.web.forms import apply_error
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db
from cultivate.web.work import blueprint
from cultivate.web.work.forms import DecisionForm

#: rows a section shows among the others; all of them on a page of its own
SHORT = 10


@blueprint.get("/work")
@needs(Act.VIEW)
def show() -> str:
    """All sections, or one of them in full."""
    return _page()


@blueprint.post("/work/proposals/<int:proposal_id>")
@needs(Act.DECIDE)
def decide(proposal_id: int) -> Response | tuple[str, int]:
    """Accept or decline; a refusal says what is missing, beside the proposal."""
    form = DecisionForm()
    accept = request.form.get("decision") == "accept"
    if form.validate():
        try:
            proposals.decide(
                db(),
                actor(),
                proposal_id,
                accept=accept,
                answer=form.answer.data or "",
                override_reason=form.override_reason.data,
            )
        except (Conflict, NotFound):
            raise
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Accepted; the move is booked.") if accept else _("Declined."), "success")
            return redirect(url_for("work.show", _anchor="proposals"))
    return _page(refused=proposal_id, form=form), 422


@blueprint.post("/work/follow-ups/<int:record_id>")
@needs(Act.RECORD_SERVICE)
def done(record_id: int) -> Response:
    """Mark a follow-up as done."""
    service_records.done(db(), actor(), record_id)
    flash(_("Marked as followed up."), "success")
    back = "due" if request.form.get("section") == "due" else "overdue"
    return redirect(url_for("work.show", _anchor=back))


def _page(refused: int | None = None, form: DecisionForm | None = None) -> str:
    chosen = request.args.get("section", "")
    shown = (chosen,) if chosen in worklist.SECTIONS else worklist.SECTIONS
    stalled_days = dict(settings().stalled_days)
    size = worklist.PAGE_SIZE if len(shown) == 1 else SHORT
    sections: dict[str, Any] = {
        name: worklist.list_section(
            db(), actor(), name, clock.today(), stalled_days, page_number() if len(shown) == 1 else 1, size
        )
        for name in shown
    }
    return render_template(
        "work/show.html",
        sections=sections,
        single=len(shown) == 1,
        units=units.by_id(db()),
        kinds=KINDS,
        stalled_days=stalled_days,
        refused=refused,
        form=form or DecisionForm(formdata=None),
    )
