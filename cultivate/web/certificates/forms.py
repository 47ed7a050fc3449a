"""Forms of certificates and their yearly reports."""

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from cultivate.domain.yearly_reports import FILED, NOTED
from cultivate.i18n import _, _l
from cultivate.services.yearly_reports import Note
from cultivate.web.forms import BaseForm, DayField
from cultivate.web.numbers import number_of


class ReportForm(BaseForm):
    """What became of a report."""

    state = SelectField(_l("State"), default=FILED)
    filed_on = DayField(_l("Filed on"), description=_l("Today if not said."))
    note = StringField(_l("Remark"), [Length(max=500)])
    version = HiddenField()

    def offer(self) -> "ReportForm":
        """Fill the choices."""
        self.state.choices = [SelectChoice(code, _(words)) for code, words in NOTED.items()]
        return self

    def said(self, year: int) -> Note:
        """What the form says of the report on that year."""
        return Note(
            year=year, state=self.state.data or "", filed_on=self.filed_on.data, text=self.note.data or ""
        )

    @property
    def shown_version(self) -> int:
        """The version that the page showed; 0 where nothing was noted."""
        return number_of(self.version.data) or 0


class ManyReportsForm(ReportForm):
    """The same of all firms that were ticked or whose names were pasted."""

    pasted = TextAreaField(
        _l("Or paste firms"),
        [Length(max=200_000)],
        description=_l("One a line: name, credit code or certificate number."),
        render_kw={"rows": 3},
    )


class RevocationForm(BaseForm):
    """Since when, and why."""

    on = DayField(_l("Revoked on"), [InputRequired()])
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=1000)])


class CorrectionForm(BaseForm):
    """The right number, and why the other one was wrong."""

    number = StringField(_l("Certificate number"), [InputRequired(), Length(max=40)])
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=500)])
    version = HiddenField()


class RenameForm(BaseForm):
    """The firm's new name, and whether the authority was told."""

    name = StringField(_l("New name of the firm"), [InputRequired(), Length(max=200)])
    reported_on = DayField(
        _l("Reported to the authority on"),
        description=_l("The duty is three months; before the renewal it has to be through."),
    )
    version = HiddenField()


class MoveOutForm(BaseForm):
    """Where the firm went, by what the other authority says."""

    on = DayField(_l("Moved out on"), [InputRequired()])
    case = StringField(
        _l("Case of the other authority"),
        [Length(max=200)],
        description=_l("File number or letter of the authority that takes it over."),
    )
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=1000)])
    version = HiddenField()


class MoveInForm(BaseForm):
    """The certificate that a firm brings along."""

    track = SelectField(_l("Track"), [InputRequired()])
    number = StringField(_l("Certificate number"), [InputRequired(), Length(max=40)])
    issued_on = DayField(_l("Issued on"), [InputRequired()])
    on = DayField(_l("Moved in on"), [InputRequired()])
    case = StringField(
        _l("Case of the other authority"),
        [Length(max=200)],
        description=_l("File number or letter of the authority that gave it away."),
    )
