"""Forms of ``admin``."""

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from cultivate.domain.permissions import Role
from cultivate.i18n import _, _l
from cultivate.services.accounts import AccountData
from cultivate.web.filters import ROLES
from cultivate.web.forms import BaseForm, DayField, UnitField, UnitsField


class AccountForm(BaseForm):
    """What an administrator says about an account."""

    version = IntegerField(widget=HiddenInput())
    display_name = StringField(_l("Full name"), [InputRequired(), Length(max=80)])
    email = StringField(_l("E-mail"), [Length(max=254)], render_kw={"type": "email"})
    role = RadioField(
        _l("Role"),
        [InputRequired()],
        choices=[SelectChoice(str(role), _l(words)) for role, words in ROLES.items()],
    )
    units = UnitsField(_l("Units"), description=_l("A caseworker sees and edits the firms of these."))
    locale = SelectField(
        _l("Language"), [InputRequired()], choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")]
    )
    active = BooleanField(_l("May log in"), default=True)

    def account(self) -> AccountData:
        """What was said, for the service."""
        return AccountData(
            self.display_name.data,
            self.role.data,
            tuple(self.units.data or ()),
            self.email.data,
            self.active.data,
            self.locale.data,
        )


class NewAccountForm(AccountForm):
    """The same, with the name that stays."""

    username = StringField(
        _l("User name"),
        [InputRequired(), Length(max=64)],
        description=_l("Letters and digits; it cannot be changed later."),
        render_kw={"autocapitalize": "none", "autocomplete": "off"},
    )
    role = RadioField(
        _l("Role"),
        [InputRequired()],
        choices=[SelectChoice(str(role), _l(words)) for role, words in ROLES.items()],
        default=Role.CASEWORKER.value,
    )


class UnitForm(BaseForm):
    """The names of a unit; its code stays."""

    original = HiddenField()
    name_zh = StringField(_l("Name in Chinese"), [InputRequired(), Length(max=80)])
    name_en = StringField(_l("Name in English"), [InputRequired(), Length(max=120)])


class TrailForm(BaseForm):
    """What of the trail to show; it travels in the address."""

    class Meta(BaseForm.Meta):
        """A form that only reads needs no token."""

        csrf = False

    who = StringField(_l("User name"), [Optional()])
    verb = SelectField(_l("What was done"), choices=[], validate_choice=False)
    subject = SelectField(_l("Thing"), choices=[], validate_choice=False)
    since = DayField(_l("From"))
    until = DayField(_l("Until"))


class LocalPolicyForm(BaseForm):
    """The text of a local version: typed, or from a file."""

    unit = UnitField(
        _l("Counts for"), description=_l("A street or park may have its own; it counts for its firms only.")
    )
    file = FileField(
        _l("File"),
        description=_l("A TOML file takes the place of the text below."),
        render_kw={"accept": ".toml,text/plain"},
    )
    text = TextAreaField(
        _l("Text"),
        [Length(max=200_000)],
        render_kw={"rows": 26, "spellcheck": "false", "wrap": "off"},
    )

    def validate_file(self, field: FileField) -> None:
        """A file's text is shown in the field below, where its lines can be mended."""
        if not field.data or not getattr(field.data, "filename", ""):
            return
        try:
            self.text.data = field.data.read(200_001).decode("utf-8-sig")
        except ValueError as error:
            raise ValidationError(_("The file is no text in UTF-8.")) from error

    @property
    def content(self) -> str:
        """The text with plain line ends: a browser sends others."""
        return str(self.text.data or "").replace("\r\n", "\n").replace("\r", "\n")


class WithdrawForm(BaseForm):
    """Why a local version is withdrawn."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=300)])
