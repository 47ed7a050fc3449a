"""One certificate: what its page says, the acts on it, and the ledger's numbers right after each."""

from datetime import date, datetime, timedelta

import pytest

from cultivate import clock
from cultivate.errors import NotFound
from cultivate.models import Certificate, Firm, FirmName, IntellectualProperty
from cultivate.queries import certificates, firms, ledger, renewal_steps
from cultivate.services import certificates as services
from cultivate.services import verification
from cultivate.services.stages import CertificateData, MoveRequest, move
from tests.fixtures import HUSHU, World
from tests.pages import send

TODAY = date(2026, 11, 23)


def at(day: date) -> datetime:
    return clock.at(day).replace(hour=10)


def held(world: World, issued: date = date(2024, 12, 6), street: str | None = None) -> Certificate:
    with clock.standing_at(at(issued)):
        firm = world.firm(street=street) if street else world.firm()
        candidacy = world.at_stage("certify", firm, on=issued)
        world.session.commit()
    return world.session.query(Certificate).filter_by(candidacy_id=candidacy).one()


@pytest.fixture(autouse=True)
def on_the_day():
    with clock.standing_at(at(TODAY)):
        yield


def in_force(world: World, day: date = TODAY) -> int:
    found = ledger.balances(world.session, world.bureau.scope, "hnte", day)[0].in_force
    assert verification.verify(world.session) == []
    world.session.commit()
    return found


def path(row: Certificate, act: str = "") -> str:
    return f"/certificates/{row.id}" + (f"/{act}" if act else "")


def test_the_page_shows_validity_on_any_day_and_a_warning_for_an_odd_number(world: World, client_as) -> None:
    row = held(world)
    world.session.get_one(Certificate, row.id).number = "GR202444000001"
    world.session.commit()
    client = client_as("caseworker")
    page = client.get(path(row)).text
    assert "2027-12-06" in page
    assert "属于其他省份" in page
    assert "还没计数" in client.get(path(row) + "?as_of=2024-12-05").text
    assert "更正编号" not in page, "only the bureau does"
    assert client_as("leader").get(path(row)).status_code == 200
    assert client_as("neighbour").get(path(row)).status_code == 404
    assert client.get("/certificates").text.count(f'href="/certificates/{row.id}"') == 1
    assert f'href="/certificates/{row.id}"' in client.get(f"/firms/{row.firm_id}").text


def test_a_number_is_set_right_with_its_reason_and_by_one_at_a_time(world: World, client_as) -> None:
    row, other = held(world), held(world, street=HUSHU)
    wrong, version = row.number, row.version
    world.session.commit()
    client = client_as("bureau")
    form = path(row, "number")
    assert client_as("caseworker").get(form).status_code == 403
    said = {"number": "GR202433009999", "reason": "看错一位", "version": version}
    assert send(client, form, **{**said, "reason": ""}).status_code == 422
    assert send(client, form, **{**said, "number": other.number}).status_code == 422
    assert send(client, form, **said).status_code == 302
    page = client.get(path(row)).text
    assert "GR202433009999" in page
    assert f"<del>{wrong}</del>" in page
    assert "看错一位" in page
    late = send(client, form, **{**said, "number": "GR202433000008"})
    assert late.status_code == 409, "somebody else was faster"
    assert "GR202433000008" in late.text, "what was typed is still there"
    assert in_force(world) == 2


def test_a_rename_keeps_number_and_validity_and_the_old_name(world: World, client_as) -> None:
    row = held(world)
    before = world.session.get_one(Firm, row.firm_id).name
    taken = world.session.get_one(Firm, world.firm("杭州已有人叫科技有限公司")).name
    number, last, version = row.number, row.valid_through, row.version
    world.session.commit()
    client = client_as("caseworker")
    said = {"name": "杭州试新名科技有限公司", "reported_on": "", "version": version}
    assert send(client, path(row, "rename"), **{**said, "name": taken}).status_code == 422
    assert send(client, path(row, "rename"), **said).status_code == 302
    world.session.expire_all()
    assert world.session.get_one(Firm, row.firm_id).name == "杭州试新名科技有限公司"
    (former,) = world.session.query(FirmName).filter_by(firm_id=row.firm_id)
    assert (former.name, former.until) == (before, TODAY)
    again = world.session.get_one(Certificate, row.id)
    assert (again.number, again.valid_through, again.rename_reported_on) == (number, last, None)
    version = again.version
    world.session.commit()
    page = client.get(path(row)).text
    assert "要在 2027-02-23 前" in page, "three months to tell the authority"
    assert (
        send(
            client, path(row, "rename"), **{**said, "reported_on": "2026-11-20", "version": version}
        ).status_code
        == 302
    )
    assert "要在 2027-02-23 前" in client.get(path(row)).text, (
        "told before the name changed: of another rename"
    )
    with clock.standing_at(at(TODAY + timedelta(days=4))):
        world.session.expire_all()
        version = world.session.get_one(Certificate, row.id).version
        world.session.commit()
        done = send(client, path(row, "rename"), **{**said, "reported_on": "2026-11-27", "version": version})
        assert done.status_code == 302
        assert "2026-11-27 已报告" in client.get(path(row)).text
    assert in_force(world) == 1


def test_moving_out_takes_it_out_and_moving_in_counts_from_that_day(world: World, client_as) -> None:
    row = held(world)
    newcomer = world.firm()
    version = row.version
    world.session.commit()
    client = client_as("bureau")
    assert client_as("caseworker").get(path(row, "move-out")).status_code == 403
    said = {"on": "2026-11-02", "case": "杭高认〔2026〕7号", "reason": "整体迁往宁波", "version": version}
    assert send(client, path(row, "move-out"), **{**said, "on": "2026-11-24"}).status_code == 422
    assert in_force(world) == 1
    assert send(client, path(row, "move-out"), **said).status_code == 302
    page = client.get(path(row)).text
    assert "已离开本区" in page
    assert "杭高认〔2026〕7号" in page
    assert (in_force(world, date(2026, 11, 1)), in_force(world, date(2026, 11, 2))) == (1, 0)
    form = f"/firms/{newcomer}/certificates/move-in"
    brought = {
        "track": "hnte",
        "number": "GR202433100007",
        "issued_on": "2024-12-06",
        "on": "2026-11-09",
        "case": "甬迁3",
    }
    assert send(client, form, **{**brought, "issued_on": "2023-11-01"}).status_code == 422, "it had ended"
    done = send(client, form, **brought)
    assert done.status_code == 302
    assert "甬迁3" in client.get(done.location).text
    assert (in_force(world, date(2026, 11, 8)), in_force(world)) == (0, 1)
    assert send(client, form, **brought).status_code == 422, "it counts already"


def test_renewal_lapse_and_revocation_show_in_the_ledger_on_their_day(world: World, client_as) -> None:
    session = world.session
    old, lapsing, revoked = held(world, date(2023, 12, 8)), held(world, date(2023, 11, 30)), held(world)
    session.commit()
    client = client_as("bureau")
    assert send(client, path(revoked, "revoke"), on="2026-11-20", reason="复核不合格").status_code == 302
    assert (in_force(world, date(2026, 11, 19)), in_force(world)) == (3, 2)
    assert send(client, f"/work/certificates/{old.id}/renewal", page="/work").status_code == 302
    session.expire_all()
    renewal = firms.get_firm(session, world.bureau.scope, old.firm_id).candidacies[-1]
    move(session, world.bureau, renewal.id, MoveRequest("recommend", TODAY, override_reason="复评"))
    session.commit()
    with clock.standing_at(at(date(2026, 12, 1))):
        assert services.post_lapses(session, world.bureau, date(2026, 12, 1)) == 1
        assert session.get_one(Certificate, lapsing.id).valid_through == date(2026, 11, 30)
        data = CertificateData("GR202633000777", date(2026, 12, 1))
        move(session, world.bureau, renewal.id, MoveRequest("certify", date(2026, 12, 1), certificate=data))
        session.commit()
        assert (in_force(world, date(2026, 11, 30)), in_force(world, date(2026, 12, 1))) == (2, 1)
        page = client.get(path(old)).text
        assert "GR202633000777" in page, "its successor"
        new = session.query(Certificate).filter_by(number="GR202633000777").one().id
        session.commit()
        assert old.number in client.get(f"/certificates/{new}").text, "its predecessor"
        assert "已失效" in client.get(path(lapsing)).text or "到期" in client.get(path(lapsing)).text


def steps(world: World, row: Certificate) -> dict[str, str]:
    listed = certificates.get_certificate(world.session, world.bureau.scope, row.id, clock.today())
    found = renewal_steps.checklist(world.session, listed, clock.today())
    return {step.code: step.state for step in found.steps}


def right(
    firm_id: int, serial: int, kind: str = "software", used_for: int | None = None
) -> IntellectualProperty:
    return IntellectualProperty(
        firm_id=firm_id,
        kind=kind,
        number=f"FAKE{serial}",
        number_key=f"FAKE{serial}",
        granted_on=date(2024, 1, 2),
        used_for_id=used_for,
        created_at=clock.now(),
        updated_at=clock.now(),
    )


def test_what_must_be_done_first_is_done_not_done_or_not_known(world: World, client_as) -> None:
    session, row = world.session, held(world)
    assert steps(world, row) == {
        "rename": "done",
        "rights": "unknown",
        "ratio": "unknown",
        "reports": "not_done",
    }
    session.add_all([right(row.firm_id, n) for n in range(5)])
    session.flush()
    assert steps(world, row)["rights"] == "unknown", "nobody marked which ones the last application used"
    for used in session.query(IntellectualProperty).limit(1):
        used.used_for_id = row.candidacy_id
    session.flush()
    assert steps(world, row)["rights"] == "not_done", "four new ones of class Ⅱ"
    session.add(right(row.firm_id, 9, "utility_model"))
    session.flush()
    assert steps(world, row)["rights"] == "done", "five"
    session.commit()
    page = client_as("caseworker").get(path(row)).text
    assert "2027-04-01 至 2027-07-31" in page
    assert "2026-12-31 前的支出还算数" in page
    assert 'id="renewal"' in client_as("caseworker").get(f"/firms/{row.firm_id}").text


def test_another_streets_certificate_is_not_there(world: World) -> None:
    row = held(world, street=HUSHU)
    with pytest.raises(NotFound):
        certificates.get_certificate(world.session, world.caseworker.scope, row.id, TODAY)
