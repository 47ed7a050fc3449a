"""My work: what waits for whoever reads, each row done in place."""

from typing import Any

from flask import redirect, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import NotFound
from cultivate.web.access import needs
from cultivate.web.request import actor
from cultivate.web.work import blueprint
from cultivate.web.work.answers import is_piece
from cultivate.web.work.page import page, piece
from cultivate.web.work.sections import find_section


@blueprint.get("/work")
@needs(Act.VIEW)
def show() -> str:
    """All sections, or one of them in full."""
    return page()


@blueprint.get("/work/sections/<section>")
@needs(Act.VIEW)
def show_section(section: str) -> Any:
    """One section as a piece of the page; opened by hand it leads to the page."""
    if find_section(actor(), section) is None:
        raise NotFound
    return piece(section) if is_piece() else redirect(url_for("work.show", section=section))
