"""The trail of acts."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request
from wtforms.fields import SelectChoice

from cultivate.domain.permissions import Act
from cultivate.i18n import _
from cultivate.queries import trail as rows
from cultivate.queries.trail import TrailFilter
from cultivate.web.access import needs
from cultivate.web.admin import blueprint, trail_words
from cultivate.web.admin.forms import TrailForm
from cultivate.web.numbers import whole
from cultivate.web.request import db


@blueprint.get("/admin/audit")
@needs(Act.MANAGE_USERS)
def audit() -> Any:
    """Who did what, newest first; filters are in the address."""
    form = TrailForm(request.args)
    form.verb.choices = _choices(rows.list_verbs(db()), trail_words.verb)
    form.subject.choices = _choices(rows.list_subjects(db()), trail_words.subject)
    form.validate()
    wanted = TrailFilter(
        form.who.data or None,
        form.verb.data or None,
        form.subject.data or None,
        form.since.data,
        form.until.data,
    )
    page = rows.list_trail(db(), wanted, request.args.get("page", 1, type=whole))
    return render_template("admin/audit.html", form=form, page=page, words=trail_words)


def _choices(values: list[str], say: Callable[[str], str]) -> list[SelectChoice]:
    return [SelectChoice("", _("All")), *(SelectChoice(value, say(value)) for value in values)]
