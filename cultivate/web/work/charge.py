"""What somebody else put in one's charge: looked at here, or by going on with it."""

from typing import Any

from flask import redirect, request, url_for

from cultivate.domain.permissions import Act
from cultivate.i18n import _
from cultivate.queries import candidacies
from cultivate.services import in_charge
from cultivate.web.access import needs
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db
from cultivate.web.work import blueprint
from cultivate.web.work.answers import answered

SECTION = "charge"


@blueprint.post("/work/charge/<int:candidacy_id>/seen")
@needs(Act.ASSIGN)
def charge_seen(candidacy_id: int) -> Any:
    """Take note of one."""
    in_charge.seen(db(), actor(), candidacy_id)
    return answered(SECTION, _("Noted: it is yours."))


@blueprint.post("/work/charge/<int:candidacy_id>/go-on")
@needs(Act.ASSIGN)
def charge_go_on(candidacy_id: int) -> Any:
    """Take note of one and go to where its next step is."""
    row = candidacies.get_candidacy(db(), actor().scope, candidacy_id)
    in_charge.seen(db(), actor(), candidacy_id)
    return redirect(url_for("firms.show", firm_id=row.firm_id, _anchor=f"track-{row.track}"))


@blueprint.post("/work/charge/seen")
@needs(Act.ASSIGN)
def charge_all_seen() -> Any:
    """Take note of all that were there when the list was shown."""
    in_charge.all_seen(db(), actor(), request.form.get("until", 0, type=whole))
    return answered(SECTION, _("Noted: all of these are yours."))
