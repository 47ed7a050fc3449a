"""Dossiers as a file, of one firm or of many, to go out with; who took them away is kept."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid
from cultivate.i18n import _
from cultivate.reports.dossier import content, paper
from cultivate.services import audit

#: more than anybody visits in a week, and as much as is made while somebody waits
MOST = 50


def write_dossiers(
    session: Session, reading: Session, actor: Actor, firm_ids: Collection[int]
) -> tuple[str, bytes]:
    """Name and content of a PDF with a page for each firm, in this order.

    It takes seconds, so it is read through ``reading``: ``session`` takes SQLite's one writer only to note it.
    ``Invalid`` for none or for more than anybody visits; ``NotFound`` where one lies outside the scope.
    """
    actor.require(Act.EXPORT)
    ids = list(dict.fromkeys(firm_ids))
    if not 1 <= len(ids) <= MOST:
        raise Invalid(
            N_("Dossiers are made of between 1 and %(most)s firms: narrow the list."),
            field="rows",
            code="too-many" if ids else "nothing-selected",
            most=MOST,
        )
    found = content.of_firms(reading, actor, ids)
    title = found[0].name if len(found) == 1 else _("Dossiers")
    made = paper.render(found, title)
    audit.note(session, actor, "export", "dossier", None, rows=len(ids), firms=ids, format="pdf")
    session.flush()
    return f"{title}-{clock.today():%Y%m%d}.pdf", made
