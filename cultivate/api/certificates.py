"""``/certificates``: which count, which have ended, one with its reports, and taking one out of force."""

from dataclasses import fields
from typing import Any

from cultivate import clock
from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.candidacies import answer
from cultivate.api.shapes.certificate import (
    STATUSES,
    CertificatePage,
    CertificateQuery,
    NumberCorrection,
    ReportNote,
    Revocation,
    RevokedCertificate,
    WholeCertificate,
    revoked,
)
from cultivate.domain import certificate_number
from cultivate.domain.permissions import Act
from cultivate.i18n import _
from cultivate.queries import certificate_page, places, report_states, yearly_reports
from cultivate.queries import certificates as queries
from cultivate.request_session import actor, db
from cultivate.services import certificate_edits
from cultivate.services import certificates as services
from cultivate.services import yearly_reports as note_service
from cultivate.services.yearly_reports import Note

api = blueprint.make("certificates", "Certificates as of a day.")
ONE = "/certificates/<int(max=9223372036854775807):certificate_id>"


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


def _whole(certificate_id: int) -> dict[str, Any]:
    """One certificate as the page shows it."""
    today = clock.today()
    row = queries.get_certificate(db(), actor().scope, certificate_id, today)
    earlier, later = certificate_page.before_and_after(db(), row.candidacy_id)
    reports = yearly_reports.of_certificate(db(), row.id, today)
    rule = report_states.rule_of(db(), row.track, today)
    odd = certificate_number.warning(row.number, track=row.track, issued_year=row.issued_on.year)
    running = row.status in {"in_force", "ending"}
    return {
        **{field.name: getattr(row, field.name) for field in fields(row)},
        "number_warning": _(odd) if odd else None,
        "renews_id": earlier.id if earlier else None,
        "renewed_by_id": later.id if later else None,
        "at_risk": running and rule is not None and any(each.missed >= rule.cancels_at for each in reports),
        "reports": reports,
    }


@api.route(ONE)
@needs(Act.VIEW)
@api.response(200, WholeCertificate)
def get_certificate(certificate_id: int) -> Any:
    """One certificate with its yearly reports."""
    return _whole(certificate_id)


@api.route(ONE, methods=["PATCH"])
@needs(Act.CORRECT_CERTIFICATE)
@api.arguments(NumberCorrection)
@api.response(200, WholeCertificate)
def correct_certificate(body: dict[str, Any], certificate_id: int) -> Any:
    """Set a mistyped number right."""
    certificate_edits.correct_number(db(), actor(), certificate_id, **body)
    return _whole(certificate_id)


@api.route(f"{ONE}/reports", methods=["POST"])
@needs(Act.NOTE_REPORTS)
@blueprint.takes_key
@api.arguments(ReportNote)
@api.response(200, WholeCertificate)
def note_report(body: dict[str, Any], certificate_id: int) -> Any:
    """Note a yearly report as filed, missed or not required, or take the note back."""
    said = Note(year=body["year"], state=body["state"], filed_on=body["filed_on"], text=body["note"])
    note_service.note(db(), actor(), certificate_id, said, body["version"])
    return _whole(certificate_id)


@api.route(f"{ONE}/revoke", methods=["POST"])
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
