"""A firm's list of intellectual property, as people use it."""

from datetime import date

import pytest

from cultivate.errors import Conflict, Invalid, NotFound
from cultivate.queries import properties as queries
from cultivate.services import properties
from cultivate.services.properties import PropertyData
from tests.api_client import Programs
from tests.fixtures import HUSHU, World
from tests.pages import send

SOFTWARE = PropertyData(kind="software", number="2024SR0123456", granted_on=date(2024, 7, 1))


def test_a_right_is_added_corrected_and_taken_off(world: World) -> None:
    firm = world.firm()
    key = properties.add(world.session, world.caseworker, firm, SOFTWARE)
    with pytest.raises(Invalid) as refused:
        properties.add(
            world.session, world.caseworker, firm, PropertyData(kind="software", number=" 2024sr0123456")
        )
    assert refused.value.field == "number"
    row = queries.get_property(world.session, world.bureau.scope, key)
    changed = PropertyData(kind="software", number="2024SR0123456", granted_on=date(2024, 8, 1))
    assert properties.change(world.session, world.bureau, key, row.version, changed)
    with pytest.raises(Conflict):
        properties.change(world.session, world.caseworker, key, row.version, SOFTWARE)
    properties.remove(world.session, world.bureau, key, None)
    assert queries.list_of_firm(world.session, firm) == []
    again = properties.add(world.session, world.caseworker, firm, SOFTWARE)  # a tombstone does not block
    assert [row.id for row in queries.list_of_firm(world.session, firm)] == [again]


def test_only_granted_rights_that_have_not_ended_count(world: World) -> None:
    firm = world.firm()
    typed = world.firm()
    said = [
        PropertyData(kind="invention", number="1", granted_on=date(2024, 1, 1)),
        PropertyData(kind="invention", number="2"),
        PropertyData(kind="design", number="3", granted_on=date(2020, 1, 1), ends_on=date(2025, 1, 1)),
        PropertyData(kind="trademark", number="4", granted_on=date(2020, 1, 1)),
    ]
    for data in said:
        properties.add(world.session, world.bureau, firm, data)
    found = queries.classes_of(world.session, [firm, typed], date(2025, 1, 1))
    assert (found[firm].first, found[firm].second) == (1, 1)
    later = queries.classes_of(world.session, [firm], date(2025, 1, 2))[firm]
    assert (later.first, later.second) == (1, 0)
    assert (found[typed].first, found[typed].counted) == (None, False)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "diploma"}, "kind"),
        ({"number": " "}, "number"),
        ({"granted_on": date(2999, 1, 1)}, "granted_on"),
        ({"applied_on": date(2024, 8, 1)}, "granted_on"),
        ({"title": "长" * 201}, "title"),
        ({"obtained": "stolen"}, "obtained"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(world: World, said: dict, field: str) -> None:
    plain = {"kind": "software", "number": "2024SR0123456", "granted_on": date(2024, 7, 1)}
    with pytest.raises(Invalid) as refused:
        properties.add(world.session, world.bureau, world.firm(), PropertyData(**(plain | said)))
    assert refused.value.field == field


def test_an_application_must_be_the_firms_own(world: World) -> None:
    firm, other = world.firm(), world.firm()
    own, foreign = world.candidacy(firm), world.candidacy(other)
    data = {"kind": "software", "number": "2024SR0123456"}
    with pytest.raises(Invalid):
        properties.add(world.session, world.bureau, firm, PropertyData(**data, used_for_id=foreign))
    properties.add(world.session, world.bureau, firm, PropertyData(**data, used_for_id=own))


def test_another_streets_rights_are_not_there(world: World) -> None:
    key = properties.add(world.session, world.bureau, world.firm(street=HUSHU), SOFTWARE)
    with pytest.raises(NotFound):
        properties.remove(world.session, world.caseworker, key, None)


def test_the_pages(world: World, client_as) -> None:
    firm = world.firm()
    world.session.commit()
    client = client_as("caseworker")
    assert "清单上还没有知识产权" in client.get(f"/firms/{firm}").text
    page = f"/firms/{firm}/properties/new"
    refused = send(client, page, kind="invention", number="", title="一种方法")
    assert refused.status_code == 422
    assert "一种方法" in refused.text
    done = send(client, page, kind="invention", number="ZL1", title="一种方法", granted_on="2024-05-06")
    assert done.status_code == 302
    shown = client.get(f"/firms/{firm}").text
    assert "一种方法" in shown
    assert "Ⅰ类 1 件" in shown
    row = queries.list_of_firm(world.session, firm)[0]
    world.session.commit()  # reading took SQLite's write lock anew
    address = f"/properties/{row.id}"
    assert send(client, address, kind="invention", number="ZL1", title="改名", version="1").status_code == 302
    stale = send(client, address, kind="invention", number="ZL1", title="再改", version="1")
    assert stale.status_code == 409
    assert client_as("neighbour").get(address).status_code == 404


def test_programs_read_and_add(world: World, program_as: Programs) -> None:
    firm = world.firm()
    client, other = program_as("caseworker"), program_as("neighbour")
    world.session.commit()
    said = {"kind": "invention", "number": "ZL1", "granted_on": "2024-05-06"}
    assert client.post(f"/firms/{firm}/properties", said)["kind"] == "invention"
    refused = client.post(f"/firms/{firm}/properties", said, status=422)
    assert refused["error"]["field"] == "number"
    assert [row["number"] for row in client.get(f"/firms/{firm}/properties")["items"]] == ["ZL1"]
    other.get(f"/firms/{firm}/properties", status=404)
