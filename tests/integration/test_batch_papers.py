"""Papers of a firm in an application batch: who may fill them in, in place, by hand and many at once."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from cultivate import clock
from cultivate.errors import Conflict, Invalid, NotFound
from cultivate.models import Attachment, BatchEntry, BatchPaper
from cultivate.queries import batch_papers as queries
from cultivate.services import batch_papers, service_records, stages
from cultivate.services.batch_papers import PaperData
from cultivate.services.stages import MoveRequest
from tests.api_client import Program
from tests.fixtures import World
from tests.pages import send

Client = Callable[[str | None], FlaskClient]


def papers(world: World) -> list[BatchPaper]:
    """Of a firm of 米市巷 that was just taken in."""
    world.at_stage("recommend")
    return list(world.session.scalars(select(BatchPaper).order_by(BatchPaper.position)))


def test_a_paper_is_kept_with_owner_day_and_version(world: World) -> None:
    paper, mine = papers(world)[0], world.users["caseworker"].id
    said = PaperData(state="asked", owner_id=mine, due_on=date(2026, 6, 1), remark="  等盖章 ")
    batch_papers.fill(world.session, world.caseworker, paper.id, said, 1)
    row = queries.get_paper(world.session, world.caseworker.scope, paper.id)
    assert (row.state, row.owner, row.remark, row.by) == (
        "asked",
        "测试caseworker",
        "等盖章",
        "测试caseworker",
    )
    due = queries.list_due(world.session, world.caseworker.scope, world.caseworker.user_id)
    assert [(each.id, each.on) for each in due.items] == [(paper.id, date(2026, 6, 1))]
    with pytest.raises(Conflict):
        batch_papers.fill(world.session, world.bureau, paper.id, said, 1)
    neighbour = world.users["neighbour"].id
    with pytest.raises(Invalid) as caught:
        batch_papers.fill(
            world.session, world.bureau, paper.id, PaperData(state="asked", owner_id=neighbour), 2
        )
    assert caught.value.problem == "works-elsewhere"
    with pytest.raises(NotFound):
        batch_papers.fill(world.session, world.actor("neighbour"), paper.id, said, 2)


def test_what_has_been_decided_stays_as_it_was(world: World) -> None:
    paper = papers(world)[0]
    entry = world.session.get_one(BatchEntry, paper.entry_id)
    back = MoveRequest("serve", reason="未通过")
    stages.move(world.session, world.bureau, entry.candidacy_id, back)
    with pytest.raises(Invalid, match="left the batch"):
        batch_papers.fill(world.session, world.bureau, paper.id, PaperData(state="checked"), 1)
    assert queries.list_due(world.session, world.bureau.scope, world.bureau.user_id).total == 0


def test_by_page_in_place_with_a_file_and_many_at_once(world: World, client_as: Client) -> None:
    first, second, *others = papers(world)
    entry = world.session.get_one(BatchEntry, first.entry_id)
    page, ids = f"/batches/{entry.batch_id}/firms/{entry.id}", (first.id, second.id)
    whole = len(others) + 2
    world.session.commit()
    client, neighbour = client_as("caseworker"), client_as("neighbour")
    world.session.commit()
    values = {f"paper-{ids[0]}-state": "received", f"paper-{ids[0]}-version": "1"}
    assert neighbour.get(page).status_code == 404
    assert f"0/{whole}" in client.get(page).text
    saved = send(client, f"/batches/papers/{ids[0]}", page, **values)
    assert saved.headers["Location"].endswith(f"{page}#paper-{ids[0]}")
    late = send(client, f"/batches/papers/{ids[0]}", page, **values | {f"paper-{ids[0]}-remark": "再来"})
    assert "其间有人改了这份材料" in client.get(late.headers["Location"]).text
    sent = send(
        client, f"/batches/papers/{ids[1]}/file", page, file=(io.BytesIO(b"%PDF-1.4\n%%EOF"), "a.pdf")
    )
    assert sent.status_code == 302
    send(client, f"/batches/entries/{entry.id}/papers", page, paper=list(ids), state="checked")
    assert f"2/{whole}" in client.get(page).text
    world.session.expire_all()
    file = world.session.scalars(select(Attachment)).one()
    assert world.session.get_one(BatchPaper, ids[1]).attachment_id == file.id


def test_over_http(world: World, bureau: Program, caseworker: Program) -> None:
    candidacy = world.at_stage("serve", on=date(2026, 3, 2))
    service_records.record(world.session, world.bureau, candidacy, "visit", date(2026, 3, 2), "")
    world.close_batches()
    world.session.commit()
    today = clock.today().isoformat()
    opened = bureau.post("/batches", {"track": "hnte", "year": 2026, "opens_on": today, "closes_on": today})
    path = f"/batches/{opened['id']}"
    assert (opened["state"], opened["round"], opened["firms"]["accepted"]) == ("open", 1, 0)
    assert caseworker("POST", "/batches", {"track": "hnte", "year": 2026}).status_code == 403
    stale = bureau("PATCH", path, {"version": 9, "note": "x"})
    assert (stale.status_code, stale.json["current"]["version"]) == (409, 1)
    assert bureau("PATCH", path, {"version": 1, "note": "按通知"}).json["note"] == "按通知"
    rows = [{"id": candidacy}]
    proposed = caseworker.post(
        f"{path}/entries", {"action": "propose", "candidacies": rows, "reason": "条件具备"}, status=200
    )
    assert proposed["done"] == 1
    refused = caseworker("POST", f"{path}/entries", {"action": "accept", "candidacies": rows})
    assert refused.status_code == 403
    assert bureau.post(f"{path}/entries", {"action": "accept", "candidacies": rows}, status=200)["done"] == 1
    entry = bureau.get(f"{path}/entries?state=accepted")["items"][0]
    assert (entry["candidacy_id"], bureau.get(path)["firms"]["accepted"]) == (candidacy, 1)
    paper = caseworker.get(f"/batches/entries/{entry['id']}/papers")["items"][0]
    change = {"version": 1, "state": "received", "remark": "原件"}
    kept = caseworker("PATCH", f"/batches/papers/{paper['id']}", change).json
    assert (kept["state"], kept["remark"], kept["owner"], kept["version"]) == (
        "received",
        "原件",
        paper["owner"],
        2,
    )
    assert caseworker("PATCH", f"/batches/papers/{paper['id']}", change).json["current"]["version"] == 2
    given = {"action": "not_pass", "candidacies": rows, "reason": "未通过", "scores": {"total": 101}}
    wrong = bureau.post(f"{path}/entries", given, status=200)
    assert wrong["items"][0]["error"]["code"] == "score-invalid"
    bureau.post(f"{path}/entries", given | {"scores": {"total": 68}, "retry_year": 2027}, status=200)
    ended = bureau.get(f"/batches/entries/{entry['id']}")
    assert (ended["state"], ended["scores"], ended["retry_year"]) == ("not_passed", {"total": 68.0}, 2027)
