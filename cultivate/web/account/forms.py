"""Forms of ``account``."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from cultivate.i18n import _l
from cultivate.services.passwords import SHORTEST
from cultivate.web.forms import BaseForm


class LoginForm(BaseForm):
    """Name and password."""

    username = StringField(
        _l("User name"),
        [InputRequired(), Length(max=64)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )


class ProfileForm(BaseForm):
    """What people change about themselves."""

    display_name = StringField(
        _l("Full name"), [InputRequired(), Length(max=80)], render_kw={"autocomplete": "name"}
    )
    email = StringField(
        _l("E-mail"),
        [Length(max=254)],
        description=_l("The weekly letter goes here; without an address it is read on the page “Letters”."),
        render_kw={"type": "email", "autocomplete": "email"},
    )


class PasswordForm(BaseForm):
    """The old password and a new one; a manager of passwords fills both in, so it is asked for once."""

    old = PasswordField(
        _l("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        _l("New password"),
        [InputRequired()],
        description=_l(
            "At least %(length)s characters. It ends your sessions on other devices.", length=SHORTEST
        ),
        render_kw={"autocomplete": "new-password"},
    )


class TokenForm(BaseForm):
    """A name for an API token."""

    name = StringField(
        _l("What the token is for"), [InputRequired(), Length(max=80)], render_kw={"autocomplete": "off"}
    )
