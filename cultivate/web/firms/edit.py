"""``/firms/<id>/edit``: changing a firm; who comes second sees mine, theirs and the original, and chooses."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.firm_data import FirmData
from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError
from cultivate.i18n import _
from cultivate.queries import firm_timeline
from cultivate.queries import firms as queries
from cultivate.queries.firms import FirmDetail
from cultivate.services import firms
from cultivate.web.access import needs
from cultivate.web.firms import blueprint, labels
from cultivate.web.firms.forms import FirmForm, firm_form
from cultivate.web.firms.refusals import Hints, apply_all
from cultivate.web.numbers import number_of
from cultivate.web.request import actor, db

KEEP = "keep-"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the two editors differ; ``mine_first`` where only I touched it, or both did."""

    field: str
    label: str
    mine: str
    theirs: str
    original: str
    mine_first: bool


def known_data(firm: FirmDetail) -> FirmData:
    """A firm as ``FirmData``."""
    plain = {
        key: getattr(firm, key) for key in labels.FIELDS if key not in {"street", "park", "former_names"}
    }
    return FirmData(
        **plain,
        street=firm.street.code,
        park=firm.park.code if firm.park else None,
        years=firm.years,
    )


def _form(firm: FirmDetail) -> FirmForm:
    form = firm_form(firm.years)
    form.offer(actor(), firm.field)
    here = {firm.street.code} | ({firm.park.code} if firm.park else set())
    for field in (form.street, form.park):  # the place that it has is always on offer
        known = {code for code, _name in field.choices}
        unit = firm.street if field is form.street else firm.park
        if unit is not None and unit.code in here - known:
            field.choices.append((unit.code, unit.name_zh))
    del form.tracks
    if not form.is_submitted():
        _fill(form, firm)
    return form


def _fill(form: FirmForm, firm: FirmDetail) -> None:
    known = known_data(firm)
    for key, value in known.said():
        form[key].data = value
    for year, figures in known.years.items():
        for name in labels.YEAR_FIELDS:
            form[f"{name}_{year}"].data = figures.get(name)
    form.version.data = str(firm.version)


def _page(form: FirmForm, firm: FirmDetail, hints: Hints | None = None) -> str:
    return render_template("firms/edit.html", form=form, firm=firm, hints=hints or Hints())


@blueprint.get("/firms/<int:firm_id>/edit")
@needs(Act.EDIT_FIRM)
def edit(firm_id: int) -> Any:
    """The form."""
    firm = queries.get_firm(db(), actor().scope, firm_id)
    return _page(_form(firm), firm)


@blueprint.post("/firms/<int:firm_id>/edit")
@needs(Act.EDIT_FIRM)
def save(firm_id: int) -> Any:
    """Save. After a conflict ``keep-FIELD=theirs`` leaves a field as the other has written it."""
    firm = queries.get_firm(db(), actor().scope, firm_id)
    form = _form(firm)
    if code := request.form.get("use_code"):
        form.uscc.data, form.uscc.raw_data = code, [code]
    hints = Hints()
    if form.validate():
        version = number_of(form.version.data) or 0
        try:
            firms.update(
                db(),
                actor(),
                firm_id,
                form.said().without(_theirs()),
                version,
                confirm_name=form.confirm_name.data,
            )
        except Conflict:
            return _conflict_page(form, firm, version), 409
        except CultivateError as error:
            hints = apply_all(form, error)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("firms.show", firm_id=firm_id))
    return _page(form, firm, hints), 422


def _theirs() -> list[str]:
    return [
        key.removeprefix(KEEP)
        for key, value in request.form.items()
        if key.startswith(KEEP) and value == "theirs"
    ]


def _conflict_page(form: FirmForm, firm: FirmDetail, version: int) -> str:
    trail = firm_timeline.trail_of(db(), actor().scope, firm.id)
    form.version.data, form.version.raw_data = str(firm.version), None
    changes = firms.differences(known_data(firm), form.said())
    rows = [_difference(field, values, trail, version) for field, values in changes.items()]
    latest = next((row for row in trail if row.version == firm.version), None)
    who = labels.who(latest.who, latest.door) if latest else ""
    return render_template(
        "firms/conflict.html", form=form, firm=firm, rows=rows, latest=latest, who=who, keep=KEEP
    )


def _difference(
    field: str, values: list[Any], trail: list[firm_timeline.TrailRow], version: int
) -> Difference:
    theirs, mine = values
    original = firm_timeline.value_at_version(trail, field, version, theirs)
    return Difference(
        field=field,
        label=labels.field(field),
        mine=labels.value(mine),
        theirs=labels.value(theirs),
        original=labels.value(original),
        mine_first=mine != original,
    )
