"""Accounts: list, create, change, unlock, new password."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.domain.scope import WHOLE_DISTRICT
from cultivate.errors import Conflict, CultivateError
from cultivate.i18n import _, language
from cultivate.queries import accounts as rows
from cultivate.queries import people, units
from cultivate.queries.accounts import AccountRow
from cultivate.services import accounts, passwords
from cultivate.web.access import needs
from cultivate.web.admin import blueprint
from cultivate.web.admin.forms import AccountForm, NewAccountForm
from cultivate.web.filters import role_name
from cultivate.web.forms import apply_error
from cultivate.web.request import actor, db


def _names() -> dict[str, str]:
    return {unit.code: unit.name(language()) for unit in units.list_units(db())}


def _form(kind: type[AccountForm], row: AccountRow | None = None) -> AccountForm:
    form = kind() if row is None else kind(obj=row, data={"units": row.unit_codes})
    form.units.offer(WHOLE_DISTRICT, "street", "park", "bureau")
    return form


@blueprint.get("/admin/users")
@needs(Act.MANAGE_USERS)
def users() -> Any:
    """All accounts."""
    return render_template("admin/users.html", accounts=rows.list_accounts(db()), unit_names=_names())


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
@needs(Act.MANAGE_USERS)
def new_user() -> Any:
    """Create an account with a random password, shown once."""
    form = _form(NewAccountForm)
    if not form.validate_on_submit():
        return render_template("admin/new_user.html", form=form), 422 if form.is_submitted() else 200
    password = passwords.random_password()
    try:
        user_id = accounts.create_user(db(), actor(), form.username.data, form.account(), password)
    except CultivateError as error:
        apply_error(form, error)
        return render_template("admin/new_user.html", form=form), 422
    return render_template("admin/password.html", account=rows.get_account(db(), user_id), password=password)


@blueprint.route("/admin/users/<int:user_id>", methods=["GET", "POST"])
@needs(Act.MANAGE_USERS)
def user(user_id: int) -> Any:
    """Change an account; who comes second sees what the first one changed."""
    row = rows.get_account(db(), user_id)
    form = _form(AccountForm, row)
    if not form.validate_on_submit():
        return _edit(row, form, 422 if form.is_submitted() else 200)
    try:
        accounts.update_user(db(), actor(), user_id, form.version.data, form.account())
    except Conflict as lost:
        return _conflict(form, lost.current)
    except CultivateError as error:
        apply_error(form, error)
        return _edit(row, form, 422)
    flash(_("Saved."), "good")
    _held, adrift = people.count_held(db(), user_id)
    if adrift:  # the page says how many, and what the bureau does about it
        return redirect(url_for("admin.user", user_id=user_id))
    return redirect(url_for("admin.users"))


def _edit(row: AccountRow, form: AccountForm, status: int, **more: Any) -> Any:
    held = people.count_held(db(), row.id)
    return render_template("admin/user.html", account=row, form=form, held=held, **more), status


def _conflict(form: AccountForm, theirs: AccountRow) -> Any:
    """Mine, theirs and what was there before; sent again, mine goes on top of theirs."""
    mine = form.account()
    names = _names()
    before = request.form.get
    lines = [
        (_("Full name"), mine.display_name, theirs.display_name, before("was_display_name")),
        (_("E-mail"), mine.email, theirs.email, before("was_email")),
        (_("Role"), role_name(mine.role), role_name(theirs.role), role_name(before("was_role", ""))),
        (
            _("Units"),
            _list(mine.unit_codes, names),
            _list(theirs.unit_codes, names),
            _list(before("was_units", "").split(), names),
        ),
    ]
    compared = [dict(zip(("label", "mine", "theirs", "original"), line, strict=True)) for line in lines]
    form.version.data = theirs.version
    form.version.raw_data = None
    return _edit(theirs, form, 409, compared=compared)


def _list(codes: Any, names: dict[str, str]) -> str:
    return ", ".join(names.get(code, code) for code in sorted(codes))


@blueprint.post("/admin/users/<int:user_id>/password")
@needs(Act.MANAGE_USERS)
def reset_password(user_id: int) -> Any:
    """A new random password, shown once."""
    password = accounts.reset_password(db(), actor(), user_id)
    return render_template("admin/password.html", account=rows.get_account(db(), user_id), password=password)


@blueprint.post("/admin/users/<int:user_id>/unlock")
@needs(Act.MANAGE_USERS)
def unlock(user_id: int) -> Any:
    """Let somebody try again at once."""
    accounts.unlock(db(), actor(), user_id)
    flash(_("The account is open again."), "good")
    return redirect(url_for("admin.user", user_id=user_id))
