"""Units: read the tree, mend names."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError, NotFound
from cultivate.i18n import _
from cultivate.queries import units as rows
from cultivate.services import units as service
from cultivate.web.access import needs
from cultivate.web.admin import blueprint
from cultivate.web.admin.forms import UnitForm
from cultivate.web.forms import apply_error
from cultivate.web.request import actor, db


@blueprint.get("/admin/units")
@needs(Act.MANAGE_UNITS)
def units() -> Any:
    """All units, in the order of the plan."""
    return render_template("admin/units.html", units=rows.list_units(db()))


@blueprint.route("/admin/units/<int:unit_id>", methods=["GET", "POST"])
@needs(Act.MANAGE_UNITS)
def unit(unit_id: int) -> Any:
    """Change the names of a unit."""
    row = rows.by_id(db()).get(unit_id)
    if row is None:
        raise NotFound
    form = UnitForm(obj=row, data={"original": service.signature(row.name_zh, row.name_en)})
    if not form.validate_on_submit():
        return render_template("admin/unit.html", unit=row, form=form), 422 if form.is_submitted() else 200
    try:
        service.rename(db(), actor(), unit_id, form.original.data, form.name_zh.data, form.name_en.data)
    except CultivateError as error:
        apply_error(form, error)
        return render_template("admin/unit.html", unit=row, form=form), 422
    flash(_("Saved."), "good")
    return redirect(url_for("admin.units"))
