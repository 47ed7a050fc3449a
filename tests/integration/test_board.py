"""The pipeline as a board: counts that are the ledger's, pages of cards, and moves through the one guard."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from cultivate import clock
from cultivate.domain import list_query
from cultivate.domain.scope import Scope
from cultivate.models import Assignment, Candidacy, Certificate, Proposal, Screening, StageMove
from cultivate.queries import board, ledger, pipeline
from cultivate.queries.narrow import Narrow
from cultivate.queries.pipeline import Narrowing
from cultivate.queries.places import get_place
from cultivate.queries.stock import Standing
from cultivate.services import reversals, stages, verification
from cultivate.services.stages import MoveRequest
from tests.fixtures import HUSHU, MISHIXIANG
from tests.query_count import counting

TODAY = clock.today()
DAY = TODAY - timedelta(days=20)
#: what a screening found
SHORT_OF_ONE = {
    "policy": "hnte-2016",
    "digest": "",
    "fingerprint": "",
    "verdict": "not_met",
    "readiness": "one",
    "closeness": "",
    "not_met": 1,
    "unknown": 0,
    "lacking": 0,
    "hardest": "money",
    "money": 34,
    "people": 0,
    "days": 0,
    "points": 0,
    "gaps": [],
    "assessed_at": clock.now(),
}
EVERYTHING = Scope(everything=True)
NOW = Standing(track="hnte", as_of=TODAY)


def get(client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def counts(page: str) -> list[int]:
    found = dict(re.findall(r'id="count-(\w+)"[^>]*>([\d,]+)<', page))
    return [int(found[name].replace(",", "")) for name in board.COLUMNS]


def cards(page: str, stage: str = r"\w+") -> list[int]:
    return [
        int(way)
        for way in re.findall(rf'<li class="board-card" id="card-(\d+)"[^>]* data-stage="{stage}"', page)
    ]


class Hand:
    """Somebody at the board: sends steps as the page does, and keeps what came back."""

    def __init__(self, world, client, address: str = "/pipeline/hnte?view=board"):
        self.world, self.client, self.address = world, client, address
        page = get(client, address)
        self.token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]

    def post(self, verb: str, **values: object):
        path, _sign, query = self.address.partition("?")
        headers = {"HX-Request": "true", "X-CSRFToken": self.token}
        return self.client.post(f"{path}/{verb}?{query}", data=values, headers=headers)

    def move(self, way: int, to: str, version: int | None = None):
        self.world.session.commit()
        row = self.world.session.get_one(Candidacy, way, populate_existing=True)
        seen, source = version or row.version, row.stage
        self.world.session.commit()
        return self.post("move", step=f"{way}.{seen}.{to}", source=source)

    def undo(self, answer):
        return self.post("undo", move=re.search(r'name="move" value="(\d+)"', answer.text)[1])


def stage(world, way: int) -> str:
    found = world.session.get_one(Candidacy, way, populate_existing=True).stage
    world.session.commit()  # reading took SQLite's write lock
    return found


def said(answer) -> str:
    return unescape(re.sub(r"<[^>]+>", "", answer.text.partition('id="count-')[0]))


@pytest.fixture
def made(world):
    """One or two of each stage; a code missing, another street, and a certificate past its last day."""
    ways = {
        "ready": world.at_stage("discover", on=DAY),
        "codeless": world.at_stage("discover", world.firm(uscc=""), on=DAY),
        "elsewhere": world.at_stage("discover", world.firm(street=HUSHU), on=DAY),
        "serving": world.at_stage("serve", world.firm("杭州云创科技有限公司"), on=DAY),
        "filed": world.at_stage("recommend", on=DAY),
        "certified": world.at_stage("certify", on=DAY),
        "lapsed": world.at_stage("certify", on=DAY),
    }
    session = world.session
    certificate = session.scalars(select(Certificate).where(Certificate.candidacy_id == ways["lapsed"])).one()
    certificate.valid_through = TODAY - timedelta(days=1)
    session.commit()
    return ways


def test_counts_are_the_ledgers_and_the_lists(world, made, client_as):
    session, street = world.session, get_place(world.session, EVERYTHING, MISHIXIANG)
    for unit, key, by in ((None, 0, None), (street, street.id, "unit")):
        stock = ledger.balances(session, EVERYTHING, "hnte", TODAY, None, by)[key]
        expected = [*list(stock.stages.values())[:3], stock.in_force]
        assert (
            list(board.count(session, EVERYTHING, replace(NOW, unit=unit), Narrowing()).values()) == expected
        )
    session.commit()
    page = get(client_as("bureau"), "/pipeline/hnte?view=board")
    assert counts(page) == [3, 1, 1, 1]
    assert [len(cards(page, each)) for each in ("discover", "serve", "recommend", "certify")] == [3, 1, 1, 1]
    narrowings = (
        Narrowing(text="云创"),
        Narrowing(narrow=Narrow(no_code=True)),
        Narrowing(narrow=Narrow(days=10)),
        Narrowing(narrow=Narrow(in_charge=world.bureau.user_id), sort="-street"),
    )
    for asked in (
        NOW,
        replace(NOW, unit=street),
        replace(NOW, as_of=DAY),
        replace(NOW, as_of=DAY - timedelta(1)),
    ):
        for narrowing in narrowings:
            for column in board.list_columns(session, EVERYTHING, asked, narrowing):
                listed = pipeline.list_candidacies(
                    session, EVERYTHING, replace(asked, stage=column.asked), narrowing
                )
                assert column.total == listed.total
                assert [card.row for card in column.cards] == list(listed.items)


def test_the_address_says_all_and_a_view_keeps_it(world, made, client_as):
    asked = "unit=330105001&stage=serve&days=10&view=board"
    assert list_query.of_text(f"view=7&{asked}&page=2") == asked
    client = client_as("bureau")
    page = get(client, f"/pipeline/hnte?{asked}")
    assert 'data-column="serve" aria-labelledby' in page
    assert re.search(r'class="board-column board-serve is-chosen"', page)
    assert counts(page) == [2, 1, 1, 1]
    assert re.search(r'type="hidden" name="view" value="board"', page)
    assert 'id="board"' not in get(client, "/pipeline/hnte?view=board&stage=withdrawn")
    saved = client.post(
        f"/views/new?area=pipeline/hnte&{asked}",
        data={"name": "看板", "csrf_token": Hand(world, client).token},
    )
    assert f"{asked}&view=" in saved.headers["Location"]
    assert re.search(r'aria-current="true">看板</a>', get(client, saved.headers["Location"]))


def test_fifty_cards_then_more_in_the_tables_order(world, made, client_as):
    for number in range(55):
        world.candidacy(
            world.firm(f"杭州第{number:02d}家有限公司"), "ptsme", TODAY - timedelta(days=number % 7)
        )
    world.session.commit()
    client = client_as("bureau")
    page = get(client, "/pipeline/ptsme?view=board")
    more = "/pipeline/ptsme/column?column=discover&view=board"
    rest = get(client, f"{more}&shown=50", **{"HX-Request": "true"})
    first, second = cards(page, "discover"), cards(rest, "discover")
    assert (len(first), len(second), counts(page)[0]) == (50, 5, 55)
    assert ("data-more" in page, "data-more" in rest) == (True, False)
    everything = Narrowing(size=100)
    table = pipeline.list_candidacies(
        world.session, EVERYTHING, Standing(track="ptsme", stage="discover", as_of=TODAY), everything
    )
    assert first + second == [row.candidacy_id for row in table.items]
    world.session.commit()
    # one that has left the column moves the others up, and nobody is left out
    assert cards(get(client, f"{more}&shown=49", **{"HX-Request": "true"}))[0] == first[49]
    assert client.get(more).headers["Location"] == "/pipeline/ptsme?view=board"
    assert client.get("/pipeline/ptsme/column?column=closed").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(world, made):
    session = world.session

    def queries() -> list[int]:
        numbers = []
        for narrow in (Narrow(), Narrow(days=1)):
            with counting(session) as seen:
                board.list_columns(session, EVERYTHING, NOW, Narrowing(narrow=narrow))
            numbers.append(len(seen))
        return numbers

    few = queries()
    for _number in range(10):
        world.at_stage("discover", on=DAY)
        world.at_stage("certify", on=DAY)
    assert queries() == few
    assert max(few) <= 10


def test_a_card_says_what_the_row_says(world, made, client_as):
    session = world.session
    firm_id = session.get_one(Candidacy, made["serving"]).firm_id
    session.add(Screening(firm_id=firm_id, track="hnte", filing_year=TODAY.year, **SHORT_OF_ONE))
    stages.unassign(session, world.bureau, made["filed"])
    session.get_one(Candidacy, made["serving"]).stage_since = TODAY - timedelta(days=400)
    session.commit()
    page = get(client_as("bureau"), "/pipeline/hnte?view=board&q=云创")
    card = re.search(r'<li class="board-card".*?</li>', page, re.DOTALL)[0]
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card))
    for word in ("杭州云创科技有限公司", "米市巷街道", "400 天", "停滞", "差 1 项", "测试bureau"):
        assert word in words
    assert "无人负责" in get(client_as("bureau"), "/pipeline/hnte?view=board")


def test_a_move_and_its_undo_are_two_moves_of_the_book(world, made, client_as):
    hand, way = Hand(world, client_as("caseworker")), made["ready"]
    answer = hand.move(way, "serve")
    assert answer.status_code == 200
    assert cards(answer.text, "serve") == [way]
    assert counts(answer.text) == [1, 2, 1, 1]
    assert "发现 → 服务" in said(answer)
    assert stage(world, way) == "serve"
    back = hand.undo(answer)
    assert (back.status_code, cards(back.text, "discover"), counts(back.text)) == (200, [way], [2, 1, 1, 1])
    assert ">20 天<" in back.text  # as if it had never left
    booked = world.session.scalars(
        select(StageMove).where(StageMove.candidacy_id == way).order_by(StageMove.id)
    ).all()
    assert [(move.from_account, move.to_account) for move in booked[1:]] == [
        ("discover", "serve"),
        ("serve", "discover"),
    ]
    assert booked[-1].reverses_id == booked[-2].id
    assert booked[-1].effective_on == booked[-2].effective_on == TODAY
    assert verification.verify(world.session) == []
    world.session.commit()
    again = hand.undo(answer)
    assert again.status_code == 422
    assert cards(again.text, "discover") == [way]
    assert stage(world, way) == "discover"


@pytest.mark.parametrize("touched", [False, True])
def test_an_undo_gives_back_whose_it_was_unless_somebody_named_another(world, made, client_as, touched):
    """Who moves on what is in nobody's charge is in charge of it; taken back at once, nobody is again."""
    way, me = made["ready"], world.caseworker.user_id
    stages.unassign(world.session, world.bureau, way)
    hand = Hand(world, client_as("caseworker"))
    answer = hand.move(way, "serve")
    if touched:
        stages.assign(world.session, world.bureau, way, world.bureau.user_id)
        world.session.commit()
    assert hand.undo(answer).status_code == 200
    world.session.rollback()
    row = world.session.get_one(Candidacy, way, populate_existing=True)
    assert (row.stage, row.in_charge_id) == ("discover", world.bureau.user_id if touched else None)
    history = world.session.execute(
        select(Assignment.from_id, Assignment.to_id)
        .where(Assignment.candidacy_id == way)
        .order_by(Assignment.id)
    ).all()
    after = (me, world.bureau.user_id) if touched else (me, None)
    assert history[-2:] == [(None, me), after]
    assert verification.verify(world.session) == []


def test_an_undo_is_offered_for_so_long_and_only_for_ones_own(world, made, client_as, monkeypatch):
    hand = Hand(world, client_as("bureau"))
    answer = hand.move(made["ready"], "serve")
    other = Hand(world, client_as("caseworker")).undo(answer)
    assert other.status_code == 422
    assert "自己" in said(other)
    assert Hand(world, client_as("bureau"), "/pipeline/ptsme?view=board").undo(answer).status_code == 404
    late = clock.now() + timedelta(seconds=reversals.UNDO_SECONDS + reversals.UNDO_SLACK_SECONDS + 1)
    monkeypatch.setattr(clock, "now", lambda: late)
    too_late = hand.undo(answer)
    assert too_late.status_code == 422
    assert "写明原因" in said(too_late)
    assert stage(world, made["ready"]) == "serve"


def test_a_refusal_says_which_condition_and_where_it_is_mended(world, made, client_as):
    hand = Hand(world, client_as("bureau"))
    before = world.session.scalar(select(func.count()).select_from(StageMove))
    firm = world.session.get_one(Candidacy, made["codeless"]).firm_id
    for key, to, words, link in (
        ("codeless", "serve", "信用代码", f"/firms/{firm}/edit#uscc"),
        ("serving", "recommend", "还没有服务记录", f"candidacy={made['serving']}"),
        ("ready", "recommend", "各阶段要依次进行", "/firms/"),
        ("certified", "serve", "各阶段要依次进行", "/firms/"),
        ("ready", "expired", "", "/firms/"),
    ):
        answer = hand.move(made[key], to)
        assert answer.status_code == 422, (key, to)
        assert words in said(answer), said(answer)
        assert link in unescape(answer.text)
        assert 'name="move"' not in answer.text
        assert cards(answer.text) == [made[key]]
        assert counts(answer.text) == [3, 1, 1, 1]
    assert f"/candidacies/{made['serving']}/move/recommend" in hand.move(made["serving"], "recommend").text
    world.close_batches()
    world.session.commit()
    assert "/batches?track=hnte" in hand.move(made["serving"], "recommend").text
    caseworker = Hand(world, client_as("caseworker"))
    assert "还没有服务记录" in said(caseworker.move(made["serving"], "recommend"))
    assert "区科技局" in said(caseworker.move(made["filed"], "certify"))
    assert "区科技局" in said(caseworker.move(made["filed"], "serve"))
    assert world.session.scalar(select(func.count()).select_from(StageMove)) == before


def test_who_moves_what(world, made, client_as):
    address = "/pipeline/hnte?view=board"
    leader = get(client_as("leader"), address)
    assert counts(leader) == [3, 1, 1, 1]
    for act in ('draggable="true"', "data-moves", 'data-opens="ways-', "data-to="):
        assert act not in leader
        assert act in get(client_as("bureau"), address)
    assert Hand(world, client_as("leader")).move(made["ready"], "serve").status_code == 403
    page = get(client_as("caseworker"), address)
    assert counts(page) == [2, 1, 1, 1]
    assert made["elsewhere"] not in cards(page)
    assert counts(get(client_as("neighbour"), address)) == [1, 0, 0, 0]
    caseworker = Hand(world, client_as("caseworker"))
    assert caseworker.move(made["elsewhere"], "serve").status_code == 404
    for step in ("", "x", "1", "1.x.serve", f"{10**17}.1.serve"):
        assert caseworker.post("move", step=step).status_code == 404
    assert stage(world, made["elsewhere"]) == "discover"
    past = get(client_as("bureau"), f"{address}&as_of={DAY.isoformat()}")
    assert counts(past) == [3, 1, 1, 2]
    assert 'draggable="true"' not in past
    assert "data-moves" not in past


def test_two_people_at_one_card(world, made, client_as):
    way, hand = made["ready"], Hand(world, client_as("caseworker"))
    seen = world.session.get_one(Candidacy, way).version
    stages.move(world.session, world.bureau, way, MoveRequest("serve"))
    world.session.commit()
    answer = hand.post("move", step=f"{way}.{seen}.serve", source="discover")
    assert answer.status_code == 409
    assert "测试bureau" in said(answer)
    assert "服务" in said(answer)
    assert cards(answer.text, "serve") == [way]
    assert counts(answer.text) == [1, 2, 1, 1]
    stages.unassign(world.session, world.bureau, way)
    world.session.commit()
    changed = hand.post("move", step=f"{way}.{seen + 1}.recommend", source="serve")
    assert changed.status_code == 409
    assert "阶段没有变" in said(changed)
    stages.move(world.session, world.bureau, way, MoveRequest("withdrawn", reason="不做了"))
    world.session.commit()
    gone = hand.post("move", step=f"{way}.{seen}.serve", source="discover")
    assert gone.status_code == 409
    assert cards(gone.text) == []
    assert re.search(rf'<li id="card-{way}"[^>]* hidden', gone.text)


def test_a_card_that_no_longer_fits_the_filters_leaves_and_comes_back(world, made, client_as):
    hand = Hand(world, client_as("bureau"), "/pipeline/hnte?view=board&days=10")
    answer = hand.move(made["ready"], "serve")
    assert re.search(rf'<li id="card-{made["ready"]}"[^>]* hidden', answer.text)
    assert counts(answer.text) == [2, 1, 1, 1]
    back = hand.undo(answer)
    assert cards(back.text, "discover") == [made["ready"]]
    assert counts(back.text) == [3, 1, 1, 1]


def test_a_step_that_asks_for_more_leads_to_its_form_and_back(world, made, client_as):
    address = "/pipeline/hnte?unit=330105001&view=board"
    bureau, caseworker = client_as("bureau"), client_as("caseworker")
    for client, key, to, form in (
        (bureau, "filed", "certify", "move"),
        (bureau, "filed", "serve", "move"),
        (bureau, "ready", "withdrawn", "move"),
        (caseworker, "ready", "withdrawn", "propose"),
    ):
        answer = Hand(world, client, address).move(made[key], to)
        led = urlsplit(answer.headers["HX-Redirect"])
        assert (answer.status_code, answer.text) == (200, "")
        assert led.path == f"/candidacies/{made[key]}/{form}/{to}"
        assert f'href="{address.replace("&", "&amp;")}">' in get(client, f"{led.path}?{led.query}")
    token = Hand(world, bureau).token
    filled = {"csrf_token": token, "number": "GR202633000777", "issued_on": TODAY.isoformat(), "version": ""}
    led = Hand(world, bureau, address).move(made["filed"], "certify").headers["HX-Redirect"]
    done = bureau.post(led, data=filled)
    assert done.headers["Location"] == address
    assert stage(world, made["filed"]) == "certify"
    hand = Hand(world, caseworker, address)
    led = hand.move(made["ready"], "closed").headers["HX-Redirect"]
    done = caseworker.post(led, data={"csrf_token": hand.token, "reason": "已注销"})
    assert done.headers["Location"] == address
    assert world.session.scalars(select(Proposal.to)).all() == ["closed"]
    elsewhere = f"/candidacies/{made['ready']}/move/closed?next=//example.org"
    assert 'href="//example.org' not in get(bureau, elsewhere)


def test_a_row_of_the_table_takes_its_next_step_through_the_same_door(world, made, client_as):
    client = client_as("caseworker")
    page = get(client, "/pipeline/hnte?unit=330105001")
    steps = dict(re.findall(r'form="step-form" name="step" value="((\d+)\.\d+\.\w+)"', page))
    sent = next(step for step, way in steps.items() if way == str(made["ready"]))
    assert sent.endswith(".serve")
    assert str(made["filed"]) not in steps.values()
    action = unescape(re.search(r'id="step-form" method="post" action="([^"]+)"', page)[1])
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    answer = client.post(action, data={"csrf_token": token, "step": sent})
    assert answer.headers["Location"] == "/pipeline/hnte?unit=330105001"
    page = get(client, answer.headers["Location"])
    assert "发现 → 服务" in page
    undo = re.search(r'<form method="post" action="([^"]+)" class="inline-form" data-ends="30">', page)[1]
    move = re.search(r'name="move" value="(\d+)"', page)[1]
    client.post(unescape(undo), data={"csrf_token": token, "move": move})
    assert stage(world, made["ready"]) == "discover"
    refused = client.post(action, data={"csrf_token": token, "step": f"{made['codeless']}.1.serve"})
    page = get(client, refused.headers["Location"])
    assert re.search(r'notice-(bad|warning)" role="status"', page)
    assert stage(world, made["codeless"]) == "discover"
    assert 'form="step-form"' not in get(client_as("leader"), "/pipeline/hnte")
    assert 'form="step-form"' not in get(client, f"/pipeline/hnte?as_of={DAY.isoformat()}")
