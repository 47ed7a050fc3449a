"""Yearly reports of the demonstration's certificates: most filed, some missed, a few that nobody noted."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from cultivate import clock
from cultivate.demo.calendar import office_hour, workday
from cultivate.demo.desk import Desk
from cultivate.demo.world import DemoCandidacy
from cultivate.domain.stages import Stage
from cultivate.domain.yearly_reports import FILED, MISSED, NOT_REQUIRED, Held
from cultivate.models import Certificate, YearlyReport
from cultivate.queries import report_states

_CLOSED = "当年停业，已向主管部门说明"
#: so many years back the office kept the reports
_KEPT = 4


def write_reports(desk: Desk, seed: int) -> None:
    """Notes of reports that were due, and of those of this year that came early."""
    rng = Random(f"cultivate-reports-{seed}")  # noqa: S311 the point is that it can be repeated
    rules = report_states.rules(desk.session, desk.today)
    candidacies = {one.id: one for one in desk.world.candidacies}
    statement = select(Certificate).where(Certificate.track.in_(rules)).order_by(Certificate.id)
    rows: list[dict[str, Any]] = []
    for certificate in desk.session.scalars(statement):
        candidacy, rule = candidacies[certificate.candidacy_id], rules[certificate.track]
        held = _held(certificate, candidacy)
        for year in rule.years(held, desk.today):
            due = rule.due_on(year)
            if year >= desk.today.year - _KEPT and held.known_on <= due:
                rows += _note(desk, rng, (certificate.id, candidacy), year, due)
    desk.write(YearlyReport, rows)


def _held(certificate: Certificate, candidacy: DemoCandidacy) -> Held:
    left = candidacy.since - timedelta(days=1) if candidacy.stage != Stage.CERTIFY else None
    ends = [day for day in (certificate.valid_through, left) if day is not None]
    return Held(certificate.counts_from, min(ends, default=None), clock.day_of(certificate.created_at))


def _note(
    desk: Desk, rng: Random, whose: tuple[int, DemoCandidacy], year: int, due: date
) -> Iterator[dict[str, Any]]:
    drawn, filed_on = rng.random(), workday(date(year + 1, 3, 2) + timedelta(days=rng.randrange(88)))
    if drawn < 0.93:
        state, noted_on = FILED, filed_on
    elif drawn < 0.975:
        state, noted_on = MISSED, workday(due + timedelta(days=rng.randint(5, 20)))
    elif drawn < 0.985:
        state, noted_on = NOT_REQUIRED, filed_on
    else:
        return
    if noted_on >= desk.today:
        return
    certificate_id, candidacy = whose
    yield {
        "certificate_id": certificate_id,
        "year": year,
        "version": 1,
        "state": state,
        "filed_on": filed_on if state == FILED else None,
        "note": _CLOSED if state == NOT_REQUIRED else "",
        "by_id": desk.caseworker(candidacy, noted_on),
        "noted_at": office_hour(rng, noted_on),
    }
