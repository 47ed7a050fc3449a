"""``/search``: what the field in the header shows while somebody types."""

from typing import Any

from flask import redirect, render_template, request, url_for

from cultivate.domain import credit_code, search_marks, search_text
from cultivate.domain.permissions import Act
from cultivate.queries import suggestions
from cultivate.web.access import needs
from cultivate.web.firms import blueprint
from cultivate.web.firms.listing import LONGEST_QUERY
from cultivate.web.request import actor, db

#: who asks for the piece says so; a person who follows the address gets the list
PIECE = "X-Piece"


@blueprint.get("/search")
@needs(Act.VIEW)
def search() -> Any:
    """The first firms as a list box, without a page around it."""
    q = request.args.get("q", "").strip()[:LONGEST_QUERY]
    if PIECE not in request.headers:
        return redirect(url_for("firms.index", q=q or None))
    found = suggestions.suggest(db(), actor().scope, q)
    words = search_text.words(found.q)
    return render_template(
        "firms/_search.html",
        asked=q,
        found=found,
        marked=lambda name: search_marks.marked(name, words),
        register=_prefilled(q),
    )


def _prefilled(q: str) -> dict[str, str]:
    """What was not found, as the form of a new firm takes it."""
    checked = credit_code.check(q)
    return {"uscc": q} if checked.value or checked.suggestion else {"name": q}
