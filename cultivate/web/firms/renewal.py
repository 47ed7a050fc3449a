"""The checklist of a renewal in words: each step done, not done or not known, and where it is mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.filing import BASES
from cultivate.domain.permissions import Act
from cultivate.i18n import _, _n
from cultivate.packs.policy_words import need_words, say, short_words, value_words
from cultivate.queries import certificates, renewal_steps, report_states, yearly_reports
from cultivate.queries.certificates import ListedCertificate
from cultivate.queries.renewal_steps import DONE, NOT_DONE, STEPS, Checklist, Step
from cultivate.web.firms.steps import Link, TrackPanel
from cultivate.web.request import db


@dataclass(frozen=True, slots=True)
class Line:
    """One step in one line."""

    code: str
    title: str
    state: str
    says: str
    mend: Link | None


@dataclass(frozen=True, slots=True)
class RenewalCard:
    """What the page shows of a renewal."""

    certificate_id: int
    year: int
    opens_on: date
    closes_on: date
    basis: str
    begins_on: date
    lines: tuple[Line, ...]
    open: int


def card(actor: Actor, row: ListedCertificate) -> RenewalCard | None:
    """Of a certificate in force that ends; nothing where the year of its filing is still to come into view."""
    today = clock.today()
    if row.status not in {"in_force", "ending"}:
        return None
    found = renewal_steps.checklist(db(), row, today)
    if found is None or found.filing.year > today.year + 1:
        return None
    filing = found.filing
    return RenewalCard(
        row.id,
        filing.year,
        filing.opens_on,
        filing.closes_on,
        _(BASES[filing.basis], year=filing.basis_year),
        found.begins_on,
        tuple(_line(actor, row, found, step) for step in found.steps),
        found.open,
    )


def _line(actor: Actor, row: ListedCertificate, found: Checklist, step: Step) -> Line:
    says, mend = {"rename": _rename, "rights": _rights, "ratio": _ratio, "reports": _reports}[step.code](
        row, found, step
    )
    shown = mend if step.state != DONE and actor.may(Act.EDIT_FIRM) else None
    return Line(step.code, _(STEPS[step.code]), step.state, says, shown)


def _rename(row: ListedCertificate, _found: Checklist, step: Step) -> tuple[str, Link | None]:
    if step.found is None:
        return _("The name is the one of the certificate."), None
    if step.state == DONE:
        return _("Reported on %(day)s.", day=step.found.reported_on.isoformat()), None
    says = _(
        "Was “%(name)s” until %(since)s; the authority is to be told by %(day)s, before the filing.",
        name=step.found.former,
        since=step.found.since.isoformat(),
        day=step.found.report_by.isoformat(),
    )
    return says, Link(_("Note the report"), url_for("certificates.rename", certificate_id=row.id))


def _rights(row: ListedCertificate, _found: Checklist, step: Step) -> tuple[str, Link | None]:
    found = step.found
    mend = Link(_("List the rights"), url_for("firms.show", firm_id=row.firm_id, _anchor="properties"))
    if not found.listed:
        return _("No rights are listed."), mend
    if found.first:
        return _n(
            "%(num)s of class Ⅰ, which serves again.", "%(num)s of class Ⅰ, which serve again.", found.first
        ), None
    if step.state == NOT_DONE or found.marked:
        return _(
            "%(new)s of class Ⅱ not used before, of %(needed)s; %(used)s are used up.",
            new=found.second,
            needed=found.needed,
            used=found.used_up,
        ), mend
    return _(
        "%(count)s of class Ⅱ, but nobody marked which of them the last application used.",
        count=found.second,
    ), mend


def _ratio(row: ListedCertificate, found: Checklist, step: Step) -> tuple[str, Link | None]:
    judged, closing = step.found, found.filing.figures_close_on
    enter = Link(
        _("Enter figures of %(year)s", year=closing.year),
        url_for("firms.edit_figures", firm_id=row.firm_id, year=closing.year),
    )
    if step.state == DONE:
        return _("%(value)s, needed %(need)s.", value=value_words(judged), need=need_words(judged)), None
    says = say(judged.message)
    if step.state == NOT_DONE and judged.shortfall is not None:
        says = _("Short by %(amount)s.", amount=short_words(judged))
    if clock.today() <= closing:
        says += " " + _("What is spent by %(day)s still counts.", day=closing.isoformat())
    elif step.state == NOT_DONE:
        says += " " + _("The year closed on %(day)s; nothing spent since counts.", day=closing.isoformat())
    return says, enter


def _reports(row: ListedCertificate, _found: Checklist, step: Step) -> tuple[str, Link | None]:
    mend = Link(_("See the reports"), url_for("certificates.show", certificate_id=row.id, _anchor="reports"))
    if step.found.missed:
        return _n("%(num)s report missed.", "%(num)s reports missed.", step.found.missed), mend
    if step.found.unknown:
        return _n(
            "Of %(num)s report nobody knows.", "Of %(num)s reports nobody knows.", step.found.unknown
        ), mend
    return _("None was missed."), None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the firm's page says of a certificate in force beside its number."""

    certificate_id: int
    missed: int
    at_risk: bool


def of_panels(
    actor: Actor, panels: Sequence[TrackPanel]
) -> tuple[dict[int, Standing], dict[int, RenewalCard]]:
    """By candidacy: how the reports stand, and the checklist at the next round or, before it, at the held one."""
    standings: dict[int, Standing] = {}
    cards: dict[int, RenewalCard] = {}
    for panel in panels:
        for way in panel.ways:
            if way.certificate is None or way.certificate.status != "valid":
                continue
            row = certificates.get_certificate(db(), actor.scope, way.certificate.id, clock.today())
            standings[way.id] = _standing(row)
            found = card(actor, row)
            if found is not None:
                cards[next((each.id for each in panel.ways if each.id != way.id), way.id)] = found
    return standings, cards


def _standing(row: ListedCertificate) -> Standing:
    rows = yearly_reports.of_certificate(db(), row.id, clock.today())
    rule = report_states.rule_of(db(), row.track, clock.today())
    missed = rows[0].missed if rows else 0
    return Standing(row.id, missed, rule is not None and missed >= rule.cancels_at)
