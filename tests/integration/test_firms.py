"""Registering and editing firms, alone and in bulk."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from cultivate.domain.firm_data import FirmData
from cultivate.domain.permissions import Role
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound
from cultivate.models import AuditEvent, Candidacy, Firm
from cultivate.queries import firm_timeline, units
from cultivate.queries import firms as queries
from cultivate.queries.firms import FirmFilter
from cultivate.services import firm_bulk, firms
from cultivate.services.firm_rules import InvalidFirm
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, PARK, World, credit_code
from tests.query_count import counting

NAME = "杭州云创科技有限公司"


def data(**said: object) -> FirmData:
    return FirmData(**({"name": NAME, "street": MISHIXIANG} | said))  # type: ignore[arg-type]


def problem(error: pytest.ExceptionInfo[Invalid]) -> tuple[str | None, str]:
    return error.value.field, error.value.problem


def test_registering_opens_both_tracks_and_leaves_a_trail(session, world: World) -> None:
    firm_id = firms.register(
        session,
        world.caseworker,
        data(
            uscc=" 91330105fake0001" + credit_code(1)[-2:].lower(),
            staff=12,
            years={2025: {"sales": Decimal("1200.5")}},
        ),
        tracks=("hnte", "ptsme"),
    )
    found = queries.get_firm(session, world.caseworker.scope, firm_id)
    assert (found.name, found.uscc, found.staff, found.street.code) == (NAME, credit_code(1), 12, MISHIXIANG)
    assert found.years == {2025: {"sales": Decimal("1200.5")}}
    assert [(row.track, row.stage) for row in found.candidacies] == [
        ("hnte", "discover"),
        ("ptsme", "discover"),
    ]
    assert {row.in_charge_id for row in found.candidacies} == {world.caseworker.user_id}
    assert [row.verb for row in firm_timeline.trail_of(session, world.bureau.scope, firm_id)] == ["register"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"name": None}, ("name", "name-missing")),
        ({"name": "　 "}, ("name", "name-missing")),
        ({"uscc": "91330105FAKE0001XX"}, ("uscc", "credit-code-invalid")),
        ({"street": None}, ("street", "unit-missing")),
        ({"street": "999"}, ("street", "unit-unknown")),
        ({"street": HUSHU}, ("street", "unit-not-yours")),
        ({"staff": 3, "rd_staff": 4}, ("rd_staff", "row-inconsistent")),
        ({"staff": -3}, ("staff", "number-invalid")),
        ({"contact_phone": "12"}, ("contact_phone", "phone-invalid")),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_field(session, world: World, said, expected) -> None:
    with pytest.raises(InvalidFirm) as error:
        firms.register(session, world.caseworker, data(**said))
    assert problem(error) == expected
    assert session.scalar(select(func.count()).select_from(Firm)) == 0


def test_every_problem_is_told_at_once(session, world: World) -> None:
    with pytest.raises(InvalidFirm) as error:
        firms.register(session, world.caseworker, FirmData(staff=-1, uscc="1"))
    assert {each.field for each in error.value.problems} == {"name", "uscc", "staff", "street"}


def test_a_wrong_code_gets_a_suggestion_and_no_repair(session, world: World) -> None:
    right = credit_code(1)
    with pytest.raises(InvalidFirm) as error:
        firms.register(session, world.caseworker, data(uscc=right.replace("0", "O", 1)))
    assert error.value.params["suggestion"] == right


def test_a_firm_known_elsewhere_is_named_by_its_street_alone(session, world: World) -> None:
    there = world.firm("杭州邻街科技有限公司", BANSHAN)
    code = queries.get_firm(session, world.bureau.scope, there).uscc
    with pytest.raises(InvalidFirm) as error:
        firms.register(session, world.caseworker, data(uscc=code))
    assert problem(error) == ("uscc", "firm-known")
    assert (error.value.params["unit"], error.value.params["firm_id"]) == ("半山街道", None)
    with pytest.raises(InvalidFirm) as error:
        firms.register(session, world.bureau, data(uscc=code))
    assert error.value.params["firm_id"] == there


def test_an_equal_name_must_be_confirmed(session, world: World) -> None:
    world.firm("杭州云创科技 有限公司", uscc="")
    with pytest.raises(InvalidFirm) as error:
        firms.register(session, world.caseworker, data())
    assert problem(error) == ("confirm_name", "name-known")
    assert firms.register(session, world.caseworker, data(), confirm_name=True)


def test_a_tombstone_blocks_neither_code_nor_name(session, world: World) -> None:
    old = session.get_one(Firm, world.firm(NAME))
    old.deleted_at = old.created_at
    session.flush()
    assert firms.register(session, world.caseworker, data(uscc=old.uscc)) != old.id
    with pytest.raises(NotFound) as error:
        queries.get_firm(session, world.caseworker.scope, old.id)
    assert error.value.params["name"] == NAME


def test_a_caseworker_of_a_park_chooses_any_street_with_their_park(session, world: World) -> None:
    world.user("parkkeeper", Role.CASEWORKER, PARK)
    keeper = world.actor("parkkeeper")
    firm_id = firms.register(session, keeper, data(street=HUSHU, park=PARK))
    assert queries.get_firm(session, keeper.scope, firm_id).street.code == HUSHU
    with pytest.raises(InvalidFirm) as error:
        firms.register(session, keeper, data(name="杭州别家科技有限公司", street=HUSHU))
    assert problem(error) == ("street", "unit-not-yours")


@pytest.mark.parametrize("username", ["leader", "admin"])
def test_who_only_reads_registers_nothing(session, world: World, username: str) -> None:
    with pytest.raises(Forbidden):
        firms.register(session, world.actor(username), data())


def test_a_rename_keeps_the_former_name_and_both_are_found(session, world: World) -> None:
    firm_id = firms.register(session, world.caseworker, data())
    assert firms.update(session, world.caseworker, firm_id, FirmData(name="杭州天工智能有限公司"), 1)
    found = queries.get_firm(session, world.caseworker.scope, firm_id)
    assert (found.name, found.version, [each.name for each in found.former_names]) == (
        "杭州天工智能有限公司",
        2,
        [NAME],
    )
    for words in ("云创", "hzyc", "天工", "hztg", "hangzhoutiangong", "TIANGONG 智能"):
        page = queries.list_firms(session, world.caseworker.scope, FirmFilter(q=words))
        assert [row.id for row in page.items] == [firm_id], words
    assert queries.list_firms(session, world.caseworker.scope, FirmFilter(q="100%")).total == 0


def test_blanks_in_a_name_are_a_correction_and_no_rename(session, world: World) -> None:
    firm_id = firms.register(session, world.caseworker, data(name="杭州云创 （浙江）科技有限公司"))
    firms.update(session, world.caseworker, firm_id, FirmData(name="杭州云创(浙江)科技有限公司"))
    assert queries.get_firm(session, world.bureau.scope, firm_id).former_names == ()


def test_a_stale_edit_is_told_what_stands_there_now(session, world: World) -> None:
    firm_id = firms.register(session, world.caseworker, data(staff=5))
    firms.update(session, world.bureau, firm_id, FirmData(staff=6), 1)
    with pytest.raises(Conflict) as error:
        firms.update(session, world.caseworker, firm_id, FirmData(staff=7), 1)
    assert (error.value.current.staff, error.value.current.version) == (6, 2)
    trail = firm_timeline.trail_of(session, world.caseworker.scope, firm_id)
    assert firm_timeline.value_at_version(trail, "staff", 1, 6) == 5


def test_an_edit_that_changes_nothing_writes_nothing(session, world: World) -> None:
    firm_id = firms.register(session, world.caseworker, data(staff=5))
    assert not firms.update(session, world.caseworker, firm_id, FirmData(staff=5, name=f" {NAME}"), 1)
    assert queries.get_firm(session, world.bureau.scope, firm_id).version == 1


def test_figures_alone_raise_the_version_too(session, world: World) -> None:
    firm_id = firms.register(
        session, world.caseworker, data(years={2024: {"sales": Decimal(1), "rd": Decimal(2)}})
    )
    assert firms.update(
        session, world.caseworker, firm_id, FirmData(years={2024: {"sales": None}, 2025: {"rd": Decimal(3)}})
    )
    found = queries.get_firm(session, world.bureau.scope, firm_id)
    assert found.version == 2
    assert found.years == {2025: {"rd": 3}, 2024: {"rd": 2}}


def test_the_street_of_a_firm_on_its_way_changes_by_a_transfer_only(session, world: World) -> None:
    firm_id = firms.register(session, world.bureau, data(), tracks=("hnte",))
    with pytest.raises(InvalidFirm) as error:
        firms.update(session, world.bureau, firm_id, FirmData(street=HUSHU))
    assert problem(error) == ("street", "use-transfer")
    lead = firms.register(session, world.bureau, data(name="杭州线索科技有限公司"))
    assert firms.update(session, world.bureau, lead, FirmData(street=HUSHU, park=PARK))
    found = queries.get_firm(session, world.bureau.scope, lead)
    assert (found.street.code, found.park and found.park.code) == (HUSHU, PARK)


def test_a_code_is_corrected_but_not_taken_away(session, world: World) -> None:
    firm_id = firms.register(session, world.caseworker, data(uscc=credit_code(1)))
    with pytest.raises(InvalidFirm) as error:
        firms.update(session, world.caseworker, firm_id, FirmData(uscc=None))
    assert problem(error) == ("uscc", "credit-code-removed")
    assert firms.update(session, world.caseworker, firm_id, FirmData(uscc=credit_code(2)))


def test_a_firm_of_another_street_is_not_there(session, world: World) -> None:
    firm_id = world.firm(street=HUSHU)
    with pytest.raises(NotFound):
        firms.update(session, world.caseworker, firm_id, FirmData(staff=1))
    with pytest.raises(NotFound):
        queries.get_firm(session, world.caseworker.scope, firm_id)


def test_contacts_are_masked_for_who_need_not_call(session, world: World) -> None:
    firm_id = firms.register(
        session, world.caseworker, data(contact_name="王小明", contact_phone="13812340000")
    )
    firms.update(session, world.caseworker, firm_id, FirmData(contact_phone="0571-88010001"))
    leader = world.actor("leader").scope
    found = queries.get_firm(session, leader, firm_id)
    assert (found.contact_name, found.contact_phone) == ("王**", "0571-****01")
    assert firm_timeline.trail_of(session, leader, firm_id)[0].changes["contact_phone"] == [
        "138****0000",
        "0571-****01",
    ]
    assert queries.get_firm(session, world.caseworker.scope, firm_id).contact_phone == "0571-88010001"


def test_the_list_filters_and_counts_within_the_scope(session, world: World) -> None:
    mine = world.firm("杭州甲科技有限公司")
    world.firm("杭州乙科技有限公司", HUSHU)
    leads = world.firm("杭州丙科技有限公司", uscc="")
    world.candidacy(mine, "ptsme")
    session.flush()

    def found(actor, **wanted: object) -> list[int]:
        page = queries.list_firms(session, actor.scope, FirmFilter(**wanted))  # type: ignore[arg-type]
        assert page.total == len(page.items)
        return [row.id for row in page.items]

    assert found(world.caseworker, sort="name") == [leads, mine]
    assert len(found(world.bureau)) == 3
    assert found(world.bureau, no_code=True) == [leads]
    assert found(world.bureau, track="ptsme", stage="discover") == [mine]
    assert found(world.bureau, track="hnte") == []
    hushu = units.get_unit(session, HUSHU)
    assert len(found(world.bureau, unit=hushu)) == 1
    assert found(world.caseworker, unit=hushu) == []


def test_the_number_of_queries_does_not_grow_with_the_rows(session, world: World) -> None:
    counts = []
    for _ in range(2):
        for _ in range(5):
            world.candidacy(world.firm())
        session.flush()
        with counting(session) as queries_made:
            queries.list_firms(session, world.bureau.scope, FirmFilter())
        counts.append(len(queries_made))
    assert counts[0] == counts[1] <= 4


def test_a_firm_is_found_by_code_or_id(session, world: World) -> None:
    firm_id = world.firm()
    scope = world.caseworker.scope
    assert queries.find_reference(session, scope, f" {credit_code(1).lower()}") == firm_id
    assert queries.find_reference(session, scope, str(firm_id)) == firm_id
    for unknown in (credit_code(7), "999999", "云创"):
        with pytest.raises(NotFound):
            queries.find_reference(session, scope, unknown)


def test_near_names_are_a_hint_within_the_scope(session, world: World) -> None:
    near = world.firm("云创科技（杭州）有限公司")
    world.firm("浙江云创技术有限公司", HUSHU)
    assert [row.id for row in queries.near_names(session, world.caseworker.scope, NAME)] == [near]


def test_many_are_registered_and_changed_like_one(session, world: World) -> None:
    rows = [
        data(name=f"杭州批量{n}科技有限公司", uscc=credit_code(n), former_names=(f"杭州旧名{n}厂",))
        for n in range(1, 4)
    ]
    ids = firm_bulk.register_many(session, world.caseworker, rows, None)
    assert [queries.get_firm(session, world.bureau.scope, each).uscc for each in ids] == [
        row.uscc for row in rows
    ]
    assert queries.list_firms(session, world.bureau.scope, FirmFilter(q="旧名2")).total == 1
    changes = [
        (ids[0], FirmData(staff=9, street=HUSHU)),
        (ids[1], FirmData(name="杭州新名科技有限公司")),
        (ids[2], FirmData()),
    ]
    assert firm_bulk.update_many(session, world.caseworker, changes, None) == 2
    first, second = (queries.get_firm(session, world.bureau.scope, each) for each in ids[:2])
    assert (first.staff, first.street.code, first.version) == (9, MISHIXIANG, 2)
    assert {each.name for each in second.former_names} == {"杭州旧名2厂", "杭州批量2科技有限公司"}
    assert (
        session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.subject == "firm")) == 5
    )


def test_a_bulk_refuses_foreign_streets_and_codes_that_are_taken(session, world: World) -> None:
    with pytest.raises(Invalid) as error:
        firm_bulk.register_many(session, world.caseworker, [data(street=HUSHU)], None)
    assert problem(error) == ("street", "unit-not-yours")
    world.firm(uscc=credit_code(5))
    with pytest.raises(Conflict):
        firm_bulk.register_many(session, world.bureau, [data(uscc=credit_code(5))], None)
    assert session.scalar(select(func.count()).select_from(Candidacy)) == 0
