"""The register and the page of a firm, as people use them."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from cultivate import clock
from cultivate.domain.firm_data import FirmData
from cultivate.models import Candidacy, Certificate, Firm, Proposal, ServiceRecord
from cultivate.queries import candidacies, firm_timeline
from cultivate.queries import firms as queries
from cultivate.services import firms, proposals, service_records, stages
from cultivate.services.stages import MoveRequest
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, World, credit_code
from tests.pages import send
from tests.query_count import counting

NAME = "杭州云创科技有限公司"
CODE = credit_code(77)


@pytest.fixture
def firm_id(session, world: World) -> int:
    made = firms.register(
        session,
        world.caseworker,
        FirmData(
            name=NAME,
            uscc=CODE,
            street=MISHIXIANG,
            contact_name="王小明",
            contact_phone="13812340000",
            staff=5,
        ),
        tracks=("hnte", "ptsme"),
    )
    session.commit()
    return made


def candidacy_of(session, firm_id: int, track: str = "hnte") -> Candidacy:
    """As it stands now; the session is left idle, as on SQLite a writing one keeps clients waiting."""
    found = session.scalars(
        select(Candidacy)
        .where(Candidacy.firm_id == firm_id, Candidacy.track == track)
        .order_by(Candidacy.id.desc())
        .execution_options(populate_existing=True)
    ).first()
    session.commit()
    return found


def test_a_caseworker_registers_a_firm_in_the_lobby(session, world: World, client_as) -> None:
    client = client_as("caseworker")
    page = client.get("/firms/new").text
    assert f'<option selected value="{MISHIXIANG}">' in page
    assert page.count("checked") == 2
    answer = send(client, "/firms/new", name=NAME, street=MISHIXIANG, tracks=["hnte"], sales_2025="1,200.5")
    assert answer.status_code == 302
    found = queries.get_firm(session, world.bureau.scope, int(answer.location.rsplit("/", 1)[1]))
    assert [(row.track, row.stage) for row in found.candidacies] == [("hnte", "discover")]
    assert found.years[2025]["sales"] == Decimal("1200.5")
    assert "已登记" in client.get(answer.location).text or "Registered" in client.get(answer.location).text


def test_a_refused_form_keeps_what_was_typed_and_offers_the_proven_code(
    session, world: World, client_as
) -> None:
    client = client_as("caseworker")
    wrong = credit_code(1).replace("0", "O", 1)
    answer = send(client, "/firms/new", name=NAME, uscc=wrong, street=MISHIXIANG, note="展厅里谈的")
    assert answer.status_code == 422
    assert f'value="{wrong}"' in answer.text
    assert "展厅里谈的" in answer.text
    assert f'name="use_code" value="{credit_code(1)}"' in answer.text
    answer = send(client, "/firms/new", name=NAME, uscc=wrong, street=MISHIXIANG, use_code=credit_code(1))
    assert answer.status_code == 302
    assert session.scalar(select(Firm.uscc)) == credit_code(1)


def test_a_firm_known_elsewhere_shows_its_street_and_nothing_else(session, world: World, client_as) -> None:
    there = world.firm("杭州邻街秘密科技有限公司", BANSHAN, uscc=credit_code(9))
    session.commit()
    client = client_as("caseworker")
    answer = send(client, "/firms/new", name=NAME, uscc=credit_code(9), street=MISHIXIANG)
    assert answer.status_code == 422
    assert "半山街道" in answer.text
    assert "秘密" not in answer.text
    assert f"/firms/{there}" not in answer.text
    asked, by_page = f"/firms/check?uscc={credit_code(9)}", {"HX-Request": "true"}
    fragment = client.get(asked, headers=by_page).text
    assert "半山街道" in fragment
    assert f"/firms/{there}" not in fragment
    assert f"/firms/{there}" in client_as("bureau").get(asked, headers=by_page).text
    assert client.get(asked).location == f"/firms/new?uscc={credit_code(9)}"


def test_an_equal_name_asks_for_a_tick(session, world: World, client_as, firm_id: int) -> None:
    client = client_as("caseworker")
    answer = send(client, "/firms/new", name=NAME, street=MISHIXIANG)
    assert answer.status_code == 422
    assert 'name="confirm_name"' in answer.text
    assert send(client, "/firms/new", name=NAME, street=MISHIXIANG, confirm_name="y").status_code == 302


def test_the_list_filters_by_its_address(session, world: World, client_as, firm_id: int) -> None:
    world.firm("杭州别家科技有限公司")
    session.commit()
    client = client_as("caseworker")
    assert NAME in client.get("/firms").text
    for address in (
        "/firms?q=hzyc",
        "/firms?track=hnte&stage=discover",
        f"/firms?unit={MISHIXIANG}&q={CODE}",
    ):
        page = client.get(address).text
        assert NAME in page
        assert "别家" not in page
    assert NAME not in client.get("/firms?no_code=1").text
    assert client.get(f"/firms?unit={HUSHU}").status_code == 404
    assert NAME not in client_as("neighbour").get("/firms?q=hzyc").text


def test_the_number_of_queries_of_a_list_page_is_fixed(session, world: World, client_as) -> None:
    client = client_as("bureau")
    made = []
    for _ in range(2):
        for _ in range(10):
            world.candidacy(world.firm())
        session.commit()
        client.get("/firms")
        with counting(session) as seen:
            client.get("/firms")
        made.append(len(seen))
    assert made[0] == made[1]


def test_another_streets_firm_answers_404_on_every_page(
    session, world: World, client_as, firm_id: int
) -> None:
    candidacy = candidacy_of(session, firm_id)
    move = candidacies.moves_of(session, world.bureau.scope, candidacy.id)[0]
    session.commit()
    client = client_as("neighbour")
    for path in (
        f"/firms/{firm_id}",
        f"/firms/{firm_id}/edit",
        f"/firms/{firm_id}/services/new",
        f"/firms/{firm_id}/tracks/hnte",
        f"/candidacies/{candidacy.id}/move/serve",
        f"/candidacies/{candidacy.id}/propose/withdrawn",
        f"/moves/{move.id}/reverse",
    ):
        assert client.get(path).status_code == 404, path


def test_the_page_shows_one_next_step_and_moves_with_one_click(
    session, world: World, client_as, firm_id: int
) -> None:
    client = client_as("caseworker")
    candidacy = candidacy_of(session, firm_id)
    path = f"/candidacies/{candidacy.id}/move/serve"
    assert client.get(f"/firms/{firm_id}").text.count('data-key="m"') == 2  # one a track
    answer = send(client, path, f"/firms/{firm_id}", version=candidacy.version)
    assert answer.status_code == 302
    assert candidacy_of(session, firm_id).stage == "serve"
    page = client.get(answer.location).text
    assert re.search(r"/moves/\d+/reverse", page)


def test_what_is_missing_is_said_with_where_to_mend_it(
    session, world: World, client_as, firm_id: int
) -> None:
    candidacy_id = candidacy_of(session, firm_id).id
    stages.move(session, world.caseworker, candidacy_id, MoveRequest("serve"))
    session.commit()
    for username in ("caseworker", "bureau"):
        page = client_as(username).get(f"/firms/{firm_id}").text
        assert f"/firms/{firm_id}/services/new?candidacy={candidacy_id}" in page
        assert f'action="/candidacies/{candidacy_id}/move/recommend"' not in page
    client = client_as("caseworker")
    answer = send(
        client,
        f"/firms/{firm_id}/services/new",
        candidacies=[candidacy_id],
        kind="visit",
        on=clock.today().isoformat(),
        note="看了研发台账",
    )
    assert answer.status_code == 302
    assert f"/candidacies/{candidacy_id}/propose/recommend" in client.get(f"/firms/{firm_id}").text
    assert (
        f'action="/candidacies/{candidacy_id}/move/recommend"'
        in client_as("bureau").get(f"/firms/{firm_id}").text
    )


def test_a_proposal_is_decided_by_the_bureau(session, world: World, client_as, firm_id: int) -> None:
    candidacy_id = candidacy_of(session, firm_id).id
    stages.move(session, world.caseworker, candidacy_id, MoveRequest("serve"))
    service_records.record(session, world.caseworker, candidacy_id, "visit", None, "")
    session.commit()
    client = client_as("caseworker")
    path = f"/candidacies/{candidacy_id}/propose/recommend"
    assert send(client, path, reason="").status_code == 422
    assert send(client, path, reason="材料已齐").status_code == 302
    proposal = session.scalar(select(Proposal.id))
    session.commit()
    assert client.get(f"/proposals/{proposal}").status_code == 403
    bureau = client_as("bureau")
    assert f"/proposals/{proposal}" in bureau.get(f"/firms/{firm_id}").text
    assert send(bureau, f"/proposals/{proposal}", verdict="decline").status_code == 422
    assert send(bureau, f"/proposals/{proposal}", verdict="accept").status_code == 302
    assert candidacy_of(session, firm_id).stage == "recommend"


def test_a_certificate_is_recorded_with_number_and_day(session, world: World, client_as) -> None:
    candidacy_id = world.at_stage("recommend")
    session.commit()
    client = client_as("bureau")
    path = f"/candidacies/{candidacy_id}/move/certify"
    answer = send(client, path, number="", issued_on="")
    assert answer.status_code == 422
    answer = send(client, path, number="GR202533000001", issued_on="2025-12-08")
    assert answer.status_code == 302
    assert session.scalar(select(Certificate.valid_through)) == date(2028, 12, 8)
    page = client.get(answer.location).text
    assert "GR202533000001" in page
    assert "2028-12-08" in page


def test_not_passed_goes_back_with_reason_and_year(session, world: World, client_as) -> None:
    candidacy_id = world.at_stage("recommend")
    session.commit()
    client = client_as("bureau")
    path = f"/candidacies/{candidacy_id}/move/serve"
    assert send(client, path, retry_year="2027").status_code == 422
    assert send(client, path, retry_year="2027", reason="评审未通过").status_code == 302
    found = session.get_one(Candidacy, candidacy_id, populate_existing=True)
    assert (found.stage, found.retry_year) == ("serve", 2027)


def test_the_bureau_recommends_all_the_same_with_a_reason(session, world: World, client_as) -> None:
    candidacy_id = world.at_stage("serve")
    session.commit()
    client = client_as("bureau")
    path = f"/candidacies/{candidacy_id}/move/recommend"
    assert 'name="override_reason"' in client.get(path).text
    assert send(client, path).status_code == 422
    assert send(client, path, override_reason="市局点名").status_code == 302
    row = candidacies.get_candidacy(session, world.bureau.scope, candidacy_id)
    assert "市局点名" in client.get(f"/firms/{row.firm_id}").text


def test_a_move_that_was_overtaken_says_so_and_keeps_the_words(
    session, world: World, client_as, firm_id: int
) -> None:
    candidacy = candidacy_of(session, firm_id)
    client = client_as("bureau")
    path = f"/candidacies/{candidacy.id}/move/withdrawn"
    answer = send(client, path, version=candidacy.version + 7, reason="企业不愿申报")
    assert answer.status_code == 409
    assert "企业不愿申报" in answer.text
    assert candidacy_of(session, firm_id).stage == "discover"


def test_a_move_is_taken_back_and_stays_in_the_story(session, world: World, client_as, firm_id: int) -> None:
    candidacy = candidacy_of(session, firm_id)
    day = clock.today() - timedelta(days=0)
    move_id = stages.move(session, world.caseworker, candidacy.id, MoveRequest("serve", day))
    session.commit()
    client = client_as("caseworker")
    assert send(client, f"/moves/{move_id}/reverse", reason="点错了").status_code == 302
    assert candidacy_of(session, firm_id).stage == "discover"
    page = client.get(f"/firms/{firm_id}").text
    assert page.count("<del>") == 1
    assert "点错了" in page


def test_a_late_record_is_marked(session, world: World, client_as) -> None:
    candidacy_id = world.at_stage("serve", on=date(2025, 3, 3))
    session.commit()
    row = candidacies.get_candidacy(session, world.bureau.scope, candidacy_id)
    assert "is-late" in client_as("leader").get(f"/firms/{row.firm_id}").text


def test_a_transfer_takes_both_tracks_along_and_is_one_line(
    session, world: World, client_as, firm_id: int
) -> None:
    client = client_as("bureau")
    answer = send(client, f"/firms/{firm_id}/transfer", street=HUSHU, reason="注册地迁移")
    assert answer.status_code == 302
    assert {row.street_id for row in session.scalars(select(Candidacy))} == {world.units[HUSHU].id}
    assert client.get(f"/firms/{firm_id}").text.count("注册地迁移") == 1
    assert client_as("caseworker").get(f"/firms/{firm_id}").status_code == 404
    assert client_as("caseworker").get(f"/firms/{firm_id}/transfer").status_code == 403


def test_a_visit_for_both_tracks_is_one_line_and_its_follow_up_is_done_once(
    session, world: World, client_as, firm_id: int
) -> None:
    client = client_as("caseworker")
    ids = [candidacy_of(session, firm_id, track).id for track in ("hnte", "ptsme")]
    follow_up = clock.today() + timedelta(days=7)
    send(
        client,
        f"/firms/{firm_id}/services/new",
        candidacies=ids,
        kind="diagnosis",
        on=clock.today().isoformat(),
        note="逐条对照了八项条件",
        follow_up_on=follow_up.isoformat(),
    )
    records = session.scalars(select(ServiceRecord.id)).all()
    session.commit()
    assert len(records) == 2
    page = client.get(f"/firms/{firm_id}").text
    assert page.count("逐条对照了八项条件") == 1
    assert send(client, "/services/done", f"/firms/{firm_id}", id=list(records)).status_code == 302
    assert session.scalar(select(func.count()).where(ServiceRecord.followed_up_at.is_(None))) == 0


def test_a_service_of_a_later_day_is_refused_and_nothing_half_written(
    session, world: World, client_as, firm_id: int
) -> None:
    answer = send(
        client_as("caseworker"),
        f"/firms/{firm_id}/services/new",
        candidacies=[candidacy_of(session, firm_id).id],
        kind="visit",
        on=(clock.today() + timedelta(days=1)).isoformat(),
        note="还没去",
    )
    assert answer.status_code == 422
    assert "还没去" in answer.text
    assert session.scalar(select(func.count()).select_from(ServiceRecord)) == 0


def test_the_second_editor_chooses_line_by_line(session, world: World, client_as, firm_id: int) -> None:
    client = client_as("caseworker")
    mine = {
        "version": 1,
        "name": NAME,
        "uscc": CODE,
        "street": MISHIXIANG,
        "contact_name": "李四",
        "contact_phone": "13812340000",
        "staff": "7",
    }
    firms.update(session, world.bureau, firm_id, FirmData(staff=6, address="远见大厦"), 1)
    session.commit()
    path = f"/firms/{firm_id}/edit"
    answer = send(client, path, **mine)
    assert answer.status_code == 409
    assert 'name="keep-staff" value="mine" checked' in answer.text
    assert 'name="keep-address" value="theirs" checked' in answer.text
    assert 'name="keep-contact_name" value="mine" checked' in answer.text
    assert "测试bureau" in answer.text
    chosen = {"keep-staff": "theirs", "keep-address": "theirs", "keep-contact_name": "mine"}
    assert send(client, path, **(mine | {"version": 2} | chosen)).status_code == 302
    found = queries.get_firm(session, world.bureau.scope, firm_id)
    assert (found.staff, found.address, found.contact_name, found.version) == (6, "远见大厦", "李四", 3)


def test_an_edit_refused_keeps_what_was_typed(session, world: World, client_as, firm_id: int) -> None:
    answer = send(
        client_as("caseworker"),
        f"/firms/{firm_id}/edit",
        version=1,
        name=NAME,
        uscc="",
        street=HUSHU,
        note="改一下",
    )
    assert answer.status_code == 422
    assert "改一下" in answer.text


def test_the_page_masks_contacts_for_the_leader_alone(client_as, firm_id: int) -> None:
    assert "13812340000" in client_as("caseworker").get(f"/firms/{firm_id}").text
    page = client_as("leader").get(f"/firms/{firm_id}").text
    assert "13812340000" not in page
    assert "138****0000" in page
    assert "王小明" not in page


def test_who_only_reads_gets_no_buttons(client_as, firm_id: int) -> None:
    for username in ("leader", "admin"):
        page = client_as(username).get(f"/firms/{firm_id}").text
        assert f"/firms/{firm_id}/edit" not in page
        assert "/move/" not in page
        assert "/propose/" not in page


def test_the_number_of_queries_of_a_firm_does_not_grow_with_its_story(
    session, world: World, client_as, firm_id
) -> None:
    client = client_as("caseworker")
    candidacy = candidacy_of(session, firm_id)
    made = []
    for _ in range(2):
        for n in range(5):
            service_records.record(session, world.caseworker, candidacy.id, "visit", None, f"第{n}次")
        session.commit()
        client.get(f"/firms/{firm_id}")
        with counting(session) as seen:
            client.get(f"/firms/{firm_id}")
        made.append(len(seen))
    assert made[0] == made[1]


def test_a_withdrawn_firm_can_start_anew(session, world: World, client_as, firm_id: int) -> None:
    candidacy = candidacy_of(session, firm_id)
    client = client_as("bureau")
    assert send(client, f"/candidacies/{candidacy.id}/move/withdrawn", reason="不做了").status_code == 302
    assert send(client, f"/firms/{firm_id}/tracks/hnte").status_code == 302
    found = candidacy_of(session, firm_id)
    assert (found.stage, found.cycle) == ("discover", 2)
    assert send(client, f"/firms/{firm_id}/tracks/hnte").status_code == 422


def test_a_declined_proposal_shows_its_answer(session, world: World, client_as, firm_id: int) -> None:
    candidacy = candidacy_of(session, firm_id)
    proposal = proposals.propose(session, world.caseworker, candidacy.id, "withdrawn", "企业已停产")
    proposals.decide(session, world.bureau, proposal, accept=False, answer="请先上门核实")
    session.commit()
    assert firm_timeline.get_proposal(session, world.caseworker.scope, proposal).status == "declined"
    assert "请先上门核实" in client_as("caseworker").get(f"/firms/{firm_id}").text
