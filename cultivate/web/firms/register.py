"""``/firms/new``: registering a firm, in the office or in a lobby."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate import packs
from cultivate.domain import credit_code
from cultivate.domain.firm_data import FirmData
from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _, say
from cultivate.queries import firms as queries
from cultivate.services import firm_rules, firms
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.firms.forms import FirmForm, firm_form
from cultivate.web.firms.refusals import Hints, apply_all
from cultivate.web.request import actor, db


def _form() -> FirmForm:
    form = firm_form()
    form.offer(actor())
    form.name.render_kw = {"autofocus": True}
    if not form.is_submitted():
        form.tracks.data = list(packs.tracks())
        form.name.data, form.uscc.data = request.args.get("name"), request.args.get("uscc")
        if len(form.street.choices) == 2:  # the prompt and one's only street
            form.street.data = form.street.choices[1][0]
    return form


def _page(form: FirmForm, hints: Hints | None = None) -> str:
    return render_template("firms/new.html", form=form, hints=hints or Hints())


@blueprint.get("/firms/new")
@needs(Act.EDIT_FIRM)
def new() -> Any:
    """An empty form; ``?name=`` and ``?uscc=`` fill in what a search did not find."""
    return _page(_form())


@blueprint.post("/firms/new")
@needs(Act.EDIT_FIRM)
def create() -> Any:
    """Register the firm and open it on the chosen tracks. ``use_code`` takes the proven code that was offered."""
    form = _form()
    if code := request.form.get("use_code"):
        form.uscc.data, form.uscc.raw_data = code, [code]
    hints = Hints()
    if form.validate():
        try:
            firm_id = firms.register(
                db(), actor(), form.said(), tracks=form.tracks.data, confirm_name=form.confirm_name.data
            )
        except CultivateError as error:
            hints = apply_all(form, error)
        else:
            flash(_("Registered."), "good")
            return redirect(url_for("firms.show", firm_id=firm_id))
    return _page(form, hints), 422


@blueprint.get("/firms/check")
@needs(Act.EDIT_FIRM)
def check() -> Any:
    """While the form is filled in: whether code and name are right and new, and which names are near.

    A piece of a page, which htmx fetches; opened by hand it leads to the form.
    """
    if "HX-Request" not in request.headers:
        return redirect(url_for("firms.new", name=request.args.get("name"), uscc=request.args.get("uscc")))
    name, code = request.args.get("name", "").strip(), credit_code.check(request.args.get("uscc", ""))
    found = firm_rules.duplicates(db(), actor(), FirmData(name=name or None, uscc=code.value))
    return render_template(
        "firms/_check.html",
        code=code,
        wrong_code=_(code.msgid, length=code.length) if code.msgid else None,
        known=[(say(problem), problem.params.get("firm_id")) for problem in found],
        near=queries.near_names(db(), actor().scope, name) if name and not found else [],
    )
