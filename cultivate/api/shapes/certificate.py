"""Certificates as of a day."""

from typing import Any

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Body, Choice, Day, Id, Inner, Many, Text, Whole
from cultivate.api.shapes.base import Answer, PageQuery, PageShape, UnitCode
from cultivate.api.shapes.move import MoveAnswer
from cultivate.domain.yearly_reports import FILED, NOTED, WITHDRAWN
from cultivate.domain.yearly_reports import STATES as STATES_OF_REPORTS
from cultivate.queries.certificates import ListedCertificate

#: what a program asks for -> what the query calls it; ``expired`` is the account's name in the funnel
STATUSES: dict[str, str] = {
    "in_force": "in_force",
    "ending": "ending",
    "expired": "lapsed",
    "superseded": "superseded",
    "revoked": "revoked",
    "valid": "in_force",
}
ANSWERED = {"ending": "in_force", "lapsed": "expired"}


class CertificateShape(Answer):
    """A certificate; ``in_force`` is the number of the funnel."""

    id = Id()
    version = Id()
    candidacy_id = Id()
    firm_id = Id()
    firm = fields.String(metadata={"description": "name"})
    uscc = fields.String(allow_none=True)
    street = UnitCode(metadata={"description": "where the firm lay on the day"})
    park = UnitCode(allow_none=True)
    track = fields.String()
    number = fields.String()
    issued_on = Day()
    counts_from = Day()
    valid_through = Day(allow_none=True, metadata={"description": "last day in force; null without an end"})
    status = fields.Method(
        "_status",
        metadata={"type": "string", "enum": ["in_force", "expired", "superseded", "revoked", "left"]},
    )
    revoked_on = Day(allow_none=True)
    revoked_reason = fields.String(allow_none=True)

    def _status(self, row: ListedCertificate | dict[str, Any]) -> str:
        status: str = row["status"] if isinstance(row, dict) else row.status
        return ANSWERED.get(status, status)


class ReportShape(Answer):
    """A yearly report under a certificate; `version` is 0 where nothing was noted."""

    year = Whole(metadata={"description": "the year reported on; due in the year after"})
    due_on = Day()
    state = fields.String(metadata={"enum": [*STATES_OF_REPORTS]})
    noted = fields.Boolean(metadata={"description": "false: the state follows from the day alone"})
    filed_on = Day(allow_none=True)
    note = fields.String()
    by = fields.String(allow_none=True)
    version = Whole()


class WholeCertificate(CertificateShape):
    """A certificate with its yearly reports, the ones before and after it, and a warning of its number."""

    number_warning = fields.String(allow_none=True)
    rename_reported_on = Day(allow_none=True)
    relocation_case = fields.String(allow_none=True)
    renews_id = Id(allow_none=True, metadata={"description": "the certificate before it"})
    renewed_by_id = Id(allow_none=True, metadata={"description": "the certificate after it"})
    at_risk = fields.Boolean(metadata={"description": "as many reports missed as cost the qualification"})
    reports = Many(Inner(ReportShape))


class NumberCorrection(Body):
    """The right number, why the other one was wrong, and the version that was seen."""

    number = Text(longest=40, required=True)
    reason = Text(longest=500, required=True)
    version = Id(required=True)


class ReportNote(Body):
    """What became of a yearly report; `version` is that of the report as it was shown, 0 where none was noted."""

    year = Whole(required=True)
    state = Choice((*NOTED, WITHDRAWN), load_default=FILED)
    filed_on = Day(load_default=None, metadata={"description": "today if not said"})
    note = Text(longest=500, load_default="")
    version = Whole(required=True)


class RevokedCertificate(Answer):
    """A certificate that was just revoked, and the move that this was."""

    certificate = Inner(CertificateShape)
    move = Inner(MoveAnswer)


class CertificatePage(PageShape):
    """Certificates, those that end first on top."""

    items = Many(Inner(CertificateShape))


class CertificateQuery(PageQuery):
    """Which certificates, as of a day."""

    track = Choice(tuple(packs.tracks()), load_default=None)
    status = Choice(
        tuple(STATUSES),
        load_default=None,
        metadata={
            "description": "`ending`: of `in_force` what ends in the day's year; `valid` is `in_force`"
        },
    )
    as_of = Day(load_default=None, metadata={"description": "today if not said"})
    unit = Text(longest=32, load_default="")


class Revocation(Body):
    """Since when, and why."""

    on = Day(load_default=None, metadata={"description": "today if not said"})
    reason = Text(longest=1000, load_default="")


def revoked(certificate: ListedCertificate, move: dict[str, Any]) -> dict[str, Any]:
    """The answer to a revocation."""
    return {"certificate": certificate, "move": move}
