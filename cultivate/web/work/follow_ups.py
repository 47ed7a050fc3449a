"""Follow-ups, done in place."""

from typing import Any

from flask import request

from cultivate.domain.permissions import Act
from cultivate.i18n import _
from cultivate.services import follow_ups
from cultivate.web.access import needs
from cultivate.web.request import actor, db
from cultivate.web.work import blueprint
from cultivate.web.work.answers import answered

#: the sections that show follow-ups
SHOWN_IN = ("today", "overdue", "week")


@blueprint.post("/work/follow-ups/<int:record_id>")
@needs(Act.RECORD_SERVICE)
def done(record_id: int) -> Any:
    """Mark a follow-up as done."""
    follow_ups.done(db(), actor(), record_id, request.form.get("outcome", ""))
    section = request.form.get("section", "")
    return answered(section if section in SHOWN_IN else "overdue", _("Marked as followed up."))
