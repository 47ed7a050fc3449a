"""Forms of views, tags and bulk acts."""

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from cultivate.i18n import _l
from cultivate.web.forms import BaseForm, DayField


class ViewForm(BaseForm):
    """A view's name and whether others find it."""

    name = StringField(_l("Name of the view"), [InputRequired(), Length(max=60)])
    shared = BooleanField(_l("Shared: everybody finds it, each with the firms of their own units"))
    version = HiddenField()


class TagForm(BaseForm):
    """One word."""

    tag = StringField(_l("Tag"), [InputRequired(), Length(max=24)])


class ActForm(BaseForm):
    """What all bulk forms have: a key, so that two clicks act once, and the track where the list has none."""

    key = HiddenField()
    track = RadioField(_l("Track"), validators=[InputRequired()])


class BulkMove(ActForm):
    """Where to, when, why."""

    to = RadioField(_l("Where to"), validators=[InputRequired()])
    effective_on = DayField(_l("Effective on"), description=_l("today if left empty"))
    reason = TextAreaField(_l("Reason"), [Length(max=1000)])
    override_reason = TextAreaField(
        _l("Reason for waiving conditions"),
        [Length(max=1000)],
        description=_l("only to recommend firms that lack a service record or an assessment; kept and shown"),
    )


class BulkAssign(ActForm):
    """To whom."""

    user = SelectField(_l("In charge"), validators=[InputRequired()], coerce=lambda value: value or "")


class BulkTag(ActForm):
    """Which word, on or off."""

    tag = StringField(
        _l("Tag"), [InputRequired(), Length(max=24)], render_kw={"list": "known-tags", "autocomplete": "off"}
    )
    kind = RadioField(
        _l("Do"),
        choices=[SelectChoice("tag", _l("Add it")), SelectChoice("untag", _l("Take it away"))],
        default="tag",
    )


class BulkOpen(ActForm):
    """From when."""

    effective_on = DayField(_l("Effective on"), description=_l("today if left empty"))
    reason = TextAreaField(_l("Reason"), [Length(max=1000)])
