"""Local versions of packs: which applies on a day, two editors at once, pages, and what the loader says at its line."""

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.policy.nodes import PackInvalid
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound
from cultivate.models import AuditEvent, PolicyPack
from cultivate.packs.policies import policy
from cultivate.queries import policies as rows
from cultivate.services import policies as service
from tests.fixtures import HUSHU, MISHIXIANG, World

ClientAs = Callable[[str | None], FlaskClient]
DAY = date(2027, 6, 1)


def text(
    name: str = "own-line", threshold: str = "0.12", since: str = "2027-01-01", to: str | None = None
) -> str:
    end = f"to = {to}\n" if to else ""
    return f"""
[local]
name = "{name}"
base = "hnte-2016"
title_zh = "内控线"
title_en = "Own line"
from = {since}
{end}
[[documents]]
id = "minutes-{name}"
title_zh = "会议纪要"
title_en = "Minutes"
certainty = "verified"

[[conditions]]
id = "rd_staff_ratio"
threshold = {threshold}
document = "minutes-{name}"
article_zh = "二"
article_en = "2"
certainty = "verified"
"""


def line_of(key: str) -> int:
    return 1 + next(number for number, line in enumerate(text().splitlines()) if line.startswith(key))


def threshold(session: Session, on: date = DAY, *units: int) -> float:
    row = rows.applying(session, "hnte-2016", on, units).pack.condition("rd_staff_ratio")
    assert row is not None
    assert row.threshold is not None
    return float(row.threshold)


def test_without_local_versions_the_shipped_pack_applies(world: World) -> None:
    assert rows.applying(world.session, "hnte-2016", DAY).pack is policy("hnte-2016")


def test_a_version_applies_from_its_first_to_its_last_day(world: World) -> None:
    service.save(world.session, world.actor("admin"), text(to="2027-12-31"))
    found = {
        day: threshold(world.session, date.fromisoformat(day))
        for day in ("2026-12-31", "2027-01-01", "2027-12-31", "2028-01-01")
    }
    assert found == {"2026-12-31": 0.1, "2027-01-01": 0.12, "2027-12-31": 0.12, "2028-01-01": 0.1}


def test_a_units_version_counts_for_its_firms_only_and_has_the_last_word(world: World) -> None:
    street = world.units[HUSHU].id
    service.save(world.session, world.actor("admin"), text("street-line", "0.15"), street)
    service.save(world.session, world.actor("admin"), text("district-line", "0.12", since="2027-02-01"))
    assert threshold(world.session, DAY) == 0.12
    assert threshold(world.session, DAY, street) == 0.15
    assert threshold(world.session, DAY, world.units[MISHIXIANG].id) == 0.12


def test_an_edit_keeps_the_text_before_and_a_withdrawal_brings_the_shipped_pack_back(world: World) -> None:
    session, admin = world.session, world.actor("admin")
    first = service.save(session, admin, text())
    second = service.save(session, admin, text(threshold="0.2"), replaces=first.id)
    assert second.version == 2
    assert threshold(session) == 0.2
    assert [row.version for row in rows.list_history(session, "own-line")] == [2, 1]
    assert "0.12" in rows.get_version(session, first.id).text
    service.withdraw(session, admin, second.id, "按市里通知")
    assert threshold(session) == 0.1
    third = service.save(session, admin, text(threshold="0.3"), replaces=second.id)
    assert (third.version, threshold(session)) == (3, 0.3)
    verbs = session.scalars(
        select(AuditEvent.verb).where(AuditEvent.subject == "policy_pack").order_by(AuditEvent.id)
    ).all()
    assert verbs == ["save", "save", "withdraw", "save"]


def test_two_editors_do_not_overwrite_one_another(world: World) -> None:
    session, admin = world.session, world.actor("admin")
    first = service.save(session, admin, text())
    service.save(session, admin, text(threshold="0.2"), replaces=first.id)
    with pytest.raises(Conflict):
        service.save(session, admin, text(threshold="0.3"), replaces=first.id)
    with pytest.raises(Invalid, match="already"):
        service.save(session, admin, text(threshold="0.3"))
    with pytest.raises(Conflict):
        service.withdraw(session, admin, first.id, "x")
    assert threshold(session) == 0.2


def test_what_the_loader_refuses_is_not_kept(world: World) -> None:
    with pytest.raises(PackInvalid) as caught:
        service.save(world.session, world.actor("admin"), text(threshold="12"))
    assert [each.line for each in caught.value.problems] == [line_of("threshold")]
    assert world.session.scalars(select(PolicyPack.id)).all() == []


@pytest.mark.parametrize("name", ["hnte-2016", "X", "a b c", "ä-ö-ü", "-a-"])
def test_a_name_is_plain_and_not_a_shipped_one(world: World, name: str) -> None:
    with pytest.raises(PackInvalid):
        service.save(world.session, world.actor("admin"), text(name))


def test_only_administrators_lay_anything_over(world: World) -> None:
    for username in ("bureau", "leader", "caseworker"):
        with pytest.raises(Forbidden):
            service.save(world.session, world.actor(username), text())
        with pytest.raises(Forbidden):
            service.withdraw(world.session, world.actor(username), 1, "x")
    with pytest.raises(NotFound):
        service.withdraw(world.session, world.actor("admin"), 99, "x")


def test_a_version_that_no_longer_fits_is_left_out_and_named(world: World) -> None:
    saved = service.save(world.session, world.actor("admin"), text())
    row = world.session.get_one(PolicyPack, saved.id)
    row.text = row.text.replace("rd_staff_ratio", "gone_by_a_new_release")
    world.session.flush()
    found = rows.applying(world.session, "hnte-2016", DAY)
    assert found.pack is policy("hnte-2016")
    assert [each.id for each in found.broken] == [saved.id]


def test_what_it_begins_with_can_be_saved(world: World) -> None:
    for name in ("hnte-2016", "ptsme-2016", "nsme-2017"):
        service.save(world.session, world.actor("admin"), service.starter(policy(name)))


# ---- pages ----


def csrf(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert found
    return found[1]


def send(client: FlaskClient, address: str, form_at: str, **values: object) -> tuple[int, str]:
    data = {"csrf_token": csrf(client, form_at), **values}
    answer = client.post(address, data=data, content_type="multipart/form-data", follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_every_number_has_its_source_and_certainty_beside_it(client_as: ClientAs) -> None:
    page = client_as("leader").get("/admin/policies/hnte-2016").get_data(as_text=True)
    assert page.count('class="policy-source"') >= 100
    assert "待确认（把握约 95%）" in page
    assert "第十一条（五）" in page
    assert "新增本地版本" not in page
    part = client_as("leader").get("/admin/policies/hnte-2016?sure=no").get_data(as_text=True)
    assert "✓ 已核对" not in part
    assert "净资产为负" in part


def test_the_list_says_that_one_pack_is_information(client_as: ClientAs) -> None:
    page = client_as("bureau").get("/admin/policies").get_data(as_text=True)
    assert page.count("仅供参考，不计入任何赛道。") == 1


def test_a_caseworker_is_not_shown_the_packs(client_as: ClientAs) -> None:
    assert client_as("caseworker").get("/admin/policies").status_code == 403
    assert client_as("admin").get("/admin/policies/none").status_code == 404
    assert client_as("admin").get("/admin/policies/compare?before=none").status_code == 404
    assert client_as("admin").get("/admin/policies/compare?before=local-99").status_code == 404


def test_a_problem_is_shown_at_its_line_and_nothing_is_saved(client_as: ClientAs, session: Session) -> None:
    client, address = client_as("admin"), "/admin/policies/hnte-2016/new"
    status, page = send(client, address, address, text=text(threshold="12").replace("\n", "\r\n"))
    assert status == 422
    # what was typed is shown without the blank line on top, and the lines are counted in what is shown
    assert f"第 {line_of('threshold') - 1} 行" in page
    assert "<code>threshold = 12</code>" in page
    assert session.scalars(select(PolicyPack.id)).all() == []


def test_checking_shows_what_would_change_and_saves_nothing(client_as: ClientAs, session: Session) -> None:
    client, address = client_as("admin"), "/admin/policies/hnte-2016/new"
    status, page = send(client, address, address, text=text(), act="check")
    assert status == 200
    assert "≥ 12%" in page
    assert "≥ 10%" in page
    assert session.scalars(select(PolicyPack.id)).all() == []


def test_saved_from_a_file_edited_compared_and_withdrawn(client_as: ClientAs, session: Session) -> None:
    client, address = client_as("admin"), "/admin/policies/hnte-2016/new"
    file = (io.BytesIO(b"\xef\xbb\xbf" + text().encode()), "own.toml")
    status, page = send(client, address, address, text="", file=file, unit=HUSHU)
    assert status == 200
    assert "湖墅街道" in page
    assert "≥ 12%" in page
    saved = session.scalars(select(PolicyPack)).one()
    assert saved.unit_id is not None
    session.commit()  # reading took SQLite's write lock
    here = f"/admin/policies/local/{saved.id}"
    status, page = send(client, f"{here}/edit", f"{here}/edit", text=text(threshold="0.2"), unit="")
    assert "≥ 20%" in page
    status, page = send(client, f"{here}/edit", f"{here}/edit", text=text(threshold="0.3"), unit="")
    assert status == 409
    session.expire_all()
    current = session.scalars(select(PolicyPack).where(PolicyPack.replaced_at.is_(None))).one()
    session.commit()
    page = client.get(f"/admin/policies/compare?before=hnte-2016&after=local-{current.id}").get_data(
        as_text=True
    )
    assert "1 条不同" in page
    here = f"/admin/policies/local/{current.id}"
    status, _ = send(client, f"{here}/withdraw", here, reason="")
    assert status == 422
    status, page = send(client, f"{here}/withdraw", here, reason="按市里通知")
    assert "已撤下" in page


def test_a_file_that_is_no_text_is_refused(client_as: ClientAs) -> None:
    client, address = client_as("admin"), "/admin/policies/hnte-2016/new"
    status, page = send(client, address, address, text="", file=(io.BytesIO(b"\xff\xfe\x00\x01"), "x.toml"))
    assert status == 422
    assert "不是 UTF-8 文本" in page


def test_hostile_words_stay_words(client_as: ClientAs) -> None:
    client, address = client_as("admin"), "/admin/policies/hnte-2016/new"
    bad = text().replace("内控线", "<script>alert(1)</script>")
    _, page = send(client, address, address, text=bad)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
