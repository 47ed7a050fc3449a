"""Local versions of packs: add, edit, withdraw. The loader's problems are shown at their lines."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.domain.policy import listing
from cultivate.domain.policy.local import Local
from cultivate.domain.policy.nodes import PackInvalid, Problem
from cultivate.domain.scope import WHOLE_DISTRICT
from cultivate.errors import Conflict, CultivateError
from cultivate.i18n import _
from cultivate.packs import policies as shipped
from cultivate.queries import policies as rows
from cultivate.queries import units
from cultivate.queries.policies import LocalVersion
from cultivate.services import policies as service
from cultivate.web.access import needs
from cultivate.web.admin import blueprint
from cultivate.web.admin.forms import LocalPolicyForm, WithdrawForm
from cultivate.web.admin.policies import WORDS, local_pack, shipped_pack
from cultivate.web.forms import apply_error
from cultivate.web.request import actor, db


@blueprint.get("/admin/policies/local/<int:version_id>")
@needs(Act.VIEW_POLICIES)
def local_policy(version_id: int) -> Any:
    """One text of a local version: what it changes, the text, and the texts before it."""
    return _show(rows.get_version(db(), version_id), WithdrawForm())


def _show(version: LocalVersion, form: WithdrawForm, status: int = 200) -> Any:
    applied = local_pack(version)
    return render_template(
        "admin/policy_local.html",
        version=version,
        base=shipped.policy(version.base),
        changes=listing.compare(shipped.policy(version.base), applied.pack),
        broken=bool(applied.broken),
        history=rows.list_history(db(), version.name),
        units=units.by_id(db()),
        form=form,
        **WORDS,
    ), status


@blueprint.route("/admin/policies/<pack>/new", methods=["GET", "POST"])
@needs(Act.MANAGE_POLICIES)
def new_local_policy(pack: str) -> Any:
    """Lay something over a shipped pack."""
    base = shipped_pack(pack)
    form = _form(LocalPolicyForm(data={"text": service.starter(base)}))
    return _edit(form, None)


@blueprint.route("/admin/policies/local/<int:version_id>/edit", methods=["GET", "POST"])
@needs(Act.MANAGE_POLICIES)
def edit_local_policy(version_id: int) -> Any:
    """Change the text: a new one takes the place of this one, which is kept."""
    version = rows.get_version(db(), version_id)
    unit = units.by_id(db()).get(version.unit_id) if version.unit_id else None
    form = _form(LocalPolicyForm(data={"text": version.text, "unit": unit.code if unit else None}))
    return _edit(form, version)


def _form(form: LocalPolicyForm) -> LocalPolicyForm:
    form.unit.offer(WHOLE_DISTRICT, "street", "park", blank=_("All firms of the district"))
    return form


def _edit(form: LocalPolicyForm, version: LocalVersion | None) -> Any:
    if not form.validate_on_submit():
        return _page(form, version, 422 if form.is_submitted() else 200)
    unit_id = units.get_unit(db(), form.unit.data).id if form.unit.data else None
    try:
        if request.form.get("act") == "check":
            return _page(form, version, 200, checked=service.read(db(), actor(), form.content, unit_id))
        saved = service.save(db(), actor(), form.content, unit_id, version.id if version else None)
    except PackInvalid as error:
        return _page(form, version, 422, problems=error.problems)
    except Conflict as error:
        form.form_errors.append(_(error.msgid))
        return _page(form, version, 409)
    except CultivateError as error:
        apply_error(form, error)
        return _page(form, version, 422)
    flash(_("Saved. It counts from its first day; the shipped pack stays as it is."), "good")
    return redirect(url_for("admin.local_policy", version_id=saved.id))


def _page(
    form: LocalPolicyForm,
    version: LocalVersion | None,
    status: int,
    *,
    problems: list[Problem] | None = None,
    checked: Local | None = None,
) -> Any:
    lines = form.content.splitlines() if form.is_submitted() else []
    shown = [
        {
            "line": each.line,
            "file": each.file,
            "message": _(each.msgid, **each.params) if each.params else _(each.msgid),
            "text": lines[each.line - 1] if each.file == service.FILE and each.line <= len(lines) else "",
        }
        for each in problems or []
    ]
    changes = listing.compare(shipped.policy(checked.head.base), checked.pack) if checked else None
    return render_template(
        "admin/policy_edit.html", form=form, version=version, problems=shown, changes=changes, **WORDS
    ), status


@blueprint.post("/admin/policies/local/<int:version_id>/withdraw")
@needs(Act.MANAGE_POLICIES)
def withdraw_local_policy(version_id: int) -> Any:
    """Take it out of use, with a reason."""
    version = rows.get_version(db(), version_id)
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _show(version, form, 422)
    try:
        service.withdraw(db(), actor(), version_id, form.reason.data)
    except Conflict as error:
        form.form_errors.append(_(error.msgid))
        return _show(rows.get_version(db(), version_id), form, 409)
    flash(_("Withdrawn. Its texts are kept."), "good")
    return redirect(url_for("admin.policies"))
