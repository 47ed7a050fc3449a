"""One's own page: name, address, password, tokens."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import login_user

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _
from cultivate.queries import accounts as rows
from cultivate.services import accounts
from cultivate.web.access import SessionUser, needs
from cultivate.web.account import blueprint
from cultivate.web.account.forms import PasswordForm, ProfileForm, TokenForm
from cultivate.web.forms import BaseForm, apply_error
from cultivate.web.request import actor, db


def _page(form: BaseForm | None = None, **more: Any) -> str:
    """The page with the form that was refused, if any, and fresh ones for the rest."""
    own = rows.get_account(db(), actor().user_id or 0)
    forms = {
        "profile": ProfileForm(formdata=None, obj=own),
        "password": PasswordForm(formdata=None),
        "token": TokenForm(formdata=None),
    }
    kinds = {ProfileForm: "profile", PasswordForm: "password", TokenForm: "token"}
    if form is not None:
        forms[kinds[type(form)]] = form
    tokens = [token for token in rows.list_tokens(db(), own.id) if token.revoked_at is None]
    return render_template("account/show.html", own=own, refused=form, tokens=tokens, **forms, **more)


@blueprint.get("/account")
@needs(Act.OWN_ACCOUNT)
def show() -> Any:
    """One's own account."""
    return _page()


@blueprint.post("/account")
@needs(Act.OWN_ACCOUNT)
def profile() -> Any:
    """Keep name and address."""
    form = ProfileForm()
    if form.validate():
        try:
            accounts.update_own(db(), actor(), form.display_name.data, form.email.data)
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("account.show"))
    return _page(form), 422


@blueprint.post("/account/password")
@needs(Act.OWN_ACCOUNT)
def password() -> Any:
    """Change the password; this session goes on, all others end."""
    form = PasswordForm()
    if form.validate():
        try:
            key = accounts.change_password(db(), actor(), form.old.data, form.new.data)
        except CultivateError as error:
            apply_error(form, error)
        else:
            login_user(SessionUser(actor(), key))
            flash(_("The password is changed; other sessions have ended."), "good")
            return redirect(url_for("account.show"))
    return _page(form), 422


@blueprint.post("/account/tokens")
@needs(Act.OWN_ACCOUNT)
def create_token() -> Any:
    """Make a token and show it, this once: it is written nowhere, not even into the session's cookie."""
    form = TokenForm()
    if form.validate():
        try:
            secret = accounts.create_token(db(), actor(), actor().user_id or 0, form.name.data)
        except CultivateError as error:
            apply_error(form, error)
        else:
            return _page(secret=secret)
    return _page(form), 422


@blueprint.post("/account/tokens/<int:token_id>/revoke")
@needs(Act.OWN_ACCOUNT)
def revoke_token(token_id: int) -> Any:
    """End a token."""
    accounts.revoke_token(db(), actor(), token_id)
    flash(_("The token has ended."), "good")
    return redirect(url_for("account.show"))
