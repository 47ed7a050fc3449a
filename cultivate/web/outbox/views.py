"""Views of ``outbox``: letters as they were written, and what became of them."""

from base64 import b64encode
from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for

from cultivate import clock
from cultivate.domain import schedule
from cultivate.domain.permissions import Act
from cultivate.extensions import settings
from cultivate.i18n import _
from cultivate.queries import deliveries
from cultivate.services import outbox
from cultivate.web.access import needs
from cultivate.web.headers import LETTER_POLICY, POLICY
from cultivate.web.numbers import whole
from cultivate.web.outbox import blueprint
from cultivate.web.outbox.words import KINDS, STATUSES
from cultivate.web.request import actor, db

NEXT_SLOTS = 3


@blueprint.get("/outbox")
@needs(Act.VIEW_OUTBOX)
def index() -> Any:
    """One's own letters; with ``MANAGE_OUTBOX`` everybody's."""
    status = request.args.get("status") or None
    page = deliveries.list_deliveries(db(), actor(), status, request.args.get("page", 1, type=whole))
    return render_template(
        "outbox/index.html",
        page=page,
        status=status,
        counts=deliveries.counts(db(), actor()),
        statuses=STATUSES,
        kinds=KINDS,
        everybody=actor().may(Act.MANAGE_OUTBOX),
        has_server=settings().smtp_url is not None,
        next_slots=_next_slots(),
    )


def _next_slots() -> list[Any]:
    """When the next weekly letters are due."""
    slots, moment = [], clock.now()
    for _number in range(NEXT_SLOTS):
        moment = schedule.SCHEDULE[schedule.WEEKLY_LETTERS].after(moment)
        slots.append(moment)
    return slots


@blueprint.get("/outbox/<int:delivery_id>")
@needs(Act.VIEW_OUTBOX)
def show(delivery_id: int) -> Any:
    """One letter, its files, and the history of its delivery."""
    row = deliveries.get_delivery(db(), actor(), delivery_id)
    parts = deliveries.list_parts(db(), delivery_id)
    page = render_template(
        "outbox/show.html",
        row=row,
        files=[part for part in parts if part.content_id is None],
        statuses=STATUSES,
        kinds=KINDS,
        as_text=request.args.get("as") == "text",
        text=deliveries.get_bodies(db(), actor(), delivery_id)[0],
        has_server=settings().smtp_url is not None,
    )
    response = Response(page)
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


@blueprint.get("/outbox/<int:delivery_id>/html")
@needs(Act.VIEW_OUTBOX)
def html(delivery_id: int) -> Response:
    """The letter's own HTML, for the frame; pictures stand in it as data, as the mail carries them."""
    body = deliveries.get_bodies(db(), actor(), delivery_id)[1]
    for part in deliveries.list_parts(db(), delivery_id):
        if part.content_id is not None:
            content = deliveries.get_part(db(), actor(), delivery_id, part.id)[1]
            data = f"data:{part.content_type};base64,{b64encode(content).decode()}"
            body = body.replace(f"cid:{part.content_id}", data)
    # links of a letter open outside the frame, where the pages may be shown
    response = Response(body.replace("<head>", '<head><base target="_top">', 1), mimetype="text/html")
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@blueprint.get("/outbox/<int:delivery_id>/files/<int:part_id>")
@needs(Act.VIEW_OUTBOX)
def file(delivery_id: int, part_id: int) -> Response:
    """A file of a letter, to keep."""
    part, content = deliveries.get_part(db(), actor(), delivery_id, part_id)
    response = Response(content, mimetype=part.content_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(part.name)}"
    return response


@blueprint.post("/outbox/<int:delivery_id>/try-again")
@needs(Act.MANAGE_OUTBOX)
def try_again(delivery_id: int) -> Any:
    """Queue it once more, under the same Message-ID."""
    outbox.try_again(db(), actor(), delivery_id)
    flash(_("Queued; it goes out within a minute."), "good")
    return redirect(url_for("outbox.show", delivery_id=delivery_id))
