"""What answers look like. One class a record: it writes the answer and stands in the description of the API."""

from typing import Any

from marshmallow import Schema

from cultivate.api.shapes.batch import ApplicationBatchShape, BatchPaperShape, describe
from cultivate.api.shapes.candidacy import CandidacyShape
from cultivate.api.shapes.certificate import CertificateShape, ReportShape
from cultivate.api.shapes.firm import FirmShape
from cultivate.api.shapes.need import NeedShape
from cultivate.queries.application_batches import BatchRow
from cultivate.queries.batch_papers import PaperRow
from cultivate.queries.candidacies import CandidacyRow
from cultivate.queries.certificates import ListedCertificate
from cultivate.queries.firm_needs import NeedRow
from cultivate.queries.firms import FirmDetail
from cultivate.queries.yearly_reports import Report

#: records that their own address answers as they are
_SHAPES: dict[type, type[Schema]] = {
    FirmDetail: FirmShape,
    PaperRow: BatchPaperShape,
    CandidacyRow: CandidacyShape,
    NeedRow: NeedShape,
    ListedCertificate: CertificateShape,
    Report: ReportShape,
}


def present(record: Any) -> Any:
    """The record beside a conflict, in the shape in which its own address answers."""
    if isinstance(record, BatchRow):
        return ApplicationBatchShape().dump(describe(record))
    shape = _SHAPES.get(type(record))
    return shape().dump(record) if shape else None
