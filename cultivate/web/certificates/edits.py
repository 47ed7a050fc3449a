"""Setting a certificate right: number, new name, moving out and in."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms.fields import SelectChoice

from cultivate import clock, packs
from cultivate.domain.certificate_number import warning
from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError
from cultivate.i18n import _, language
from cultivate.queries import firms
from cultivate.queries.certificates import ListedCertificate
from cultivate.services import certificate_edits
from cultivate.services.certificate_edits import Moved
from cultivate.services.firm_rules import InvalidFirm
from cultivate.services.relocations import Brought
from cultivate.web.access import needs
from cultivate.web.certificates import blueprint
from cultivate.web.certificates.forms import CorrectionForm, MoveInForm, MoveOutForm, RenameForm
from cultivate.web.certificates.page import asked
from cultivate.web.forms import BaseForm, apply_error
from cultivate.web.numbers import number_of
from cultivate.web.request import actor, db


def _version(form: Any) -> int:
    return number_of(form.version.data) or 0


def _done(form: BaseForm, row: ListedCertificate, template: str, act: Callable[[], None], told: str) -> Any:
    """Write, or show the form again with what is wrong and all that was typed."""
    if form.validate():
        try:
            act()
        except Conflict as error:
            form.form_errors.append(_(error.msgid))
            return render_template(template, form=form, row=row), 409
        except InvalidFirm as error:
            for problem in error.problems:
                apply_error(form, problem)
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(told, "good")
            return redirect(url_for("certificates.show", certificate_id=row.id))
    return render_template(template, form=form, row=row), 422


@blueprint.get("/certificates/<int:certificate_id>/number")
@needs(Act.CORRECT_CERTIFICATE)
def correct(certificate_id: int) -> Any:
    """The form of the number."""
    form, row = CorrectionForm(formdata=None), asked(certificate_id)
    form.number.data, form.version.data = row.number, str(row.version)
    return render_template("certificates/correct.html", form=form, row=row)


@blueprint.post("/certificates/<int:certificate_id>/number")
@needs(Act.CORRECT_CERTIFICATE)
def record_correction(certificate_id: int) -> Any:
    """Set the number right; an unusual one is written all the same, with a warning."""
    form, row = CorrectionForm(), asked(certificate_id)

    def act() -> None:
        said = (form.number.data or "", form.reason.data or "", _version(form))
        certificate_edits.correct_number(db(), actor(), row.id, *said)

    odd = warning(form.number.data or "", track=row.track, issued_year=row.issued_on.year)
    told = _("The number is set right.") + (f" {_(odd)}" if odd else "")
    return _done(form, row, "certificates/correct.html", act, told)


@blueprint.get("/certificates/<int:certificate_id>/rename")
@needs(Act.EDIT_FIRM)
def rename(certificate_id: int) -> Any:
    """The form of the new name."""
    form, row = RenameForm(formdata=None), asked(certificate_id)
    form.name.data, form.version.data = row.firm, str(row.version)
    form.reported_on.data = row.rename_reported_on
    return render_template("certificates/rename.html", form=form, row=row)


@blueprint.post("/certificates/<int:certificate_id>/rename")
@needs(Act.EDIT_FIRM)
def record_rename(certificate_id: int) -> Any:
    """Rename the firm; the certificate keeps number and validity."""
    form, row = RenameForm(), asked(certificate_id)

    def act() -> None:
        said = (form.name.data or "", form.reported_on.data, _version(form))
        certificate_edits.rename(db(), actor(), row.id, *said)

    return _done(form, row, "certificates/rename.html", act, _("Noted; number and validity stay."))


@blueprint.get("/certificates/<int:certificate_id>/move-out")
@needs(Act.IMPORT_LISTS)
def move_out(certificate_id: int) -> Any:
    """The form of moving out."""
    form, row = MoveOutForm(formdata=None), asked(certificate_id)
    form.on.data, form.version.data = clock.today(), str(row.version)
    return render_template("certificates/move_out.html", form=form, row=row)


@blueprint.post("/certificates/<int:certificate_id>/move-out")
@needs(Act.IMPORT_LISTS)
def record_move_out(certificate_id: int) -> Any:
    """Let the firm leave, on all its tracks."""
    form, row = MoveOutForm(), asked(certificate_id)

    def act() -> None:
        moved = Moved(form.on.data or clock.today(), form.case.data or "", form.reason.data or "")
        certificate_edits.move_out(db(), actor(), row.id, moved, _version(form))

    return _done(form, row, "certificates/move_out.html", act, _("The firm has left; it counts no more."))


def _move_in_form() -> MoveInForm:
    form = MoveInForm(None if request.method == "GET" else request.form)
    form.track.choices = [
        SelectChoice(code, track.name(language()))
        for code, track in packs.tracks().items()
        if track.validity_years
    ]
    return form


@blueprint.get("/firms/<int:firm_id>/certificates/move-in")
@needs(Act.IMPORT_LISTS)
def move_in(firm_id: int) -> Any:
    """The form of moving in."""
    firm, form = firms.get_firm(db(), actor().scope, firm_id), _move_in_form()
    form.on.data = clock.today()
    return render_template("certificates/move_in.html", form=form, firm=firm)


@blueprint.post("/firms/<int:firm_id>/certificates/move-in")
@needs(Act.IMPORT_LISTS)
def record_move_in(firm_id: int) -> Any:
    """Count the certificate here from the day of moving in."""
    firm, form = firms.get_firm(db(), actor().scope, firm_id), _move_in_form()
    if form.validate() and form.issued_on.data and form.on.data:
        brought = Brought(form.track.data or "", form.number.data or "", form.issued_on.data)
        moved = Moved(form.on.data, form.case.data or "")
        try:
            made = certificate_edits.move_in(db(), actor(), firm_id, brought, moved)
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("The certificate counts here from that day."), "good")
            return redirect(url_for("certificates.show", certificate_id=made))
    return render_template("certificates/move_in.html", form=form, firm=firm), 422
