"""``/attachments/<id>``: a paper itself, to look at where a browser can do so safely, else to take away."""

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import dump_options_header

from cultivate.db.engine import Database
from cultivate.domain.permissions import Act
from cultivate.extensions import database
from cultivate.queries import attachments
from cultivate.queries.attachments import Paper
from cultivate.web.access import needs
from cultivate.web.attachments import blueprint
from cultivate.web.request import actor, db

#: nothing in a paper may run, load or send; browsers style the page around a bare picture themselves
_SEALED = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
POLICIES = {
    "picture": f"{_SEALED}; sandbox",
    "pdf": f"{_SEALED}; object-src 'self'",  # a sandbox would keep the browser's own viewer out
    None: f"{_SEALED}; sandbox",
}


@blueprint.get("/attachments/<int:attachment_id>")
@needs(Act.VIEW)
def show(attachment_id: int) -> Response:
    """The content. Pictures and PDF are shown, unless ``?download=1`` asks for the file.

    A browser may keep it, but asks each time whether it still may show it.
    """
    paper = attachments.get_paper(db(), actor().scope, attachment_id)
    shown = paper.preview is not None and "download" not in request.args
    response = Response(_stream(database(), paper.digest), mimetype=paper.media_type)
    response.content_length = paper.size
    response.headers["Content-Disposition"] = _disposition(paper, "inline" if shown else "attachment")
    response.headers["Content-Security-Policy"] = POLICIES[paper.preview if shown else None]
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{paper.id}-{paper.digest[:32]}")
    response.make_conditional(request)
    return response


def _stream(base: Database, digest: str) -> Iterator[bytes]:
    """The pieces, in a session of their own: the request's is closed before the last one is sent."""
    with base.reading() as session:
        yield from attachments.parts_of(session, digest)


def _disposition(paper: Paper, how: str) -> str:
    """RFC 6266: the name in Chinese as RFC 5987 has it, and one in ASCII for programs that know no better."""
    plain = paper.name.encode("ascii", "ignore").decode().strip(". ") or "file"
    return f"{dump_options_header(how, {'filename': plain})}; filename*=UTF-8''{quote(paper.name, safe='')}"
