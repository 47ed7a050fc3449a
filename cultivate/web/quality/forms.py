"""Who mends a fault, and by when."""

from datetime import timedelta

from wtforms import SelectField, validators

from cultivate import clock
from cultivate.i18n import _l
from cultivate.queries import users
from cultivate.web.forms import BaseForm, DayField
from cultivate.web.request import actor, db

DEFAULT_DAYS = 14


class TakeUpForm(BaseForm):
    """For the firms that are ticked."""

    owner = SelectField(_l("Who mends it"), [validators.InputRequired()], coerce=int)
    due_on = DayField(_l("By"), [validators.InputRequired()])

    def offer(self) -> "TakeUpForm":
        """People who work here, oneself first where one does."""
        mine = actor().user_id
        found = users.list_workers(db(), actor().scope)
        self.owner.choices = [(user.id, user.display_name) for user in found]
        if not self.is_submitted():
            self.owner.data = mine if any(user.id == mine for user in found) else None
            self.due_on.data = clock.today() + timedelta(days=DEFAULT_DAYS)
        return self
