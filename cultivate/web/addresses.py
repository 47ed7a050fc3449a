"""Numbers in addresses: none is larger than an id can be, so a longer one leads nowhere."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class IdConverter(IntegerConverter):
    """``<int:…>``; a database would refuse a number that does not fit, and the page would be a crash."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002 werkzeug's name
        """As werkzeug's own, with a largest number where the route names none."""
        super().__init__(map, *args, **{"max": LARGEST, **kwargs})


def init_app(app: Flask) -> None:
    """For every route that is bound from here on."""
    app.url_map.converters["int"] = IdConverter
