"""What an address and a form may hold: refused here once, where it comes in, and not by a database."""

from collections.abc import Iterator
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """A number in a path: an id that no column holds is a page that there is not."""

    regex = "[0-9]{1,19}"

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        """As large as the largest column, unless the route says less."""
        super().__init__(url_map, *args, **{"max": LARGEST_ID, **kwargs})


def _texts() -> Iterator[str]:
    yield request.path
    for pairs in (request.args, request.form):
        for name, values in pairs.lists():
            yield name
            yield from values
    yield from (file.filename or "" for _name, file in request.files.items(multi=True))


def _refuse_nul() -> None:
    """PostgreSQL keeps no NUL in a text, and nobody types one. The API says so of the very field."""
    if not request.path.startswith("/api/") and any("\0" in text for text in _texts()):
        raise BadRequest


def init_app(app: Flask) -> None:
    """Before any route is added: the converter is looked up then."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(_refuse_nul)
