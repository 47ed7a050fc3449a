"""One act on many rows: the same guards at every door, what passes done, what is refused named."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from cultivate import clock
from cultivate.errors import CultivateError, Forbidden, Invalid
from cultivate.models import AuditEvent, Candidacy, FirmTag, Proposal, StageMove
from cultivate.queries import bulk_results
from cultivate.queries.picked import Item, Picked, items_of, parse
from cultivate.services import bulk, stages, tags, verification
from cultivate.services.bulk import BulkAct, Sent
from cultivate.services.stages import MoveRequest
from tests.fixtures import HUSHU

TODAY = clock.today()
DAY = TODAY - timedelta(days=20)


def item(session, candidacy_id: int, *, seen: bool = True) -> Item:
    row = session.get_one(Candidacy, candidacy_id, populate_existing=True)
    return Item(row.firm_id, row.id, row.version if seen else None)


def stage(session, candidacy_id: int) -> str:
    return session.get_one(Candidacy, candidacy_id, populate_existing=True).stage


def codes(outcome) -> list[list[str]]:
    return [[reason.problem for reason in row.reasons] for row in outcome.refused]


def token(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)


@pytest.fixture
def mixed(world):
    """One of each kind of obstacle on the way to ``serve`` and ``recommend``."""
    session = world.session
    made = {
        "ready": world.at_stage("discover", on=DAY),
        "also": world.at_stage("discover", on=DAY),
        "codeless": world.at_stage("discover", world.firm(uscc=""), on=DAY),
        "serving": world.at_stage("serve", on=DAY),
        "certified": world.at_stage("certify", on=DAY),
        "elsewhere": world.at_stage("discover", world.firm(street=HUSHU), on=DAY),
    }
    session.commit()
    return world, made


def test_what_passes_is_done_and_what_does_not_leaves_nothing_behind(mixed):
    world, made = mixed
    session = world.session
    items = [item(session, made[key]) for key in made]
    before = session.scalar(select(func.count()).select_from(StageMove))
    outcome = bulk.run(session, world.caseworker, BulkAct(kind="move", to="serve"), items)
    assert [row.item.candidacy_id for row in outcome.done] == [made["ready"], made["also"]]
    assert codes(outcome) == [
        ["credit-code-missing"],
        ["already-there"],
        ["no-such-way"],
        ["not-found"],
    ]
    assert session.scalar(select(func.count()).select_from(StageMove)) == before + 2
    assert [stage(session, made[key]) for key in made] == [
        "serve",
        "serve",
        "discover",
        "serve",
        "certify",
        "discover",
    ]
    assert verification.verify(session) == []


TARGETS = ("serve", "recommend", "withdrawn", "moved_out", "closed")


def single(session, actor, candidacy_id: int, request: MoveRequest) -> str:
    """What the single act answers, undone again."""
    try:
        with session.begin_nested() as nested:
            stages.move(session, actor, candidacy_id, request)
            nested.rollback()
    except CultivateError as error:
        reasons = getattr(error, "reasons", None) or [error]
        return ",".join(reason.problem for reason in reasons)
    return "done"


@pytest.mark.parametrize("username", ["caseworker", "bureau"])
def test_every_door_refuses_alike(mixed, client_as, program_as, username):
    """Service, form, API and bulk give the same answer for each firm, stage and way."""
    world, made = mixed
    session, actor = world.session, world.actor(username)
    program, client = program_as(username), client_as(username)
    csrf = token(client.get("/firms").text)
    session.commit()
    for to in TARGETS:
        for reason in ("", "企业要求"):
            request = MoveRequest(to, reason=reason or None)
            expected = {key: single(session, actor, made[key], request) for key in made}
            outcome = bulk.run(
                session,
                actor,
                BulkAct(kind="move", to=to, reason=reason),
                [item(session, made[key]) for key in made],
            )
            session.rollback()
            found = {row.item.candidacy_id: "done" for row in outcome.done} | {
                row.item.candidacy_id: ",".join(reason.problem for reason in row.reasons)
                for row in outcome.refused
            }
            assert {key: found[made[key]] for key in made} == expected, (to, reason)
            refused = [key for key in made if expected[key] != "done"]
            if not refused:
                continue
            rows = [{"id": made[key]} for key in refused]
            body = {"action": "move", "candidacies": rows, "to": to, "reason": reason}
            answer = program.post("/bulk", body, 200)
            said = [
                ",".join(each["code"] for each in row["error"].get("reasons") or [row["error"]])
                for row in answer["items"]
            ]
            assert said == [expected[key] for key in refused]
            for key in refused:
                data = {"csrf_token": csrf, "reason": reason}
                page = client.post(f"/candidacies/{made[key]}/move/{to}", data=data)
                assert page.status_code in {403, 404, 422}, (to, key)
    assert {stage(session, made[key]) for key in made} == {"discover", "serve", "certify"}


def test_stale_rows_are_refused_and_rows_of_a_filter_are_not(mixed):
    world, made = mixed
    session = world.session
    seen = [item(session, made["ready"]), item(session, made["also"])]
    stages.assign(session, world.bureau, made["ready"], world.caseworker.user_id)
    outcome = bulk.run(session, world.caseworker, BulkAct(kind="move", to="serve"), seen)
    assert [row.item.candidacy_id for row in outcome.done] == [made["also"]]
    assert codes(outcome) == [["conflict"]]
    outcome = bulk.run(
        session, world.caseworker, BulkAct(kind="propose", to="withdrawn", reason="不做了"), seen
    )
    assert codes(outcome) == [["conflict"], ["conflict"]]
    fresh = [item(session, made["ready"], seen=False)]
    assert bulk.run(session, world.caseworker, BulkAct(kind="move", to="serve"), fresh).refused == []


def test_roles_and_limits(mixed):
    world, made = mixed
    session = world.session
    rows = [item(session, made["ready"])]
    for kind in bulk.KINDS:
        for username in ("leader", "admin"):
            with pytest.raises(Forbidden):
                bulk.run(session, world.actor(username), BulkAct(kind=kind), rows)
    for act, items, code in (
        (BulkAct(kind="move", to="serve"), [], "nothing-selected"),
        (BulkAct(kind="move", to="serve"), rows * (bulk.MOST + 1), "too-many"),
        (BulkAct(kind="move", to="certify"), rows, "certificate-missing"),
        (BulkAct(kind="assign"), rows, "user-missing"),
        (BulkAct(kind="delete"), rows, "no-such-act"),
    ):
        with pytest.raises(Invalid) as caught:
            bulk.run(session, world.bureau, act, items)
        assert caught.value.problem == code


def test_assigning_tagging_proposing_and_opening(mixed):
    world, made = mixed
    session, actor = world.session, world.caseworker
    both = [item(session, made["ready"]), item(session, made["also"])]
    neighbour = world.users["neighbour"].id
    outcome = bulk.run(session, actor, BulkAct(kind="assign", user_id=neighbour), both)
    assert codes(outcome) == [["works-elsewhere"]] * 2
    assert not bulk.run(session, actor, BulkAct(kind="assign", user_id=actor.user_id), both).refused
    both = [item(session, made["ready"]), item(session, made["also"])]
    propose = BulkAct(kind="propose", to="withdrawn", reason="企业已不做")
    assert not bulk.run(session, actor, propose, both).refused
    assert codes(bulk.run(session, actor, propose, both)) == [["already-proposed"]] * 2
    assert session.scalar(select(func.count()).select_from(Proposal)) == 2
    firms = [Item(each.firm_id) for each in both] + [Item(item(session, made["elsewhere"]).firm_id)]
    outcome = bulk.run(session, actor, BulkAct(kind="tag", tag="走访"), firms)
    assert (len(outcome.done), codes(outcome)) == (2, [["not-found"]])
    assert codes(bulk.run(session, actor, BulkAct(kind="open", track="hnte"), firms))[0] == ["candidacy-open"]
    assert len(bulk.run(session, actor, BulkAct(kind="open", track="ptsme"), firms).done) == 2
    lead = Item(world.firm())
    assert codes(bulk.run(session, actor, BulkAct(kind="move", to="serve"), [lead])) == [["not-on-track"]]


def test_a_key_acts_once_and_undo_takes_all_back(mixed):
    world, made = mixed
    session, actor = world.session, world.caseworker
    items = [item(session, made["ready"]), item(session, made["also"]), item(session, made["codeless"])]
    key = uuid.uuid4().hex
    sent = Sent(key, "rows", "/firms")
    for _ in range(2):
        bulk.perform(session, actor, sent, BulkAct(kind="move", to="serve"), lambda: items)
    kept = bulk_results.get_answer(session, actor, key)
    assert (len(kept["done"]), len(kept["refused"])) == (2, 1)
    with pytest.raises(Invalid) as caught:
        bulk.perform(session, actor, sent, BulkAct(kind="move", to="recommend"), lambda: items)
    assert caught.value.problem == "idempotency-key-reused"
    with pytest.raises(CultivateError):
        bulk_results.get_answer(session, world.bureau, key)
    # one has gone on since: it is named, the other goes back
    stages.move(session, world.bureau, made["also"], MoveRequest("withdrawn", reason="企业要求"))
    for _ in range(2):
        undone = bulk.take_back(session, actor, key)
    kept = bulk_results.get_answer(session, actor, undone)
    assert [row["candidacy"] for row in kept["done"]] == [made["ready"]]
    assert kept["refused"][0]["reasons"][0]["code"] == "not-reversible"
    assert (stage(session, made["ready"]), stage(session, made["also"])) == ("discover", "withdrawn")
    verbs = session.scalars(
        select(AuditEvent.verb).where(AuditEvent.subject == "list").order_by(AuditEvent.id)
    )
    assert verbs.all() == ["bulk-move", "bulk-undo-move"]


def test_undo_of_assignments_tags_and_openings(mixed):
    world, made = mixed
    session, actor = world.session, world.caseworker
    session.get_one(Candidacy, made["ready"]).in_charge_id = None
    session.flush()
    rows = [item(session, made["ready"]), item(session, made["also"])]
    before = [session.get_one(Candidacy, row.candidacy_id).in_charge_id for row in rows]
    tags.add(session, actor, rows[0].firm_id, "走访")
    for act in (
        BulkAct(kind="assign", user_id=actor.user_id),
        BulkAct(kind="tag", tag="走访"),
        BulkAct(kind="open", track="ptsme"),
    ):
        key = uuid.uuid4().hex
        items = rows if act.kind == "assign" else [Item(row.firm_id) for row in rows]
        bulk.perform(session, actor, Sent(key, "x"), act, lambda items=items: items)
        assert len(bulk_results.get_answer(session, actor, key)["done"]) == 2
        undone = bulk_results.get_answer(session, actor, bulk.take_back(session, actor, key))
        assert undone["refused"] == []
    session.expire_all()
    assert [session.get_one(Candidacy, row.candidacy_id).in_charge_id for row in rows] == before
    assert session.scalars(select(FirmTag.firm_id)).all() == [rows[0].firm_id]  # was there before, and stays
    assert not session.scalars(
        select(Candidacy.id).where(Candidacy.track == "ptsme", Candidacy.stage == "discover")
    ).all()


def test_undo_has_its_time(mixed):
    world, made = mixed
    session, actor = world.session, world.caseworker
    key = uuid.uuid4().hex
    items = [item(session, made["ready"])]
    bulk.perform(session, actor, Sent(key, "x"), BulkAct(kind="move", to="serve"), lambda: items)
    late = clock.now() + timedelta(seconds=bulk.UNDO_SECONDS + bulk.UNDO_SLACK_SECONDS + 1)
    with clock.standing_at(late), pytest.raises(Invalid) as caught:
        bulk.take_back(session, actor, key)
    assert caught.value.problem == "too-late"


def test_rows_say_what_was_seen(world):
    picked = parse(["3,7.2,8.1", "3,7.2,8.1", "4", "x", "5,6", "6,7.x", "-1", "٣,1.1", "9" * 20])
    assert picked == [Picked(3, {7: 2, 8: 1}), Picked(4, {})]
    firm = world.firm()
    first = world.at_stage("certify", firm, on=DAY)
    session = world.session
    (found,) = items_of(session, world.bureau.scope, [Picked(firm, {first: 9})], "hnte")
    assert found == Item(firm, first, 9)
    (found,) = items_of(session, world.bureau.scope, [Picked(firm, {})], "hnte")
    assert found.version == 0  # the list did not show it: opened since
    (found,) = items_of(session, world.bureau.scope, [Picked(firm, seen=False)], "hnte")
    assert found.version is None
    assert items_of(session, world.actor("neighbour").scope, [Picked(firm, {first: 9})], "hnte") == [
        Item(firm)
    ]


# ---- through the pages


def boxes(page: str) -> list[str]:
    return re.findall(r'name="row" value="([^"]+)"', page)


def send(client, address: str, **data):
    form = client.get(address).text
    key = re.search(r'name="key"[^>]*value="([0-9a-f]{32})"', form).group(1)
    return key, client.post(address, data={"csrf_token": token(form), "key": key, **data})


def test_select_move_read_go_on_and_undo(mixed, client_as):
    world, made = mixed
    client = client_as("caseworker")
    rows = boxes(client.get("/pipeline/hnte?stage=discover").text)
    assert len(rows) == 3
    address = "/bulk/move?area=pipeline/hnte&stage=discover&" + "&".join(f"row={row}" for row in rows)
    key, answer = send(client, address, to="serve")
    assert answer.headers["Location"] == f"/bulk/done/{key}"
    page = client.get(answer.headers["Location"]).text
    assert "已推进 2 家，未办 1 家" in page
    assert "/firms/" in page
    assert "补信用代码" in page
    assert "/pipeline/hnte?stage=discover" in page
    again = unescape(re.search(r'href="(/bulk/move[^"]*again=[^"]*)"', page).group(1))
    assert "1 家企业" in client.get(again).text
    assert client_as("bureau").get(f"/bulk/done/{key}").status_code == 404
    answer = client.post(f"/bulk/done/{key}/undo", data={"csrf_token": token(page)})
    assert "已撤回 2 家" in client.get(answer.headers["Location"]).text
    assert stage(world.session, made["ready"]) == "discover"


def test_all_of_the_filter_is_found_on_the_server_and_a_second_click_acts_once(mixed, client_as):
    world, made = mixed
    client = client_as("caseworker")
    for number, address in enumerate(
        ("/bulk/move?area=firms&track=hnte&stage=discover&all=1", "/bulk/move?area=pipeline/ptsme&all=1")
    ):
        form = client.get(address).text
        assert ("没有选中" in form) == bool(number)
    form = client.get("/bulk/move?area=firms&track=hnte&stage=discover&all=1").text
    key = re.search(r'name="key"[^>]*value="([0-9a-f]{32})"', form).group(1)
    data = {"csrf_token": token(form), "key": key, "to": "serve", "track": "hnte"}
    answers = [
        client.post("/bulk/move?area=firms&track=hnte&stage=discover&all=1", data=data).headers["Location"]
        for _ in range(2)
    ]
    assert answers == [f"/bulk/done/{key}"] * 2
    changed = client.post(
        "/bulk/move?area=firms&track=hnte&stage=discover&all=1",
        data=data | {"to": "propose:closed", "reason": "x"},
    )
    assert changed.status_code == 422
    assert "已经提交过" in changed.text
    session = world.session
    moves = select(func.count()).where(
        StageMove.to_account == "serve", StageMove.actor_id == world.caseworker.user_id
    )
    assert session.scalar(moves) == 2
    assert stage(session, made["elsewhere"]) == "discover"


def test_a_form_that_says_too_little_comes_back(mixed, client_as):
    _world, made = mixed
    client = client_as("caseworker")
    row = boxes(client.get("/pipeline/hnte?stage=discover").text)[0]
    base = f"area=pipeline/hnte&row={row}"
    for address, data in (
        (f"/bulk/move?{base}", {}),
        (f"/bulk/move?{base}", {"to": "propose:withdrawn"}),
        (f"/bulk/move?{base}", {"to": "certify"}),
        (f"/bulk/move?{base}", {"to": "recommend"}),
        (f"/bulk/assign?{base}", {"user": ""}),
        (f"/bulk/assign?{base}", {"user": "99999"}),
        (f"/bulk/tag?{base}", {"tag": "a,b"}),
        ("/bulk/open?area=firms&row=1", {}),
    ):
        _key, answer = send(client, address, **data)
        assert answer.status_code == 422, address
        assert "error-summary" in answer.text
    for odd in ("area=x", "area=pipeline/x", "area=firms&again=" + "0" * 32, "area=firms&again=x"):
        assert client.get(f"/bulk/move?{odd}").status_code == 404
    assert client.get("/bulk/junk?area=firms").status_code == 404
    assert made


def test_the_selection_is_exported_as_shown_or_to_import_again(mixed, client_as, tmp_path):
    import openpyxl

    world, _made = mixed
    client = client_as("leader")
    rows = boxes(client.get("/firms?cols=uscc,place").text)[:3]
    address = "/bulk/export?area=firms&cols=uscc,place&" + "&".join(f"row={row}" for row in rows)
    form = client.get(address).text
    for layout, titles in (
        ("shown", ["企业", "统一社会信用代码", "街道 · 园区"]),
        ("import", ["统一社会信用代码", "企业名称", "曾用名"]),
    ):
        answer = client.post(address, data={"csrf_token": token(form), "layout": layout, "format": "xlsx"})
        assert answer.status_code == 200
        path = tmp_path / f"{layout}.xlsx"
        path.write_bytes(answer.data)
        sheet = openpyxl.load_workbook(path).active
        found = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert len(found) == 4
        assert set(titles) <= set(found[0])
    ways = boxes(client.get("/pipeline/hnte?stage=discover").text)
    address = "/bulk/export?area=pipeline/hnte&cols=days,next,stage&" + "&".join(f"row={row}" for row in ways)
    answer = client.post(address, data={"csrf_token": token(form), "format": "csv"})
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert len(lines) == len(ways) + 1
    assert lines[1].endswith(",开始服务,发现")
    assert client_as("admin").get("/bulk/export?area=firms").status_code == 403
    assert client.post("/bulk/export?area=firms", data={"csrf_token": token(form)}).status_code == 422
    events = world.session.scalars(select(AuditEvent.details).where(AuditEvent.verb == "export")).all()
    assert [event["rows"] for event in events] == [3, 3, 3 + (len(ways) - 3)]


def test_many_at_once_take_the_same_few_statements_each(world, app):
    """A thousand firms must not be a thousand times a hundred statements."""
    from sqlalchemy import event

    ways = [world.at_stage("discover", on=DAY) for _ in range(30)]
    session = world.session
    items = [item(session, way) for way in ways]
    statements: list[str] = []
    engine = app.extensions["database"].engine

    def listen(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    bulk.run(session, world.bureau, BulkAct(kind="move", to="serve"), items)
    event.remove(engine, "before_cursor_execute", listen)
    assert len(statements) < 16 * len(items)


def test_a_program_names_each_candidacy(mixed, program_as):
    _world, made = mixed
    program = program_as("caseworker")
    body = {
        "action": "move",
        "to": "serve",
        "candidacies": [
            {"id": made["ready"], "version": 99},
            {"id": made["also"]},
            {"id": made["elsewhere"]},
        ],
    }
    answer = program.post("/bulk", body, 200, idempotency_key="k")
    assert program.post("/bulk", body, 200, idempotency_key="k") == answer
    assert (answer["done"], answer["refused"]) == (1, 2)
    assert [row["done"] for row in answer["items"]] == [False, True, False]
    assert [row["error"]["code"] for row in answer["items"] if row["error"]] == ["conflict", "not-found"]
    assert answer["items"][1]["move"]
    program.post("/bulk", {"action": "junk", "candidacies": []}, 422)
    program.post("/bulk", {"action": "move", "candidacies": []}, 422)
