"""Yearly reports: states at the boundary days, two missed, noting one and many, who may."""

from datetime import date, datetime

import pytest

from cultivate import clock
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound
from cultivate.models import Candidacy, Certificate, Firm
from cultivate.queries import ledger, report_states, units, worklist, yearly_reports
from cultivate.queries.yearly_reports import AT_RISK, Asked
from cultivate.services import certificates, reminders
from cultivate.services import yearly_reports as acts
from cultivate.services.yearly_reports import Note
from cultivate.settings import Settings
from tests.fixtures import HUSHU, World
from tests.pages import send


def at(day: date) -> datetime:
    return clock.at(day).replace(hour=10)


def held(world: World, issued: date, street: str | None = None, known: date | None = None) -> int:
    """Id of a certificate; the book knows it from ``known`` on, its day of issue where that is not said."""
    with clock.standing_at(at(known or issued)):
        firm = world.firm(street=street) if street else world.firm()
        candidacy = world.at_stage("certify", firm, on=issued)
        world.session.commit()
    return world.session.query(Certificate).filter_by(candidacy_id=candidacy).one().id


def asked(world: World, year: int, today: date, state: str = "", **more: object) -> Asked:
    rule = report_states.rule_of(world.session, "hnte", today)
    return Asked(track="hnte", rule=rule, year=year, today=today, state=state, **more)


def state_of(world: World, certificate: int, year: int, today: date) -> str:
    """By the list and by the certificate's own page, which must agree."""
    rows = yearly_reports.list_reports(world.session, world.bureau.scope, asked(world, year, today)).items
    listed = {row.certificate_id: row.state for row in rows}
    own = {row.year: row.state for row in yearly_reports.of_certificate(world.session, certificate, today)}
    assert listed.get(certificate) == own.get(year)
    return own.get(year, "")


def test_due_through_31_may_and_missed_from_1_june(world: World) -> None:
    ended, to_the_day = held(world, date(2023, 5, 30)), held(world, date(2023, 5, 31))
    known, begun = held(world, date(2023, 12, 8)), held(world, date(2026, 5, 31))
    new, late = held(world, date(2026, 6, 1)), held(world, date(2023, 12, 8), known=date(2026, 8, 3))
    for day, state in ((date(2026, 5, 31), "due"), (date(2026, 6, 1), "missed")):
        with clock.standing_at(at(day)):
            assert [state_of(world, each, 2025, day) for each in (known, to_the_day, begun)] == [state] * 3
            assert state_of(world, ended, 2025, day) == "", "it ended on 30 May"
            assert state_of(world, new, 2025, day) == "", "it was issued on 1 June"
    assert state_of(world, late, 2025, date(2026, 8, 3)) == "unknown", "the book did not know it on the day"
    years = [row.year for row in yearly_reports.of_certificate(world.session, known, date(2026, 11, 23))]
    assert years == [2023, 2024, 2025]


def test_two_missed_are_at_risk_and_nothing_is_revoked(world: World) -> None:
    session, today = world.session, date(2026, 6, 1)
    silent, filed = held(world, date(2023, 12, 8)), held(world, date(2023, 12, 8), HUSHU)
    scope = world.bureau.scope

    def risky(day: date) -> list[int]:
        return yearly_reports.list_ids(session, scope, asked(world, 2025, day, AT_RISK))

    with clock.standing_at(at(today)):
        for year in (2023, 2024):
            acts.note(
                session, world.bureau, filed, Note(year=year, state="filed", filed_on=date(year + 1, 4, 3)), 0
            )
        acts.note(session, world.bureau, silent, Note(year=2023, state="filed", filed_on=date(2024, 5, 2)), 0)
        assert risky(date(2026, 5, 31)) == [], "2024 was missed, 2025 is due yet"
        assert risky(today) == [silent]
        streets = yearly_reports.by_street(session, scope, asked(world, 2025, today))
        hushu = units.get_unit(session, HUSHU).id
        assert (streets[hushu]["missed"], streets[hushu][AT_RISK]) == (1, 0)
        assert sum(row[AT_RISK] for row in streets.values()) == 1
        counts = yearly_reports.counts(session, scope, asked(world, 2025, today))
        for state, number in counts.items():
            page = yearly_reports.list_reports(session, scope, asked(world, 2025, today, state))
            assert number == page.total == len(page.items)
        assert ledger.balances(session, scope, "hnte", today)[0].in_force == 2
        acts.note(session, world.bureau, silent, Note(year=2025, state="not_required", text="当年停业"), 0)
        assert risky(today) == []
        certificates.revoke(session, world.bureau, silent, today, "主管部门取消")
        assert risky(today) == []


def test_what_is_noted_has_to_make_sense(world: World) -> None:
    session, certificate = world.session, held(world, date(2024, 12, 6))
    with clock.standing_at(at(date(2026, 5, 20))):
        for said, problem in (
            (Note(year=2025, state="missed"), "not-missed-yet"),
            (Note(year=2025, state="filed", filed_on=date(2026, 5, 21)), "day-in-future"),
            (Note(year=2025, state="filed", filed_on=date(2025, 12, 31)), "filed-too-early"),
            (Note(year=2025, state="not_required"), "reason-missing"),
            (Note(year=2025, state="lost"), "state-unknown"),
            (Note(year=2023, state="filed"), "report-not-owed"),
            (Note(year=2026, state="filed"), "report-not-owed"),
        ):
            with pytest.raises(Invalid) as refused:
                acts.note(session, world.bureau, certificate, said, 0)
            assert refused.value.problem == problem
        acts.note(session, world.caseworker, certificate, Note(year=2025, state="filed"), 0)
        (row,) = [
            r for r in yearly_reports.of_certificate(session, certificate, clock.today()) if r.year == 2025
        ]
        assert (row.state, row.filed_on, row.by, row.version) == (
            "filed",
            date(2026, 5, 20),
            "测试caseworker",
            1,
        )
        with pytest.raises(Conflict) as lost:
            acts.note(session, world.bureau, certificate, Note(year=2025, state="filed"), 0)
        assert lost.value.current.version == 1
        acts.note(session, world.bureau, certificate, Note(year=2025, state="withdrawn"), 1)
        assert state_of(world, certificate, 2025, clock.today()) == "due", "the note says nothing any more"
        with pytest.raises(NotFound):
            acts.note(session, world.actor("neighbour"), certificate, Note(year=2025, state="filed"), 2)
        with pytest.raises(Forbidden):
            acts.note(session, world.actor("leader"), certificate, Note(year=2025, state="filed"), 2)


def test_many_are_ticked_or_pasted(world: World, client_as) -> None:
    session = world.session
    made = [held(world, date(2024, 12, 6)) for _ in range(4)]
    theirs = held(world, date(2024, 12, 6), HUSHU)
    rows = [session.get(Certificate, each) for each in made]
    firms = [session.get(Firm, row.firm_id) for row in rows]
    pasted = f"{firms[1].uscc}\n {rows[2].number} \n\n{firms[1].name}"
    strange = session.get(Firm, session.get(Certificate, theirs).firm_id).name
    path = "/certificates/reports?year=2025&state=due"
    session.commit()
    with clock.standing_at(at(date(2026, 5, 31))):
        client = client_as("caseworker")
        wrong = send(client, path, state="filed", pasted=f"{pasted}\n{strange}")
        assert wrong.status_code == 422
        assert strange in wrong.text, "another street's firm is not on this list"
        assert send(client, path, state="filed").status_code == 422, "nobody was meant"
        assert send(client, path, state="filed", certificate=[str(theirs)]).status_code == 404
        session.rollback()
        assert (
            yearly_reports.counts(session, world.bureau.scope, asked(world, 2025, clock.today()))["due"] == 5
        )
        session.commit()
        done = send(
            client, path, state="filed", filed_on="2026-05-28", certificate=[str(made[0])], pasted=pasted
        )
        assert done.status_code == 302
        assert "已登记 3 家" in client.get(done.location).text
        again = send(client, path, state="filed", certificate=[str(made[0]), str(made[3])])
        assert "1 家已登记过" in client.get(again.location).text
        session.rollback()
        counts = yearly_reports.counts(session, world.bureau.scope, asked(world, 2025, clock.today()))
        assert (counts["filed"], counts["due"]) == (4, 1)
        session.commit()
        assert client_as("leader").get(path).status_code == 200
        assert send(client_as("leader"), path, state="filed").status_code == 403


def test_a_report_leaves_the_work_list_and_the_digest_when_it_is_noted(world: World, client_as) -> None:
    from cultivate.queries import deliveries
    from jobs.registry import JOBS

    session, certificate = world.session, held(world, date(2024, 12, 6))
    world.users["bureau"].email = "bureau@example.org"
    other = held(world, date(2024, 12, 6))
    session.commit()

    def listed(day: date) -> int:
        return worklist.count(session, world.caseworker, "reports", day)

    def told(week: str) -> bool:
        period = JOBS["reminders"].slots.parse(week, clock.zone())
        with clock.standing_at(period.slot):
            letter = reminders.compose(
                session, deliveries.recipients(session, "bureau")[0], period, Settings()
            )
        return letter is not None and "年报还没登记已报" in letter.text

    assert (listed(date(2026, 3, 1)), listed(date(2026, 3, 2))) == (0, 2), "90 days ahead"
    weeks = [week for week in range(9, 25) if told(f"2026-W{week:02}")]
    assert len(weeks) == 4, "60, 30 and 7 days before, and the day after"
    session.commit()
    with clock.standing_at(at(date(2026, 6, 2))):
        client = client_as("caseworker")
        answer = send(
            client, f"/work/certificates/{certificate}/report", state="filed", filed_on="2026-05-30"
        )
        assert answer.status_code == 302
        assert "已登记" in client.get("/work").text
        answer = send(client, f"/work/certificates/{certificate}/report", state="missed")
        assert "有人登记过" in client.get("/work").text, "who was faster has the word"
        session.rollback()
        acts.note(session, world.caseworker, certificate, Note(year=2025, state="withdrawn"), 1)
        assert listed(clock.today()) == 2, "taken back, it is asked for again"
        session.commit()
        answer = send(client, f"/work/certificates/{certificate}/report", state="filed")
        assert "已登记" in client.get("/work").text
        session.rollback()
        assert listed(clock.today()) == 1
        candidacy = session.get(Candidacy, session.get(Certificate, other).candidacy_id)
        certificates.revoke(session, world.bureau, other, clock.today(), "取消")
        assert (listed(clock.today()), candidacy.stage) == (0, "revoked")
