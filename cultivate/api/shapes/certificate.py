"""Certificates as of a day."""

from typing import Any

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Body, Choice, Day, Id, Inner, Many, Text
from cultivate.api.shapes.base import Answer, PageQuery, PageShape, UnitCode
from cultivate.api.shapes.move import MoveAnswer
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
_ANSWERED = {"ending": "in_force", "lapsed": "expired"}


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
        "_status", metadata={"type": "string", "enum": ["in_force", "expired", "superseded", "revoked"]}
    )
    revoked_on = Day(allow_none=True)
    revoked_reason = fields.String(allow_none=True)

    def _status(self, row: ListedCertificate) -> str:
        return _ANSWERED.get(row.status, row.status)


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
