"""The recommendation list of a batch as a file; who took it away is kept."""

from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid
from cultivate.queries import application_batches, batch_documents, units
from cultivate.queries.batch_entries import EntryFilter
from cultivate.reports import recommendation
from cultivate.reports.recommendation import Recommendation
from cultivate.services import audit

FORMATS = {"xlsx": recommendation.to_xlsx, "pdf": recommendation.to_pdf}


def recommend(
    session: Session, actor: Actor, batch_id: int, wanted: EntryFilter, ending: str
) -> tuple[str, bytes]:
    """Name and content of the file: the firms of the batch that the filter finds and the reader may see."""
    actor.require(Act.EXPORT)
    if ending not in FORMATS:
        raise Invalid(N_("The list is written as .xlsx or .pdf."), field="format", code="format-unknown")
    batch = application_batches.get_batch(session, batch_id)
    firms = batch_documents.list_recommended(session, actor.scope, batch, wanted)
    what = Recommendation(batch=batch.title, unit=_unit(session, actor), day=clock.today(), firms=firms)
    content = FORMATS[ending](what)
    audit.note(session, actor, "export", "application_batch", batch_id, rows=len(firms), format=ending)
    session.flush()
    return f"{what.title}-{what.day:%Y%m%d}.{ending}", content


def _unit(session: Session, actor: Actor) -> str:
    """Whose seal goes under it: the one unit of who takes it away, else the bureau."""
    found = units.list_units(session)
    own = [unit for unit in found if unit.id in actor.unit_ids]
    if len(own) == 1:
        return own[0].name_zh
    return next((unit.name_zh for unit in found if unit.kind == "bureau"), "")
