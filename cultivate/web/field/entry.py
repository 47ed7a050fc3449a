"""``/field``: one screen; what is sent carries a key, by which it acts once however often it arrives.

A script keeps entries on the phone and sends them when there is signal (``static/js/field-queue.js``). It reads
JSON; a browser without script sends the same form and gets pages.
"""

import hashlib
import json
from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from cultivate.domain.permissions import Act
from cultivate.errors import CultivateError
from cultivate.i18n import _
from cultivate.models import IdempotencyKey
from cultivate.services import attachments, field_entries, idempotency
from cultivate.services.idempotency import HEADER
from cultivate.web.access import needs, public
from cultivate.web.field import blueprint
from cultivate.web.field.forms import FieldForm
from cultivate.web.firms.refusals import Hints, apply_all
from cultivate.web.request import actor, db

#: keys stand for entries, not for what was typed: an entry that was corrected after its answer was lost is
#: the same entry, and the answer says that the correction is not in it
ENTRY = hashlib.sha256(b"field entry").hexdigest()

#: fields of the services -> of the form
NAMES = {"file": "photo", "kind": "service_kind", "text": "need_text"}


def _form() -> FieldForm:
    form = FieldForm()
    form.offer(actor())
    return form


def _page(form: FieldForm, hints: Hints | None = None) -> str:
    return render_template("field/new.html", form=form, hints=hints or Hints())


@blueprint.get("/field")
@needs(Act.EDIT_FIRM)
def new() -> str:
    """The screen; also what the service worker keeps for when there is no signal."""
    return _page(_form())


@blueprint.post("/field")
@needs(Act.EDIT_FIRM)
def send() -> Any:
    """Register the firm, record the service, keep the photo: once for each key."""
    form = _form()
    key = request.headers.get(HEADER) or form.key.data or ""
    try:
        found = idempotency.claim(db(), actor(), key, ENTRY)
    except CultivateError as error:
        return _refused(form, apply_all(form, error))
    if isinstance(found, IdempotencyKey):
        return _done(found.answer, replayed=True)
    if form.validate():
        try:
            firm_id = field_entries.log(db(), actor(), form.said())
        except CultivateError as error:
            return _refused(
                form,
                apply_all(form, error, NAMES),
            )
        answer = {"firm_id": firm_id, "name": form.name.data, "digest": _digest()}
        idempotency.keep(db(), found, 201, answer)
        return _done(answer, replayed=False)
    return _refused(form, Hints())


@blueprint.get("/field/pass")
@public
def show_pass() -> Any:
    """Who is logged in, and a fresh token to write with; asked before anything that waited is sent."""
    user = g.actor
    if user is None:
        return jsonify(user=None)
    return jsonify(user=str(user.user_id), token=generate_csrf())


def _scripted() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _done(answer: dict[str, Any], *, replayed: bool) -> Any:
    home = url_for("firms.show", firm_id=answer["firm_id"])
    changed = replayed and answer["digest"] != _digest()
    if _scripted():
        return jsonify(name=answer["name"], href=home, replayed=replayed, changed=changed), 201
    flash(_("Registered."), "good")
    return redirect(home)


def _refused(form: FieldForm, hints: Hints) -> Any:
    if not _scripted():
        return _page(form, hints), 422
    problems = [{"field": None, "message": str(message)} for message in form.form_errors]
    problems += [
        {"field": field.name, "message": "; ".join(str(each) for each in field.errors)}
        for field in form
        if field.errors
    ]
    known = url_for("firms.show", firm_id=hints.known_id) if hints.known_id else None
    return jsonify(
        problems=problems, suggestion=hints.suggestion, known=known, same_name=hints.same_name
    ), 422


def _digest() -> str:
    """Of what was typed and of the photo."""
    said: list[Any] = sorted(
        (name, text) for name, text in request.form.items(multi=True) if name not in {"csrf_token", "key"}
    )
    for name, file in sorted(request.files.items(multi=True)):
        said.append((name, attachments.measure(file.stream)[0]))
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
