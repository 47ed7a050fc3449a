"""Forms in tests, sent the way a browser sends them: with the token of the page."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def send(client: FlaskClient, path: str, page: str | None = None, **values: object) -> TestResponse:
    """POST with the CSRF token found on ``page`` (default: the same address)."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page or path).text)
    assert found, f"no form on {page or path}"
    return client.post(path, data={"csrf_token": found[1], **values})
