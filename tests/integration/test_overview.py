"""The numbers' pages: they answer, show what the queries count, and nobody sees another street's."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from cultivate import clock
from cultivate.models import Target
from tests.fixtures import HUSHU, MISHIXIANG, PARK

PAGES = ("/", "/?by=park&track=ptsme&as_of=2025-12-31", "/pipeline/hnte", "/moves", "/work", "/targets")
TODAY = clock.today()


def get(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("who", ["bureau", "caseworker", "leader"])
def test_an_empty_register_still_answers(client_as, who):
    client = client_as(who)
    for page in PAGES:
        assert "<h1>" in get(client, page)


def test_an_empty_register_says_what_to_do_first(client_as):
    assert "/imports" in get(client_as("bureau"), "/")


def links(page: str, pattern: str) -> list[tuple[str, int]]:
    """Addresses that match, with the number that each carries."""
    found = re.findall(r'<a href="(' + pattern + r'[^"]*)">[+−]?([\d,]+)</a>', page)
    return [(address.replace("&amp;", "&"), int(count.replace(",", ""))) for address, count in found]


def total(page: str) -> int:
    """What the pager says; an empty list has none."""
    found = re.search(r'class="pager"[^>]*>\s*<span>\D*([\d,]+)', page)
    return int(found.group(1).replace(",", "")) if found else 0


@pytest.fixture
def district(world):
    for on in (date(2024, 12, 6), date(2025, 12, 5), TODAY - timedelta(days=1)):
        world.at_stage("certify", on=on)
    world.at_stage("certify", world.firm(street=HUSHU, park=PARK), on=date(2025, 12, 5))
    world.at_stage("serve", on=date(2026, 1, 5))
    world.at_stage("serve", world.firm(street=HUSHU), on=date(2026, 11, 2))
    world.at_stage("discover", world.firm(street=HUSHU, park=PARK), track="ptsme", on=date(2026, 3, 3))
    world.session.commit()
    return world


@pytest.mark.parametrize("address", ["/", "/?by=park", "/?as_of=2025-12-31", "/?track=ptsme", "/targets"])
@pytest.mark.parametrize("who", ["bureau", "caseworker"])
def test_every_linked_figure_is_as_long_as_its_list(client_as, district, address, who):
    client = client_as(who)
    page = get(client, address)
    followed = links(page, r"/(?:pipeline/|moves)")
    assert len(followed) > 30 or address == "/targets"
    for target, count in dict(followed).items():
        assert total(get(client, target)) == count, target


def test_what_waits_leads_to_sections_of_that_length(client_as, district):
    client = client_as("bureau")
    found = re.findall(r'href="/work\?section=(\w+)"><b>(\d+)</b>', get(client, "/"))
    assert dict(found)["stalled"] == "2"
    for section, count in found:
        work = get(client, f"/work?section={section}")
        assert re.search(rf'id="{section}-title">[^<]*<span class="muted">{count}</span>', work), section


def test_numbers_as_they_were_known_then(client_as, district):
    client = client_as("bureau")
    page = get(client, "/?as_of=2025-12-31")
    assert "/moves?recorded_since=2025-12-31T23" in page
    late = re.search(r'href="(/moves\?recorded_since=[^"]*)"', page).group(1).replace("&amp;", "&")
    booked = 3 * 4  # three firms were certified by then, each by four moves, all of them recorded later
    assert total(get(client, late)) == booked
    known = re.search(r'href="(/\?[^"]*known_at=[^"]*)"', page).group(1).replace("&amp;", "&")
    assert ">0</a>" in get(client, known)


def test_a_caseworker_sees_no_other_street(client_as, district):
    own, other = district.units[MISHIXIANG], district.units[HUSHU]
    client = client_as("caseworker")
    page = get(client, "/")
    assert own.name_zh in page
    assert other.name_zh not in page
    assert other.name_zh not in get(client, "/pipeline/hnte")
    assert other.name_zh not in get(client, "/moves?since=2024-01-01")
    assert client.get(f"/pipeline/hnte?unit={HUSHU}").status_code == 404
    assert client.get(f"/moves?unit={HUSHU}").status_code == 404


def test_a_street_is_measured_against_its_own_target(client_as, district):
    street = district.units[MISHIXIANG]
    row = Target(
        plan="gongshu-14fyp",
        unit_id=street.id,
        track="hnte",
        baseline=1,
        baseline_on=date(2020, 12, 31),
        value=5,
        target_on=date(2025, 12, 31),
    )
    district.session.add(row)
    district.session.commit()
    assert "比序时少 2 家" in get(client_as("caseworker"), "/")
    assert street.name_zh in get(client_as("bureau"), "/targets")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/pipeline/unicorn", 404),
        ("/pipeline/hnte?stage=nowhere", 404),
        ("/pipeline/hnte?unit=330199", 404),
        ("/pipeline/hnte?as_of=soon", 422),
        ("/?known_at=then", 422),
        ("/moves?flow=sideways", 404),
        ("/moves?since=2026-02-01&until=2026-01-01", 422),
        ("/pipeline/hnte?page=99&as_of=2999-01-01", 200),
        ("/pipeline", 302),
    ],
)
def test_addresses_that_were_typed(client_as, district, address, status):
    assert client_as("bureau").get(address).status_code == status


@pytest.mark.parametrize("page", [*PAGES, "/pipeline/hnte?stage=serve&as_of=2026-11-20"])
def test_the_number_of_queries_does_not_grow_with_rows(app, client_as, district, page):
    client, counted = client_as("bureau"), []
    engine = app.extensions["database"].engine
    event.listen(engine, "before_cursor_execute", lambda *_: counted.append(1))

    def queries() -> int:
        counted.clear()
        get(client, page)
        return len(counted)

    before = queries()
    for street in (MISHIXIANG, HUSHU, HUSHU):
        world_firm = district.firm(street=street)
        district.at_stage("serve", world_firm, on=date(2026, 2, 2))
    district.session.commit()
    assert queries() <= before + 1  # a section that was empty asks once for its rows
