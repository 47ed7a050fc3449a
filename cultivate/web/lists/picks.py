"""What the box of a row says when it is ticked, and where the row leads."""

from flask import url_for

from cultivate.queries.firms import FirmRow
from cultivate.queries.pipeline import PipelineRow


def picks_firm(row: FirmRow) -> str:
    """``firm,candidacy.version,…`` with every candidacy that the list shows."""
    return ",".join([str(row.id), *(f"{way.id}.{way.version}" for way in row.candidacies)])


def picks_way(row: PipelineRow) -> str:
    """``firm,candidacy.version``."""
    return f"{row.firm_id},{row.candidacy_id}.{row.version}"


def link_firm(row: FirmRow) -> str:
    """The firm's page."""
    return url_for("firms.show", firm_id=row.id)


def link_way(row: PipelineRow) -> str | None:
    """The firm's page; none where the firm lies elsewhere today."""
    return url_for("firms.show", firm_id=row.firm_id) if row.can_open else None
