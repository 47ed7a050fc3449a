"""Saving a list under a name, opening, changing and deleting it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from cultivate.domain import list_query
from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError
from cultivate.i18n import _, say
from cultivate.queries import views as queries
from cultivate.services import views
from cultivate.web.access import needs
from cultivate.web.forms import apply_error
from cultivate.web.lists.frame import address_of
from cultivate.web.lists.picked import area_asked
from cultivate.web.numbers import whole
from cultivate.web.request import actor, db
from cultivate.web.views import blueprint
from cultivate.web.views.forms import ViewForm


def _query() -> str:
    return list_query.canonical(request.args.items(multi=True))


def _opened(view_id: int, area: str, query: str) -> Any:
    return redirect(address_of(area, f"{query}&view={view_id}" if query else f"view={view_id}"))


@blueprint.get("/views/new")
@needs(Act.SAVE_VIEWS)
def new() -> Any:
    """A name for the list as it is asked for now."""
    area = area_asked()
    return render_template("views/new.html", form=ViewForm(), back=address_of(area, _query()))


@blueprint.post("/views/new")
@needs(Act.SAVE_VIEWS)
def save() -> Any:
    """Keep it."""
    area, form = area_asked(), ViewForm()
    if form.validate():
        try:
            made = views.save(
                db(), actor(), area, form.name.data or "", _query(), shared=bool(form.shared.data)
            )
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Saved."), "good")
            return _opened(made, area, _query())
    return render_template("views/new.html", form=form, back=address_of(area, _query())), 422


@blueprint.get("/views/<int:view_id>")
@needs(Act.VIEW)
def show(view_id: int) -> Any:
    """Lead to the list; its address says everything, so it goes on without the view."""
    view = queries.get_view(db(), actor(), view_id)
    return _opened(view.id, view.area, view.query)


@blueprint.get("/views/<int:view_id>/edit")
@needs(Act.SAVE_VIEWS)
def edit(view_id: int) -> Any:
    """Name, sharing, deletion."""
    view = queries.get_view(db(), actor(), view_id)
    form = ViewForm(data={"name": view.name, "shared": view.shared, "version": view.version})
    return render_template("views/edit.html", form=form, view=view, back=address_of(view.area, view.query))


@blueprint.post("/views/<int:view_id>/edit")
@needs(Act.SAVE_VIEWS)
def change(view_id: int) -> Any:
    """Rename, share."""
    view = queries.get_view(db(), actor(), view_id)
    form, status = ViewForm(), 422
    if form.validate():
        try:
            views.change(
                db(), actor(), view_id, _version(), name=form.name.data or "", shared=bool(form.shared.data)
            )
        except Conflict as error:
            form.form_errors.append(say(error))
            form.version.data, form.version.raw_data = str(view.version), None
            status = 409
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Saved."), "good")
            return _opened(view_id, view.area, view.query)
    return render_template(
        "views/edit.html", form=form, view=view, back=address_of(view.area, view.query)
    ), status


@blueprint.post("/views/<int:view_id>/replace")
@needs(Act.SAVE_VIEWS)
def replace(view_id: int) -> Any:
    """Let the view ask what the list asks now."""
    view = queries.get_view(db(), actor(), view_id)
    query = list_query.of_text(request.form.get("query", ""))
    views.replace(db(), actor(), view_id, _version(), query)
    flash(_("“%(name)s” keeps these filters now.", name=view.name), "good")
    return _opened(view_id, view.area, query)


@blueprint.post("/views/<int:view_id>/delete")
@needs(Act.SAVE_VIEWS)
def delete(view_id: int) -> Any:
    """Take it away, with the way back beside the message."""
    view = queries.get_view(db(), actor(), view_id)
    views.delete(db(), actor(), view_id, _version())
    flash(_undo(view), "good")
    return redirect(address_of(view.area, view.query))


@blueprint.post("/views/<int:view_id>/restore")
@needs(Act.SAVE_VIEWS)
def restore(view_id: int) -> Any:
    """Bring it back."""
    views.restore(db(), actor(), view_id)
    view = queries.get_view(db(), actor(), view_id)
    return _opened(view.id, view.area, view.query)


def _version() -> int | None:
    return request.form.get("version", type=whole)


def _undo(view: queries.ViewRow) -> Markup:
    """A link must not write, so the way back is a form of its own."""
    return Markup(
        '{} <form method="post" class="inline-form" action="{}">'
        '<input type="hidden" name="csrf_token" value="{}"><button class="btn btn-sm">{}</button></form>'
    ).format(
        _("“%(name)s” is deleted.", name=view.name),
        url_for("views.restore", view_id=view.id),
        generate_csrf(),
        _("Bring it back"),
    )
