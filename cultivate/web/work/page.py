"""The page of my work, and one section of it by itself."""

from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from cultivate import clock
from cultivate.domain.permissions import Act
from cultivate.errors import NotFound
from cultivate.queries import duplicates, imports, units, worklist
from cultivate.queries.paging import Page
from cultivate.web.pipeline.question import page_number
from cultivate.web.request import actor, db
from cultivate.web.work.sections import Asked, Section, find_section, sections_of


def page(changed: str = "", **context: Any) -> str:
    """All sections, or the one in the address in full; ``context`` goes to ``changed``, whose act was refused."""
    chosen = find_section(actor(), request.args.get("section", "")) if not changed else None
    if chosen is None:
        asked = Asked(db(), actor(), clock.today())
    else:
        asked = Asked(db(), actor(), clock.today(), page_number(), worklist.PAGE_SIZE)
    shown = []
    for section in [chosen] if chosen else sections_of(actor()):
        extra = context if section.name == changed else {}
        shown.append((section, *_rendered(section, asked, single=chosen is not None, **extra)))
    return render_template(
        "work/show.html",
        shown=shown,
        single=chosen is not None,
        elsewhere=[] if chosen else _elsewhere(),
    )


def piece(name: str, **context: Any) -> str:
    """One section as it is now, with its count for the strip."""
    section = find_section(actor(), name)
    if section is None:
        raise NotFound
    return _rendered(section, Asked(db(), actor(), clock.today()), oob=True, **context)[1]


def _rendered(section: Section, asked: Asked, **context: Any) -> tuple[Page[Any], Markup]:
    """A section's rows, and how it looks."""
    rows = section.load(asked)
    values: dict[str, Any] = {
        "section": section,
        "name": section.name,
        "page": rows,
        "units": units.by_id(asked.session),
        **section.context(),
        **context,
    }
    html = render_template("work/_section.html", **values)
    return rows, Markup(html)  # noqa: S704 the template has escaped it


def _elsewhere() -> list[tuple[int, str, str]]:
    """What waits on pages of its own: how much, of which kind, where."""
    lines = imports.count_to_decide(db(), actor()) if actor().may(Act.IMPORT_LISTS) else 0
    pairs = duplicates.count_for(db(), actor())
    waiting = [
        (lines, "lines", url_for("imports.queue")),
        (pairs, "pairs", url_for("duplicates.index")),
    ]
    return [line for line in waiting if line[0]]
