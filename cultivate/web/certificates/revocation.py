"""Recording that an authority has revoked a certificate."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _
from cultivate.services import certificates
from cultivate.web.access import needs
from cultivate.web.certificates import blueprint
from cultivate.web.certificates.forms import RevocationForm
from cultivate.web.certificates.page import asked
from cultivate.web.forms import apply_error
from cultivate.web.request import actor, db


@blueprint.get("/certificates/<int:certificate_id>/revoke")
@needs(Act.REVOKE_CERTIFICATE)
def revoke(certificate_id: int) -> Any:
    """The form."""
    form, row = RevocationForm(), asked(certificate_id)
    form.on.data = clock.today()
    return render_template("certificates/revoke.html", form=form, row=row)


@blueprint.post("/certificates/<int:certificate_id>/revoke")
@needs(Act.REVOKE_CERTIFICATE)
def record_revocation(certificate_id: int) -> Any:
    """Book the firm out of the count."""
    form, row = RevocationForm(), asked(certificate_id)
    if form.validate() and form.on.data is not None:
        try:
            certificates.revoke(db(), actor(), certificate_id, form.on.data, form.reason.data)
        except CultivateError as error:
            apply_error(form, error)
        else:
            flash(_("Revocation recorded; the firm counts no more."), "good")
            return redirect(url_for("firms.show", firm_id=row.firm_id))
    return render_template("certificates/revoke.html", form=form, row=row), 422
