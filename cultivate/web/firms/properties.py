"""The list of a firm's intellectual property: adding, correcting, taking off."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import HiddenField, SelectField, StringField, TextAreaField, validators

from cultivate import packs
from cultivate.domain.permissions import Act
from cultivate.domain.property_kinds import KINDS, OBTAINED, oddity
from cultivate.errors import CultivateError
from cultivate.i18n import _, _l, language
from cultivate.queries import firms as firm_queries
from cultivate.queries import properties as queries
from cultivate.queries.firms import FirmDetail
from cultivate.services import properties
from cultivate.services.properties import PropertyData
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.forms import BaseForm, DayField, apply_error
from cultivate.web.numbers import number_of
from cultivate.web.request import actor, db


class PropertyForm(BaseForm):
    """One right. The rules are the service's."""

    kind = SelectField(_l("Kind of right"), [validators.InputRequired()])
    number = StringField(_l("Number of the right"), [validators.InputRequired(), validators.Length(max=60)])
    title = StringField(_l("Name of the right"), [validators.Length(max=200)])
    granted_on = DayField(
        _l("Granted on"), description=_l("empty while it is pending: it does not count yet")
    )
    applied_on = DayField(_l("Applied for on"))
    ends_on = DayField(_l("Ends on"))
    owner = StringField(
        _l("Owner"), [validators.Length(max=200)], description=_l("as printed; several apart by 、")
    )
    obtained = SelectField(_l("How it was obtained"), default="")
    used_for_id = SelectField(
        _l("Used for the application"),
        coerce=lambda value: int(value) if value else None,
        description=_l("a right of class Ⅱ serves one application only"),
    )
    note = TextAreaField(_l("Note"), [validators.Length(max=500)])
    version = HiddenField()

    def offer(self, firm: FirmDetail) -> "PropertyForm":
        """Kinds with their class, and the firm's own applications for the track whose rule it is."""
        self.kind.choices = [(kind.code, _(kind.label)) for kind in KINDS.values()]
        self.obtained.choices = [
            ("", _("Not known")),
            *((code, _(words)) for code, words in OBTAINED.items()),
        ]
        ways = [row for row in firm.candidacies if packs.track(row.track).validity_years]
        self.used_for_id.choices = [
            ("", _("None yet")),
            *((row.id, f"{packs.track(row.track).short(language())} {row.stage_since.year}") for row in ways),
        ]
        return self

    def said(self) -> PropertyData:
        """What the form says."""
        return PropertyData(
            kind=self.kind.data,
            number=self.number.data or "",
            title=self.title.data or "",
            applied_on=self.applied_on.data,
            granted_on=self.granted_on.data,
            ends_on=self.ends_on.data,
            owner=self.owner.data or "",
            obtained=self.obtained.data or "",
            used_for_id=self.used_for_id.data,
            note=self.note.data or "",
        )


def _page(form: PropertyForm, firm: FirmDetail, row: queries.PropertyRow | None = None) -> str:
    return render_template("firms/property.html", form=form, firm=firm, row=row)


def _done(firm_id: int, words: str, data: PropertyData | None = None) -> Any:
    flash(words, "good")
    odd = oddity(data.kind, data.number) if data else None
    if odd:
        flash(_(odd), "warning")
    return redirect(url_for("firms.show", firm_id=firm_id, _anchor="properties"))


@blueprint.get("/firms/<int:firm_id>/properties/new")
@needs(Act.EDIT_FIRM)
def new_property(firm_id: int) -> Any:
    """An empty form."""
    firm = firm_queries.get_firm(db(), actor().scope, firm_id)
    return _page(PropertyForm(formdata=None, owner=firm.name).offer(firm), firm)


@blueprint.post("/firms/<int:firm_id>/properties/new")
@needs(Act.EDIT_FIRM)
def add_property(firm_id: int) -> Any:
    """Put a right on the list."""
    firm = firm_queries.get_firm(db(), actor().scope, firm_id)
    form = PropertyForm().offer(firm)
    if form.validate():
        try:
            properties.add(db(), actor(), firm_id, form.said())
        except CultivateError as error:
            apply_error(form, error)
        else:
            return _done(firm_id, _("Added to the list."), form.said())
    return _page(form, firm), 422


@blueprint.get("/properties/<int:property_id>")
@needs(Act.EDIT_FIRM)
def edit_property(property_id: int) -> Any:
    """The form of a right."""
    row = queries.get_property(db(), actor().scope, property_id)
    firm = firm_queries.get_firm(db(), actor().scope, row.firm_id)
    form = PropertyForm(formdata=None, obj=row).offer(firm)
    return _page(form, firm, row)


@blueprint.post("/properties/<int:property_id>")
@needs(Act.EDIT_FIRM)
def change_property(property_id: int) -> Any:
    """Correct a right."""
    row = queries.get_property(db(), actor().scope, property_id)
    firm = firm_queries.get_firm(db(), actor().scope, row.firm_id)
    form = PropertyForm().offer(firm)
    if form.validate():
        try:
            properties.change(db(), actor(), property_id, _version(), form.said())
        except CultivateError as error:
            apply_error(form, error)
        else:
            return _done(row.firm_id, _("Saved."), form.said())
    return _page(form, firm, row), 422


@blueprint.post("/properties/<int:property_id>/remove")
@needs(Act.EDIT_FIRM)
def remove_property(property_id: int) -> Any:
    """Take a right off the list."""
    row = queries.get_property(db(), actor().scope, property_id)
    properties.remove(db(), actor(), property_id, _version())
    return _done(row.firm_id, _("Taken off the list."))


def _version() -> int:
    return number_of(request.form.get("version")) or 0
