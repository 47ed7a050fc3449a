"""Renewals: opened as early as the year's filing asks for, by the job or by hand."""

from datetime import date, datetime

import pytest

from cultivate import clock
from cultivate.errors import Invalid, NotFound
from cultivate.models import Candidacy, Certificate
from cultivate.queries import candidacies, ledger, worklist
from cultivate.queries.filing import filing_of
from cultivate.services import certificates, policies, renewals, verification
from tests.fixtures import HUSHU, World

WINDOW = """
[local]
name = "hnte-window-2027"
base = "hnte-2016"
title_zh = "2027 年申报窗口"
title_en = "Filing window 2027"
from = 2027-01-01

[[documents]]
id = "notice-2027"
title_zh = "2027 年申报通知"
title_en = "Notice of 2027"
certainty = "verified"

[[windows]]
id = "2027"
title_zh = "2027 年申报"
title_en = "Filing 2027"
year = 2027
opens_on = 2027-03-01
closes_on = 2027-06-20
document = "notice-2027"
article_zh = "一"
article_en = "1"
certainty = "verified"
"""


def at(day: date) -> datetime:
    return clock.at(day).replace(hour=10)


def held(world: World, issued: date, street: str | None = None) -> int:
    """Id of a certificate that the book knows from its day of issue on."""
    with clock.standing_at(at(issued)):
        firm = world.firm(street=street) if street else world.firm()
        candidacy = world.at_stage("certify", firm, on=issued)
        world.session.commit()
    return world.session.query(Certificate).filter_by(candidacy_id=candidacy).one().id


def test_the_filing_is_the_batchs_then_the_packs_then_last_years(world: World) -> None:
    session, today = world.session, date(2026, 11, 23)
    found = filing_of(session, "hnte", 2027, today)
    assert (found.opens_on, found.closes_on, found.basis) == (date(2027, 4, 1), date(2027, 7, 31), "policy")
    assert found.renewal_from == date(2027, 1, 1)
    policies.save(session, world.actor("admin"), WINDOW)
    found = filing_of(session, "hnte", 2027, today)
    assert (found.opens_on, found.closes_on) == (date(2027, 3, 1), date(2027, 6, 20)), "the notice's version"
    assert found.renewal_from == date(2026, 12, 1), "90 days before it opens, not 1 January"
    later = filing_of(session, "hnte", 2028, today)
    assert (later.closes_on, later.basis, later.basis_year) == (date(2028, 6, 20), "earlier", 2027)
    world.open_batch("hnte", date(2027, 4, 20), date(2027, 6, 10), 1)
    world.open_batch("hnte", date(2027, 6, 20), date(2027, 7, 20), 2)
    found = filing_of(session, "hnte", 2027, today)
    assert (found.opens_on, found.closes_on, found.basis) == (date(2027, 4, 20), date(2027, 7, 20), "batch")
    assert filing_of(session, "ptsme", 2027, today).closes_on == date(2027, 12, 31)


def test_the_job_opens_by_the_window_and_not_by_the_end_day(world: World) -> None:
    session = world.session
    first, last = held(world, date(2024, 1, 2)), held(world, date(2024, 12, 6))
    other_year = held(world, date(2025, 12, 5))

    def run(day: date) -> int:
        with clock.standing_at(at(day)):
            return renewals.open_due(session, world.bureau, day)

    assert run(date(2026, 12, 31)) == 0
    world.open_batch("hnte", date(2027, 3, 2), date(2027, 5, 20), 1)
    assert run(date(2026, 12, 1)) == 0, "91 days before the window of the batch"
    assert run(date(2026, 12, 2)) == 2, "90 days before it, a year and four days before the last of them ends"
    assert run(date(2026, 12, 2)) == 0
    renewed = {row.renews_id for row in session.query(Candidacy).filter(Candidacy.renews_id.is_not(None))}
    ways = {each: session.get(Certificate, each).candidacy_id for each in (first, last, other_year)}
    assert renewed == {ways[first], ways[last]}
    stock = ledger.balances(session, world.bureau.scope, "hnte", date(2026, 12, 2))[0]
    assert (stock.accounts["serve"], stock.in_force) == (2, 3)
    assert verification.verify(session) == []


def test_a_certificate_leaves_the_work_list_when_its_renewal_is_begun_there(world: World, client_as) -> None:
    session = world.session
    mine, theirs = held(world, date(2024, 12, 6)), held(world, date(2024, 12, 6), HUSHU)
    assert worklist.count(session, world.bureau, "ending", date(2026, 10, 3)) == 0
    assert worklist.count(session, world.bureau, "ending", date(2026, 10, 4)) == 2, (
        "300 days before the close"
    )
    with clock.standing_at(at(date(2026, 9, 1))), pytest.raises(Invalid) as early:
        renewals.open_one(session, world.caseworker, mine)
    assert early.value.problem == "renewal-too-early"
    session.commit()
    with clock.standing_at(at(date(2026, 11, 23))):
        with pytest.raises(NotFound):
            renewals.open_one(session, world.caseworker, theirs)
        session.commit()
        client = client_as("caseworker")
        page = client.get("/work")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        answer = client.post(
            f"/work/certificates/{mine}/renewal", data={"csrf_token": token}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        assert "还没有开始续展" not in answer.text or "0" in answer.text
        session.commit()
        assert worklist.count(session, world.caseworker, "ending", clock.today()) == 0
        firm = session.get(Certificate, mine).firm_id
        newest = candidacies.list_of_firm(session, world.bureau.scope, firm)[-1]
        assert (newest.stage, newest.renews_id) == ("serve", session.get(Certificate, mine).candidacy_id)
        with pytest.raises(Invalid) as twice:
            renewals.open_one(session, world.caseworker, mine)
        assert twice.value.problem == "renewal-open"
        session.commit()
        again = client.post(f"/work/certificates/{mine}/renewal", data={"csrf_token": token})
        assert again.status_code == 302, (
            "what somebody else did meanwhile is said, and nothing is booked twice"
        )


def test_one_that_lapsed_in_between_is_not_renewed(world: World) -> None:
    session = world.session
    ended = held(world, date(2023, 12, 8))
    with clock.standing_at(at(date(2026, 12, 9))):
        assert certificates.post_lapses(session, world.bureau, date(2026, 12, 9)) == 1
        assert renewals.open_due(session, world.bureau, date(2026, 12, 9)) == 0
        with pytest.raises(NotFound):
            renewals.open_one(session, world.bureau, ended)
    last, after = (
        ledger.balances(session, world.bureau.scope, "hnte", day)[0]
        for day in (date(2026, 12, 8), date(2026, 12, 9))
    )
    assert (last.in_force, after.in_force, after.accounts["expired"]) == (1, 0, 1)
