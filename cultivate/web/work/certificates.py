"""Certificates that end: their renewal is begun in place. Yearly reports: noted in place."""

from datetime import date
from typing import Any

from flask import request

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.domain.yearly_reports import FILED
from cultivate.errors import Conflict, Invalid
from cultivate.i18n import _, say
from cultivate.services import renewals, yearly_reports
from cultivate.services.yearly_reports import Note
from cultivate.web.access import needs
from cultivate.web.request import actor, db
from cultivate.web.work import blueprint
from cultivate.web.work.answers import answered


@blueprint.post("/work/certificates/<int:certificate_id>/renewal")
@needs(Act.OPEN_CANDIDACY)
def renew(certificate_id: int) -> Any:
    """Open the next round; what somebody else did in the meantime is said."""
    try:
        renewals.open_one(db(), actor(), certificate_id)
    except Invalid as error:
        return answered("ending", say(error))
    return answered("ending", _("The renewal is begun; it stands at Serve."))


@blueprint.post("/work/certificates/<int:certificate_id>/report")
@needs(Act.NOTE_REPORTS)
def note_report(certificate_id: int) -> Any:
    """Note the last report as filed or missed; where somebody has said something already, that is told."""
    day = request.form.get("filed_on", "")
    try:
        filed_on = date.fromisoformat(day) if day else None
    except ValueError:
        return answered("reports", _("This is no day: %(day)s", day=day))
    said = Note(year=clock.today().year - 1, state=request.form.get("state", FILED), filed_on=filed_on)
    try:
        yearly_reports.note(db(), actor(), certificate_id, said, 0)
    except (Conflict, Invalid) as error:
        return answered("reports", say(error))
    return answered("reports", _("Noted."))
