"""The calendar: every count is the length of its list, and the December cliff shows ahead."""

import re
from datetime import date, datetime

from cultivate import clock
from cultivate.models import Certificate
from cultivate.queries import certificates, ledger
from cultivate.queries.certificate_calendar import calendar_of
from cultivate.queries.certificates import Span
from cultivate.services import renewals
from tests.fixtures import HUSHU, World

TODAY = date(2026, 11, 23)


def at(day: date) -> datetime:
    return clock.at(day).replace(hour=10)


def held(world: World, issued: date, street: str | None = None) -> int:
    with clock.standing_at(at(issued)):
        firm = world.firm(street=street) if street else world.firm()
        candidacy = world.at_stage("certify", firm, on=issued)
        world.session.commit()
    return world.session.query(Certificate).filter_by(candidacy_id=candidacy).one().id


def district(world: World) -> None:
    held(world, date(2023, 11, 22))  # over since yesterday, its lapse not booked yet
    held(world, date(2023, 11, 23))  # its last day is today
    held(world, date(2023, 12, 8))
    cliff = [held(world, date(2024, 12, 6)) for _ in range(2)]
    held(world, date(2024, 12, 6), HUSHU)
    held(world, date(2025, 12, 5))
    world.open_batch("hnte", date(2027, 4, 12), date(2027, 6, 18), 1)
    with clock.standing_at(at(TODAY)):
        renewals.open_one(world.session, world.bureau, cliff[0])
    world.session.commit()


def test_the_cliff_is_seen_a_year_ahead_and_each_count_is_its_list(world: World) -> None:
    session = world.session
    district(world)
    for actor in (world.bureau, world.actor("neighbour"), world.caseworker):
        with clock.standing_at(at(TODAY)):
            found = calendar_of(session, actor.scope, "hnte", TODAY)
            stock = ledger.balances(session, actor.scope, "hnte", TODAY)[0]
            assert found.in_force == stock.in_force
            for month in found.months:
                span = Span(max(month.first, TODAY), month.last)
                page = certificates.list_certificates(session, actor.scope, "hnte", TODAY, span)
                assert month.ending == page.total == len(page.items)
                after = Span(date(month.last.year + month.last.month // 12, month.last.month % 12 + 1, 1))
                assert (
                    month.left
                    == certificates.list_certificates(session, actor.scope, "hnte", TODAY, after).total
                )
            renewing = Span(TODAY, date(2027, 12, 31), renewing=True)
            begun = certificates.list_certificates(session, actor.scope, "hnte", TODAY, renewing)
            assert found.cliffs[1].renewing == begun.total
    with clock.standing_at(at(TODAY)):
        found = calendar_of(session, world.bureau.scope, "hnte", TODAY)
    assert [(row.on.year, row.in_force, row.ending, row.renewing, row.left) for row in found.cliffs] == [
        (2026, 6, 2, 0, 4),
        (2027, 6, 5, 1, 1),
    ]
    assert len(found.months) == 24
    months = {f"{month.first:%Y-%m}": month for month in found.months}
    assert [(w.on, w.opens, w.batch_id is not None) for w in months["2027-04"].windows] == [
        (date(2027, 4, 12), True, True)
    ]
    assert [w.on for w in months["2027-06"].windows] == [date(2027, 6, 18)], (
        "the batch, not the pack's window"
    )
    assert [w.filing.basis for w in months["2028-04"].windows] == ["earlier"]
    due = months["2027-05"]
    assert (due.reports_on, due.reports_year, due.reports_due) == (date(2027, 5, 31), 2026, 4)


def test_the_page_leads_from_each_figure_to_its_rows(world: World, client_as) -> None:
    district(world)
    with clock.standing_at(at(TODAY)):
        client = client_as("bureau")
        page = client.get("/certificates/calendar").text
        assert "到 2027-12-31 只剩 1 家" in page
        links = re.findall(r'href="(/certificates\?[^"]*ends_from[^"]*)">(?:<b>)?(\d+)', page)
        assert len(links) >= 6
        for href, number in links:
            rows = client.get(href.replace("&amp;", "&")).text
            assert rows.count('<th scope="row"') == int(number), href
        reports = re.search(r'href="(/certificates/reports[^"]*)">2026 年度年报 (\d+) 家', page)
        listed = client.get(reports[1].replace("&amp;", "&")).text
        assert listed.count('<th scope="row" class="is-title"') == int(reports[2]) == 4
        assert 'name="certificate"' not in listed, "what is not due for a year is not noted"
        neighbour = client_as("neighbour").get("/certificates/calendar").text
        assert "到 2027-12-31 只剩 0 家" in neighbour
        assert client_as("neighbour").get("/certificates/calendar?unit=330105001").status_code == 404
