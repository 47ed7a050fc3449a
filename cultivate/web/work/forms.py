"""Forms of my work."""

from wtforms import StringField
from wtforms.validators import Length

from cultivate.i18n import _l
from cultivate.web.forms import BaseForm


class DecisionForm(BaseForm):
    """What the bureau answers to a proposal; which button was pressed says the rest."""

    answer = StringField(_l("Answer to the street"), [Length(max=1000)])
    override_reason = StringField(_l("Reason for going on without what is missing"), [Length(max=1000)])
