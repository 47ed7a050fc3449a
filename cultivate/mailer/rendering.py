"""Letters as text: Jinja without a request.

Not ``render_template``: the pages' context processors speak of who is asking, and nobody is.
"""

from typing import Any

from flask import current_app


def render(template: str, **values: Any) -> str:
    """A template under ``templates/mail`` in the language that is set (``i18n.in_language``)."""
    return str(current_app.jinja_env.get_template(f"mail/{template}").render(**values))
