"""Columns, constraints and relationships; no rule."""

from cultivate.models.api_token import ApiToken
from cultivate.models.application_batch import ApplicationBatch, BatchEntry, BatchPaper
from cultivate.models.assessment import Assessment, Scenario
from cultivate.models.assignment import Assignment, Handover
from cultivate.models.attachment import Attachment, StoredFile, StoredPart
from cultivate.models.audit_event import AuditEvent
from cultivate.models.candidacy import Candidacy, Proposal, Transfer
from cultivate.models.certificate import Certificate
from cultivate.models.delivery import Delivery, DeliveryPart
from cultivate.models.duplicate import DuplicatePair, FirmLink, FirmMerge
from cultivate.models.firm import Firm, FirmName
from cultivate.models.firm_fact import FirmFact
from cultivate.models.firm_figure import FirmFigure, IntellectualProperty
from cultivate.models.firm_need import FirmNeed
from cultivate.models.idempotency_key import IdempotencyKey
from cultivate.models.import_batch import ImportBatch, ImportLayout, ImportRow
from cultivate.models.job_run import JobRun, SchedulerSeen
from cultivate.models.ledger import LedgerRollup, Posting, StageMove
from cultivate.models.org_unit import OrgUnit
from cultivate.models.policy_pack import PolicyPack
from cultivate.models.progress import Progress
from cultivate.models.quality_task import QualityTask
from cultivate.models.saved_view import FirmTag, SavedView, Tag
from cultivate.models.screening import Screening, ScreeningChange, ScreeningRun
from cultivate.models.search_index import SearchChange, SearchPosting
from cultivate.models.service_record import ServiceRecord, ServiceRound
from cultivate.models.stall_note import StallNote
from cultivate.models.target import Target
from cultivate.models.user import User, user_unit
from cultivate.models.yearly_report import YearlyReport

__all__ = [
    "ApiToken",
    "ApplicationBatch",
    "Assessment",
    "Assignment",
    "Attachment",
    "AuditEvent",
    "BatchEntry",
    "BatchPaper",
    "Candidacy",
    "Certificate",
    "Delivery",
    "DeliveryPart",
    "DuplicatePair",
    "Firm",
    "FirmFact",
    "FirmFigure",
    "FirmLink",
    "FirmMerge",
    "FirmName",
    "FirmNeed",
    "FirmTag",
    "Handover",
    "IdempotencyKey",
    "ImportBatch",
    "ImportLayout",
    "ImportRow",
    "IntellectualProperty",
    "JobRun",
    "LedgerRollup",
    "OrgUnit",
    "PolicyPack",
    "Posting",
    "Progress",
    "Proposal",
    "QualityTask",
    "SavedView",
    "Scenario",
    "SchedulerSeen",
    "Screening",
    "ScreeningChange",
    "ScreeningRun",
    "SearchChange",
    "SearchPosting",
    "ServiceRecord",
    "ServiceRound",
    "StageMove",
    "StallNote",
    "StoredFile",
    "StoredPart",
    "Tag",
    "Target",
    "Transfer",
    "User",
    "YearlyReport",
    "user_unit",
]
