"""Why it stands still, what happens next, when, and whose that is."""

from datetime import timedelta

from wtforms import HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from cultivate import clock
from cultivate.i18n import _, _l, language
from cultivate.packs import stalled
from cultivate.queries import users
from cultivate.queries.candidacies import CandidacyRow
from cultivate.services.stall_notes import LONGEST_TEXT
from cultivate.web.forms import BaseForm, DayField
from cultivate.web.request import actor, db

#: what a form offers; the reader may choose another day
USUAL_DAYS = 14


class StallNoteForm(BaseForm):
    """A reason and a next step; both are needed."""

    reason = SelectField(_l("Why it stands still"), [InputRequired()])
    words = StringField(
        _l("In words"), [Length(max=LONGEST_TEXT)], description=_l("needed where it is “other”")
    )
    next_step = StringField(_l("What happens next"), [InputRequired(), Length(max=LONGEST_TEXT)])
    due_on = DayField(_l("By"), [InputRequired()], description=_l("On that day it comes back to the list."))
    owner = SelectField(_l("Whose"), [InputRequired()], coerce=lambda value: value or "")
    section = HiddenField()
    next = HiddenField()

    def offer(self, row: CandidacyRow) -> "StallNoteForm":
        """Reasons in the reader's language, and who may be given work there."""
        reasons = stalled.rules().reasons.values()
        self.reason.choices = [
            SelectChoice("", _("Choose")),
            *(SelectChoice(each.code, each.name(language())) for each in reasons),
        ]
        people = users.list_workers_at(db(), row.street_id, row.park_id)
        self.owner.choices = [SelectChoice(str(user.id), user.display_name) for user in people]
        if not self.is_submitted():
            known = {user.id for user in people}
            owner = next((each for each in (row.in_charge_id, actor().user_id) if each in known), None)
            self.owner.data = str(owner) if owner else None
            self.due_on.data = clock.today() + timedelta(days=USUAL_DAYS)
        return self
