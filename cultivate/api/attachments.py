"""``/firms/{id}/attachments``: papers of a firm."""

from collections.abc import Iterator
from typing import Any

from flask import Response
from werkzeug.datastructures import FileStorage

from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.firms import ONE
from cultivate.api.shapes.attachment import AttachmentFile, AttachmentPage, AttachmentQuery, AttachmentShape
from cultivate.api.shapes.base import PageQuery
from cultivate.db.engine import Database
from cultivate.domain.permissions import Act
from cultivate.extensions import database
from cultivate.queries import attachments as queries
from cultivate.queries import firms
from cultivate.request_session import actor, db
from cultivate.services import attachments

api = blueprint.make("attachments", "Papers of a firm.")
CONTENT = "application/octet-stream"


@api.route(f"{ONE}/attachments")
@needs(Act.VIEW)
@api.arguments(PageQuery, location="query")
@api.response(200, AttachmentPage)
def list_attachments(query: dict[str, Any], firm_id: int) -> dict[str, Any]:
    """List the papers of a firm, newest first."""
    scope = actor().scope
    firms.get_firm(db(), scope, firm_id)
    rows = [row for row in queries.list_of_firm(db(), scope, firm_id) if row.deleted_at is None]
    return cursor.page(rows, query["cursor"], query["limit"])


@api.route(f"{ONE}/attachments", methods=["POST"])
@needs(Act.EDIT_FIRM)
@blueprint.takes_key
@api.arguments(AttachmentQuery, location="query")
@api.arguments(AttachmentFile, location="files")
@api.response(201, AttachmentShape)
def add_attachment(query: dict[str, Any], files: dict[str, FileStorage], firm_id: int) -> Any:
    """Keep a paper; the same content under the same kind is there once."""
    file = files["file"]
    said = (query["kind"], file.filename or "", file.stream, query["note"])
    made = attachments.attach(db(), actor(), firm_id, *said)
    where = {"Location": f"{blueprint.PREFIX}/attachments/{made}"}
    return queries.get_paper(db(), actor().scope, made), 201, where


@api.route("/attachments/<int(max=9223372036854775807):attachment_id>")
@needs(Act.VIEW)
@api.response(200, {"type": "string", "format": "binary"}, content_type=CONTENT)
def show_attachment(attachment_id: int) -> Any:
    """The content of a paper; what it is stands in the list."""
    paper = queries.get_paper(db(), actor().scope, attachment_id)
    response = Response(_stream(database(), paper.digest), mimetype=CONTENT)
    response.content_length = paper.size
    response.headers["Content-Disposition"] = "attachment"
    return response


def _stream(base: Database, digest: str) -> Iterator[bytes]:
    """The pieces, in a session of their own: the request's is closed before the last one is sent."""
    with base.reading() as session:
        yield from queries.parts_of(session, digest)
