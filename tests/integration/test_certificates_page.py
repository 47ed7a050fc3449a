"""Certificates as of a day: lists, totals that are the funnel's, revocation."""

from datetime import date, timedelta

import pytest

from cultivate import clock
from cultivate.errors import NotFound
from cultivate.models import Certificate, Firm
from cultivate.queries import certificates, ledger, units
from cultivate.services import certificates as acts
from cultivate.services import transfers
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, World
from tests.pages import send
from tests.query_count import counting


@pytest.fixture
def held(session, world: World) -> dict[str, int]:
    """Candidacies with certificates: running, lapsed (booked), lapsed (not yet booked), revoked, in another street."""
    today = clock.today()
    made = {
        "running": world.at_stage("certify", on=today - timedelta(days=200)),
        "booked": world.at_stage("certify", on=date(2021, 3, 3)),
    }
    acts.post_lapses(session, world.bureau, today)
    made["unbooked"] = world.at_stage("certify", on=date(2021, 6, 1))
    made["revoked"] = world.at_stage("certify", on=date(2025, 3, 3))
    made["hushu"] = world.at_stage("certify", world.firm(street=HUSHU), on=date(2025, 3, 3))
    made["ptsme"] = world.at_stage("certify", track="ptsme", on=date(2020, 3, 3))
    session.flush()
    number = session.query(Certificate).filter_by(candidacy_id=made["revoked"]).one()
    acts.revoke(session, world.bureau, number.id, date(2026, 1, 5), "更名未报备")
    session.commit()
    return made


def ids(session, scope, status: str | None, as_of: date, **more: object) -> set[int]:
    page = certificates.list_certificates(session, scope, "hnte", as_of, status, **more)
    assert page.total == len(page.items)
    return {row.candidacy_id for row in page.items}


def test_each_certificate_has_the_status_of_the_day(session, world: World, held) -> None:
    scope, today = world.bureau.scope, clock.today()
    assert ids(session, scope, "in_force", today) == {held["running"], held["hushu"]}
    assert ids(session, scope, "lapsed", today) == {held["booked"], held["unbooked"]}
    assert ids(session, scope, "revoked", today) == {held["revoked"]}
    earlier = date(2025, 12, 31)
    assert held["revoked"] in ids(session, scope, "in_force", earlier)
    assert ids(session, scope, "revoked", earlier) == set()
    assert ids(session, scope, "in_force", date(2021, 6, 1)) == {held["booked"], held["unbooked"]}
    assert ids(session, scope, "ending", date(2024, 2, 1)) == {held["booked"], held["unbooked"]}


@pytest.mark.parametrize(
    "day", [date(2020, 12, 31), date(2021, 3, 3), date(2024, 3, 3), date(2024, 3, 4), date(2024, 7, 1), None]
)
def test_the_totals_are_the_funnels(session, world: World, held, day: date | None) -> None:
    as_of = day or clock.today()
    for actor in (world.bureau, world.caseworker, world.actor("neighbour")):
        for track in ("hnte", "ptsme"):
            counts = certificates.count_by_status(session, actor.scope, track, as_of)
            stock = ledger.balances(session, actor.scope, track, as_of)[0]
            listed = certificates.list_certificates(session, actor.scope, track, as_of, "in_force")
            assert counts["in_force"] == stock.in_force == listed.total
            for status in certificates.STATUSES:
                page = certificates.list_certificates(session, actor.scope, track, as_of, status)
                assert counts[status] == page.total, status


def test_a_unit_filter_asks_where_the_firm_lay_on_that_day(session, world: World, held) -> None:
    firm_id = session.query(Certificate).filter_by(candidacy_id=held["hushu"]).one().firm_id
    transfers.transfer(session, world.bureau, firm_id, BANSHAN, None, date(2026, 2, 2), "迁址")
    hushu, banshan = (units.get_unit(session, code) for code in (HUSHU, BANSHAN))
    scope = world.bureau.scope
    assert ids(session, scope, "in_force", date(2026, 2, 1), unit=hushu) == {held["hushu"]}
    assert ids(session, scope, "in_force", date(2026, 2, 2), unit=hushu) == set()
    assert ids(session, scope, "in_force", clock.today(), unit=banshan) == {held["hushu"]}
    neighbour = world.actor("neighbour").scope
    page = certificates.list_certificates(session, neighbour, "hnte", date(2026, 2, 1), "in_force")
    assert [row.open_to_reader for row in page.items] == [False]


def test_the_page_lists_within_the_scope(session, world: World, held, client_as) -> None:
    firm = session.get_one(
        Firm, session.query(Certificate).filter_by(candidacy_id=held["hushu"]).one().firm_id
    ).name
    session.commit()
    assert firm in client_as("leader").get("/certificates").text
    assert firm not in client_as("caseworker").get("/certificates").text
    assert firm in client_as("neighbour").get(f"/certificates?track=hnte&unit={HUSHU}").text
    assert client_as("neighbour").get(f"/certificates?unit={MISHIXIANG}").status_code == 404
    for address in (
        "?status=lapsed",
        "?status=revoked",
        "?status=superseded",
        "?as_of=2021-06-01",
        "?as_of=x&status=x&track=x",
        "?page=99",
    ):
        assert client_as("bureau").get(f"/certificates{address}").status_code == 200, address


def test_the_number_of_queries_is_fixed(session, world: World) -> None:
    made = []
    for _ in range(2):
        for _ in range(4):
            world.at_stage("certify", on=date(2025, 3, 3))
        session.flush()
        with counting(session) as seen:
            certificates.list_certificates(session, world.bureau.scope, "hnte", clock.today(), "in_force")
        made.append(len(seen))
    assert made[0] == made[1] <= 3


def test_the_bureau_records_a_revocation(session, world: World, held, client_as) -> None:
    row = session.query(Certificate).filter_by(candidacy_id=held["running"]).one()
    path = f"/certificates/{row.id}/revoke"
    session.commit()
    assert client_as("caseworker").get(path).status_code == 403
    client = client_as("bureau")
    future = (clock.today() + timedelta(days=1)).isoformat()
    assert send(client, path, on=future, reason="弄虚作假").status_code == 422
    assert send(client, path, on=clock.today().isoformat(), reason="").status_code == 422
    answer = send(client, path, on=clock.today().isoformat(), reason="弄虚作假")
    assert answer.status_code == 302
    assert "弄虚作假" in client.get(answer.location).text
    counts = certificates.count_by_status(session, world.bureau.scope, "hnte", clock.today())
    assert (counts["in_force"], counts["revoked"]) == (1, 2)
    session.commit()
    assert send(client, path, on=clock.today().isoformat(), reason="再来一次").status_code == 422


def test_a_certificate_of_another_street_is_not_there(session, world: World, held) -> None:
    row = session.query(Certificate).filter_by(candidacy_id=held["hushu"]).one()
    with pytest.raises(NotFound):
        certificates.get_certificate(session, world.caseworker.scope, row.id, clock.today())
