"""``/certificates``: which count, which have ended, and taking one out of force."""

from typing import Any

from cultivate import clock
from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.candidacies import answer
from cultivate.api.shapes.certificate import (
    STATUSES,
    CertificatePage,
    CertificateQuery,
    Revocation,
    RevokedCertificate,
    revoked,
)
from cultivate.domain.permissions import Act
from cultivate.queries import certificates as queries
from cultivate.queries import places
from cultivate.request_session import actor, db
from cultivate.services import certificates as services

api = blueprint.make("certificates", "Certificates as of a day.")


@api.route("/certificates")
@needs(Act.VIEW)
@api.arguments(CertificateQuery, location="query")
@api.response(200, CertificatePage)
def list_certificates(query: dict[str, Any]) -> dict[str, Any]:
    """List certificates as of a day, those that end first on top."""
    scope, limit = actor().scope, query["limit"]
    page = queries.list_certificates(
        db(),
        scope,
        query["track"],
        query["as_of"] or clock.today(),
        STATUSES.get(query["status"]),
        places.get_place(db(), scope, query["unit"]),
        cursor.page_number(query["cursor"], limit),
        limit,
    )
    more = page.number * limit < page.total
    return {
        "items": page.items,
        "total": page.total,
        "next": cursor.encode(page.number * limit) if more else None,
    }


@api.route("/certificates/<int(max=9223372036854775807):certificate_id>/revoke", methods=["POST"])
@needs(Act.REVOKE_CERTIFICATE)
@blueprint.takes_key
@api.arguments(Revocation)
@api.response(200, RevokedCertificate)
def revoke_certificate(body: dict[str, Any], certificate_id: int) -> Any:
    """Book that an authority took a certificate back."""
    day = body["on"] or clock.today()
    move_id = services.revoke(db(), actor(), certificate_id, day, body["reason"] or "")
    certificate = queries.get_certificate(db(), actor().scope, certificate_id, clock.today())
    return revoked(certificate, answer(move_id))
