"""What must be done before the renewal of a certificate is filed, and how far each of it is."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.filing import Filing
from cultivate.domain.policy.judged import MET, UNKNOWN, Judged
from cultivate.domain.policy.pack import Pack
from cultivate.domain.yearly_reports import MISSED
from cultivate.domain.yearly_reports import UNKNOWN as REPORT_UNKNOWN
from cultivate.errors import N_
from cultivate.queries import certificate_page, readiness, rights, yearly_reports
from cultivate.queries.certificates import ListedCertificate
from cultivate.queries.filing import filing_of

DONE, NOT_DONE, NOT_KNOWN = "done", "not_done", "unknown"
#: codes in the order in which the checklist shows them
STEPS: dict[str, str] = {
    "rename": N_("New name through with the authority"),
    "rights": N_("Intellectual property for a new application"),
    "ratio": N_("R&D ratio over three years"),
    "reports": N_("Yearly reports filed"),
}
#: months within which a new name is reported (32号, art. 17), where the pack does not say
_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One of them; ``found`` is what the words are made of."""

    code: str
    state: str
    found: Any


@dataclass(frozen=True, slots=True)
class RenameFound:
    """The firm's last new name since the issue, and until when the authority is to be told."""

    former: str
    since: date
    report_by: date
    reported_on: date | None


@dataclass(frozen=True, slots=True)
class RightsFound:
    """Rights that count for a new application. ``marked`` says that used ones were told apart."""

    first: int
    second: int
    used_up: int
    needed: int
    listed: bool
    marked: bool


@dataclass(frozen=True, slots=True)
class ReportsFound:
    """How many were missed, and of how many nobody knows."""

    missed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Checklist:
    """The steps, and the window from which all is counted back."""

    certificate_id: int
    filing: Filing
    begins_on: date
    steps: tuple[Step, ...]

    @property
    def open(self) -> int:
        """How many are not done, or not known."""
        return sum(step.state != DONE for step in self.steps)


def checklist(session: Session, row: ListedCertificate, as_of: date) -> Checklist | None:
    """Of a certificate that ends; ``None`` where it does not, or nothing is known of the year's filing."""
    if row.valid_through is None:
        return None
    filing = filing_of(session, row.track, row.valid_through.year, as_of)
    if filing is None:
        return None
    ready = readiness.of_firm(session, row.firm_id, row.track, filing.closes_on)
    steps = [_rename(session, row, ready.applied.pack if ready else None)]
    if ready is not None:
        steps.append(_rights(session, row.firm_id, ready.applied.pack, as_of))
        ratio = next((each for each in ready.found.conditions if _is_ratio(ready.applied.pack, each)), None)
        if ratio is not None:
            steps.append(Step("ratio", _answer(ratio), ratio))
    reports = _reports(session, row.id, as_of)
    return Checklist(row.id, filing, filing.renewal_from, (*steps, *([reports] if reports else [])))


def _rename(session: Session, row: ListedCertificate, pack: Pack | None) -> Step:
    last = certificate_page.last_rename(session, row.firm_id, row.issued_on)
    if last is None or last.until is None:
        return Step("rename", DONE, None)
    duty = next((each for each in pack.duties if each.months), None) if pack else None
    found = RenameFound(
        last.former,
        last.until,
        _months_on(last.until, duty.months if duty and duty.months else _MONTHS),
        row.rename_reported_on,
    )
    told = row.rename_reported_on is not None and row.rename_reported_on >= last.until
    return Step("rename", DONE if told else NOT_DONE, found)


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _rights(session: Session, firm_id: int, pack: Pack, as_of: date) -> Step:
    """One of class Ⅰ serves again; of class Ⅱ enough that no earlier application used.

    Where nobody has marked what the earlier application used, the new ones cannot be told apart.
    """
    rule = pack.particular("renewal_rights")
    needed = int(rule.value) if rule and rule.value is not None else 1
    mine = rights.rights_of(session, [firm_id], as_of).get(firm_id)
    if mine is None:
        return Step("rights", NOT_KNOWN, RightsFound(0, 0, 0, needed, listed=False, marked=False))
    marked = mine.used_up > 0
    found = RightsFound(mine.first or 0, mine.second or 0, mine.used_up, needed, listed=True, marked=marked)
    if found.first:
        return Step("rights", DONE, found)
    if found.second and not marked:
        return Step("rights", NOT_KNOWN, found)
    return Step("rights", DONE if found.second >= needed else NOT_DONE, found)


def _is_ratio(pack: Pack, row: Judged) -> bool:
    """The ratio over several closed years: the year before the filing settles it."""
    condition = pack.condition(row.code)
    return condition is not None and condition.measure.kind == "ratio" and condition.measure.years > 1


def _answer(row: Judged) -> str:
    if row.result == UNKNOWN:
        return NOT_KNOWN
    return DONE if row.result == MET else NOT_DONE


def _reports(session: Session, certificate_id: int, as_of: date) -> Step | None:
    rows = yearly_reports.of_certificate(session, certificate_id, as_of)
    if not rows:
        return None
    found = ReportsFound(
        sum(row.state == MISSED for row in rows), sum(row.state == REPORT_UNKNOWN for row in rows)
    )
    state = NOT_DONE if found.missed else NOT_KNOWN if found.unknown else DONE
    return Step("reports", state, found)
