"""What handing over asks beside the address."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from cultivate.i18n import _l
from cultivate.web.forms import BaseForm


class HandoverForm(BaseForm):
    """Why, and the mark of what was looked at."""

    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(), Length(max=1000)],
        description=_l("who takes over reads it"),
        render_kw={"rows": 2},
    )
    mark = HiddenField()
