"""What answers look like. One class a record: it writes the answer and stands in the description of the API."""

from typing import Any

from cultivate.api.shapes.candidacy import CandidacyShape
from cultivate.api.shapes.firm import FirmShape
from cultivate.queries.candidacies import CandidacyRow
from cultivate.queries.firms import FirmDetail


def present(record: Any) -> Any:
    """The record beside a conflict, in the shape in which its own address answers."""
    if isinstance(record, FirmDetail):
        return FirmShape().dump(record)
    if isinstance(record, CandidacyRow):
        return CandidacyShape().dump(record)
    return None
