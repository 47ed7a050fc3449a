"""Reading bodies and queries: refusals in our words, every problem at once, unknown names refused.

A misspelt filter that was ignored would answer with the whole register; so it is a 422.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, missing
from webargs.flaskparser import FlaskParser

from cultivate.api.problems import InvalidInput, NotJson
from cultivate.errors import N_, Invalid

#: places in marshmallow's tree of messages that are no names of fields
_NO_NAMES = frozenset({"_schema", "value", "key"})


class Parser(FlaskParser):
    """webargs with our refusals."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 webargs' own protocol
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 webargs' signature
        """The body; none at all is an empty object, so that what is needed is named."""
        body = req.get_data(cache=True)
        if not body:
            return missing
        if not req.is_json:
            raise NotJson
        try:
            return _checked(json.loads(body), body)
        except (ValueError, RecursionError) as error:
            raise Invalid(N_("The body is no readable JSON."), field="body", code="json-invalid") from error

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise every problem at once, the first in the order of the fields."""
        (tree,) = error.messages.values() if isinstance(error.messages, dict) else (error.messages,)
        raise InvalidInput(list(_flat(tree))) from error


def _checked(content: Any, body: bytes) -> Any:
    r"""Half characters (``\\ud800`` alone) are JSON to Python, but can be neither stored nor sent back."""
    if b"\\u" in body:
        json.dumps(content, ensure_ascii=False).encode()
    return content


def _flat(tree: Any, path: tuple[str, ...] = ()) -> Iterator[Invalid]:
    if isinstance(tree, Mapping):
        for name, below in tree.items():
            yield from _flat(below, path if name in _NO_NAMES else (*path, str(name)))
        return
    for leaf in tree:
        field = ".".join(path) or "body"
        if isinstance(leaf, Invalid):
            yield Invalid(leaf.msgid, field=field, code=leaf.problem, **leaf.params)
        else:
            yield Invalid(str(leaf), field=field)
