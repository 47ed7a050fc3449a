"""Forms of the compared pair."""

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField, validators

from cultivate.i18n import _, _l
from cultivate.queries.duplicates import Side
from cultivate.web.forms import BaseForm, DayField


def named(side: Side, one: Side, other: Side) -> str:
    """A firm's name; with its code or number where both are called the same."""
    if one.name != other.name:
        return side.name
    return _("%(name)s (%(mark)s)", name=side.name, mark=side.uscc or f"#{side.id}")


class MergeForm(BaseForm):
    """Which of the two stays, and why they are one; the choices of fields are read beside it."""

    keep = RadioField(_l("Which record stays"), [validators.InputRequired()], coerce=int)
    versions = HiddenField()
    reason = TextAreaField(_l("Why they are one firm"), [validators.Length(max=1000)])

    def offer(self, one: Side, other: Side, suggested: int) -> None:
        """Both; the suggested one is chosen until the person chooses."""
        self.keep.choices = [(side.id, named(side, one, other)) for side in (one, other)]
        if not self.is_submitted():
            self.keep.data = suggested
            self.versions.data = f"{one.version},{other.version}"


class LinkForm(BaseForm):
    """What the one is to the other. The names say which is which."""

    relation = SelectField(
        _l("They are two firms; what is the one to the other"), [validators.InputRequired()]
    )
    since = DayField(_l("Since"))
    note = StringField(_l("Note"), [validators.Length(max=500)])


class OtherForm(BaseForm):
    """The second firm, named by hand."""

    other = StringField(
        _l("The other firm"),
        [validators.InputRequired(), validators.Length(max=200)],
        description=_l("Credit code, id or full name"),
    )
