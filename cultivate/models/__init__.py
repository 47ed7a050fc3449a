"""Columns, constraints and relationships; no rule."""

from cultivate.models.api_token import ApiToken
from cultivate.models.audit_event import AuditEvent
from cultivate.models.candidacy import Candidacy, Proposal, Transfer
from cultivate.models.certificate import Certificate
from cultivate.models.delivery import Delivery, DeliveryPart
from cultivate.models.firm import Firm, FirmName, FirmYear
from cultivate.models.idempotency_key import IdempotencyKey
from cultivate.models.import_batch import ImportBatch, ImportRow
from cultivate.models.job_run import JobRun, SchedulerSeen
from cultivate.models.ledger import LedgerRollup, Posting, StageMove
from cultivate.models.org_unit import OrgUnit
from cultivate.models.service_record import ServiceRecord
from cultivate.models.target import Target
from cultivate.models.user import User, user_unit

__all__ = [
    "ApiToken",
    "AuditEvent",
    "Candidacy",
    "Certificate",
    "Delivery",
    "DeliveryPart",
    "Firm",
    "FirmName",
    "FirmYear",
    "IdempotencyKey",
    "ImportBatch",
    "ImportRow",
    "JobRun",
    "LedgerRollup",
    "OrgUnit",
    "Posting",
    "Proposal",
    "SchedulerSeen",
    "ServiceRecord",
    "StageMove",
    "Target",
    "Transfer",
    "User",
    "user_unit",
]
