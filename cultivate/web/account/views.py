"""Logging in and out, and the language."""

from datetime import datetime
from typing import Any

from flask import g, make_response, redirect, render_template, request, session, url_for
from flask_login import login_user, logout_user

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.extensions import database, settings
from cultivate.i18n import LOCALES, _
from cultivate.services import accounts, logins
from cultivate.web.access import SessionUser, needs, public
from cultivate.web.account import blueprint
from cultivate.web.account.forms import LoginForm
from cultivate.web.filters import short_moment
from cultivate.web.local import local_path
from cultivate.web.request import actor, db


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> Any:
    """One message for a wrong name and a wrong password; after too many, the time of the next try."""
    form = LoginForm()
    if request.method == "GET" and g.actor is not None:
        return redirect("/")
    if not form.validate_on_submit():
        return render_template("account/login.html", form=form), 422 if form.is_submitted() else 200
    verdict = _try(form.username.data, form.password.data)
    if verdict.actor is not None:
        return _enter(verdict)
    if verdict.locked_until is not None:
        return _wait(form, verdict.locked_until)
    form.form_errors.append(_("Name or password are not right."))
    return render_template("account/login.html", form=form), 422


def _try(username: str, password: str) -> logins.Verdict:
    """Check and count, in transactions of their own: a refused log-in is counted as well.

    The request's own transaction is let go before: on SQLite it would stand in the way of the other.
    """
    db().rollback()
    rules = settings()
    with database().reading() as reader:
        attempt = logins.examine(reader, username, password)
    with database().unit_of_work() as writer:
        return logins.settle(
            writer, attempt, attempts=rules.login_attempts, wait_minutes=rules.login_wait_minutes
        )


def _enter(verdict: logins.Verdict) -> Any:
    """A new session, with nothing of the one before but where the visitor wanted to go."""
    wanted = local_path(session.get("next"))
    session.clear()
    assert verdict.actor is not None  # noqa: S101 for the type checker: the caller has looked
    login_user(SessionUser(verdict.actor, verdict.session_key))
    return redirect(wanted)


def _wait(form: LoginForm, until: datetime) -> Any:
    form.form_errors.append(
        _("Too many wrong passwords. The next try is possible at %(time)s.", time=short_moment(until))
    )
    response = make_response(render_template("account/login.html", form=form, locked=True), 429)
    response.headers["Retry-After"] = str(max(1, round((until - clock.now()).total_seconds())))
    return response


@blueprint.post("/logout")
@needs(Act.OWN_ACCOUNT)
def logout() -> Any:
    """End this session; the language stays."""
    locale = session.get("locale")
    logout_user()
    session.clear()
    if locale:
        session["locale"] = locale
    response = redirect(url_for("account.login"))
    response.headers["Clear-Site-Data"] = '"cache"'  # pictures of papers, which the browser may have kept
    return response


@blueprint.post("/language")
@public
def language() -> Any:
    """Chinese or English: kept with the person, and in the session of whoever has not logged in."""
    locale = request.form.get("locale", "")
    if locale in LOCALES:
        session["locale"] = locale
        if g.actor is not None:
            accounts.set_locale(db(), actor(), locale)
    return redirect(local_path(request.form.get("next")))
