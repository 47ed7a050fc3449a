"""The guard of the one move: who may take which way, and what must hold (design §3).

Pure: the service gathers the facts, this module says every reason why not. Page, bulk action, importer, API,
lists and jobs all ask here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from cultivate.domain.permissions import Act, may
from cultivate.domain.stages import OPEN_STAGES, OUTSIDE, WAYS, Exit, Stage
from cultivate.errors import N_, Invalid

#: ways out that only the bureau decides, and a caseworker proposes
DECIDED_EXITS = frozenset({Exit.WITHDRAWN, Exit.MOVED_OUT, Exit.CLOSED})
#: ways that only jobs, renewals and the certificate's own acts take
BY_CERTIFICATE = frozenset({Exit.EXPIRED, Exit.REVOKED, Exit.SUPERSEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFacts:
    """What the guard looks at."""

    role: str
    by_list: bool
    """An official list is the authority: it certifies from any stage."""
    source: str
    target: str
    effective_on: date
    today: date
    backdate_days: int
    last_effective_on: date | None
    credit_code_valid: bool
    in_charge: bool
    services: int
    reason: str | None
    override_reason: str | None
    has_certificate: bool
    issued_on: date | None
    number_taken: bool
    other_open: bool
    in_force: bool
    failed: str = ""
    """Conditions of the track's policy that do not hold, in words; one that is not known is none of them."""
    batch_open: bool = False
    """Whether an application batch takes the firm in that day: the one that was named, where one was."""
    certificate_lapsed_on: date | None = None
    """From which day on the certificate counts no more, of a candidacy that stands at ``certify``."""
    batch_named: bool = False


def required_act(source: str, target: str) -> Act:
    """The act of the permission table that a way asks for."""
    if source == OUTSIDE:
        return Act.OPEN_CANDIDACY
    if (source, target) == (Stage.DISCOVER, Stage.SERVE):
        return Act.MOVE_ON
    return Act.DECIDE


def refusals(facts: MoveFacts) -> list[Invalid]:
    """Every condition that does not hold, in the order in which a person would mend them; empty: go."""
    return [reason for check in _CHECKS for reason in check(facts)]


def _way(facts: MoveFacts) -> list[Invalid]:
    by_list = facts.by_list and facts.target == Stage.CERTIFY and facts.source in OPEN_STAGES
    if (facts.source, facts.target) in WAYS or by_list:
        return []
    if facts.source == facts.target:
        return [Invalid(N_("It is at this stage already."), field="to", code="already-there")]
    return [
        Invalid(
            N_("There is no way from here to there; the stages follow one another."),
            field="to",
            code="no-such-way",
        )
    ]


def _role(facts: MoveFacts) -> list[Invalid]:
    act = required_act(facts.source, facts.target)
    if may(facts.role, act):
        return []
    if act == Act.DECIDE and may(facts.role, Act.PROPOSE):
        if _way(facts):
            return []  # nobody goes there from here; "propose it" would mislead
        return [
            Invalid(
                N_("The bureau decides this. Propose it, with your reason."),
                field="to",
                code="propose-instead",
            )
        ]
    return [
        Invalid(
            N_("Your role may not do this. Ask the bureau or the administrator."),
            field="to",
            code="forbidden",
        )
    ]


def _days(facts: MoveFacts) -> list[Invalid]:
    field = "effective_on"
    if facts.effective_on > facts.today:
        return [Invalid(N_("The day lies in the future."), field=field, code="day-in-future")]
    found = []
    if facts.last_effective_on is not None and facts.effective_on < facts.last_effective_on:
        found.append(
            Invalid(
                N_("The day lies before the last move (%(day)s)."),
                field=field,
                code="day-before-last-move",
                day=facts.last_effective_on.isoformat(),
            )
        )
    limit = facts.today - timedelta(days=facts.backdate_days)
    if not may(facts.role, Act.BACKDATE_FREELY) and facts.effective_on < limit:
        found.append(
            Invalid(
                N_("You may back-date %(days)s days, to %(day)s; for more, ask the bureau."),
                field=field,
                code="backdated-too-far",
                days=facts.backdate_days,
                day=limit.isoformat(),
            )
        )
    return found


def _open(facts: MoveFacts) -> list[Invalid]:
    if facts.source != OUTSIDE:
        return []
    found = []
    if facts.other_open:
        found.append(
            Invalid(N_("The firm is already on its way on this track."), field="track", code="candidacy-open")
        )
    if facts.in_force and facts.target == Stage.DISCOVER:
        found.append(
            Invalid(
                N_("A certificate is in force on this track; its renewal is opened in the year it ends."),
                field="track",
                code="certificate-in-force",
            )
        )
    return found


def _serve(facts: MoveFacts) -> list[Invalid]:
    if (facts.source, facts.target) != (Stage.DISCOVER, Stage.SERVE):
        return []
    found = []
    if not facts.credit_code_valid:
        found.append(
            Invalid(
                N_("There is no credit code yet. Add it to the firm."),
                field="uscc",
                code="credit-code-missing",
            )
        )
    if not facts.in_charge:
        found.append(
            Invalid(N_("Nobody is in charge yet. Name somebody."), field="in_charge", code="nobody-in-charge")
        )
    return found


def _recommend(facts: MoveFacts) -> list[Invalid]:
    if (facts.source, facts.target) != (Stage.SERVE, Stage.RECOMMEND):
        return []
    if facts.override_reason:
        if may(facts.role, Act.OVERRIDE):
            return []
        return [
            Invalid(N_("Only the bureau may waive conditions."), field="override_reason", code="forbidden")
        ]
    found = []
    if facts.services == 0:
        found.append(
            Invalid(
                N_("There is no service record yet. Record a service first."),
                field="services",
                code="no-service-record",
            )
        )
    if facts.failed:
        found.append(
            Invalid(
                N_("The conditions are not met yet: %(conditions)s."),
                field="assessment",
                code="assessment-not-met",
                conditions=facts.failed,
            )
        )
    return [*found, *_batch(facts)]


def _batch(facts: MoveFacts) -> list[Invalid]:
    if facts.batch_open:
        return []
    day = facts.effective_on.isoformat()
    if facts.batch_named:
        return [
            Invalid(
                N_("This application batch takes no firm in on %(day)s."),
                field="batch_id",
                code="batch-not-open",
                day=day,
            )
        ]
    return [
        Invalid(
            N_("No application batch of this track is open on %(day)s."),
            field="batch",
            code="no-open-batch",
            day=day,
        )
    ]


def _certify(facts: MoveFacts) -> list[Invalid]:
    if facts.target != Stage.CERTIFY:
        return []
    if not facts.has_certificate or facts.issued_on is None:
        return [
            Invalid(
                N_("Certificate number and day of issue are needed."),
                field="certificate",
                code="certificate-missing",
            )
        ]
    found = []
    if facts.issued_on > facts.today:
        found.append(
            Invalid(N_("The day of issue lies in the future."), field="issued_on", code="day-in-future")
        )
    elif facts.effective_on < facts.issued_on:
        found.append(
            Invalid(
                N_("It cannot count before its day of issue (%(day)s)."),
                field="effective_on",
                code="day-before-issue",
                day=facts.issued_on.isoformat(),
            )
        )
    if facts.number_taken:
        found.append(
            Invalid(
                N_("This certificate number is recorded for another firm."),
                field="number",
                code="number-taken",
            )
        )
    return found


def _leaving(facts: MoveFacts) -> list[Invalid]:
    if facts.certificate_lapsed_on is None or facts.effective_on < facts.certificate_lapsed_on:
        return []
    return [
        Invalid(
            N_("The certificate ended on %(day)s; nothing but its lapse is booked from then on."),
            field="effective_on",
            code="certificate-ended",
            day=(facts.certificate_lapsed_on - timedelta(days=1)).isoformat(),
        )
    ]


def _reason(facts: MoveFacts) -> list[Invalid]:
    back = (facts.source, facts.target) == (Stage.RECOMMEND, Stage.SERVE)
    if (back or facts.target in DECIDED_EXITS) and not facts.reason:
        return [Invalid(N_("A reason is needed."), field="reason", code="reason-missing")]
    return []


_CHECKS: tuple[Callable[[MoveFacts], list[Invalid]], ...] = (
    _way,
    _role,
    _open,
    _serve,
    _recommend,
    _certify,
    _leaving,
    _reason,
    _days,
)
