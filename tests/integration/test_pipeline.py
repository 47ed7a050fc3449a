"""The lists' filters, and work done in place."""

import re
from datetime import date, timedelta

import pytest

from cultivate import clock
from cultivate.models import Candidacy, Proposal, ServiceRecord
from cultivate.services import proposals, service_records
from tests.fixtures import HUSHU, PARK

TODAY = clock.today()


def get(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def names(page: str) -> list[str]:
    return re.findall(r'class="is-title"><a[^>]*>([^<]+)</a>', page)


@pytest.fixture
def pipeline(world):
    world.at_stage("serve", world.firm("杭州云创科技有限公司"), on=TODAY - timedelta(days=300))
    world.at_stage("recommend", world.firm("杭州智汇软件有限公司", park=PARK), on=TODAY - timedelta(days=40))
    world.at_stage(
        "discover", world.firm("杭州北塘机械有限公司", street=HUSHU), on=TODAY - timedelta(days=10)
    )
    world.session.commit()
    return world


def test_filters_narrow_and_stand_in_the_address(client_as, pipeline):
    client = client_as("bureau")
    assert len(names(get(client, "/pipeline/hnte"))) == 3
    assert names(get(client, "/pipeline/hnte?stage=serve")) == ["杭州云创科技有限公司"]
    assert names(get(client, f"/pipeline/hnte?unit={HUSHU}")) == ["杭州北塘机械有限公司"]
    assert names(get(client, f"/pipeline/hnte?unit={PARK}")) == ["杭州智汇软件有限公司"]
    assert len(names(get(client, "/pipeline/hnte?unit=no-park"))) == 2
    assert names(get(client, "/pipeline/hnte?q=hzyc")) == ["杭州云创科技有限公司"]
    assert names(get(client, "/pipeline/hnte?q=%25")) == []
    assert names(get(client, "/pipeline/hnte?stalled=1")) == ["杭州云创科技有限公司"]
    assert names(get(client, "/pipeline/hnte?in_charge=nobody")) == []
    assert len(names(get(client, "/pipeline/hnte?in_charge=me"))) == 3
    page = get(client, "/pipeline/hnte?q=hzyc&stalled=1")
    assert page.count('class="chip"') == 2


def test_orders(client_as, pipeline):
    client = client_as("bureau")
    longest = names(get(client, "/pipeline/hnte"))
    assert longest[0] == "杭州云创科技有限公司"
    assert names(get(client, "/pipeline/hnte?sort=-since")) == longest[::-1]
    assert names(get(client, "/pipeline/hnte?sort=name")) == sorted(longest)
    assert names(get(client, "/pipeline/hnte?sort=street"))[-1] == "杭州北塘机械有限公司"


def test_pages_hold_fifty(client_as, pipeline):
    for number in range(52):
        pipeline.candidacy(pipeline.firm(f"杭州第{number:02d}家有限公司"), "ptsme")
    pipeline.session.commit()
    client = client_as("bureau")
    first, second = get(client, "/pipeline/ptsme"), get(client, "/pipeline/ptsme?page=2")
    assert (len(names(first)), len(names(second))) == (50, 2)
    assert not set(names(first)) & set(names(second))


def follow_up(world, candidacy: int, due: date) -> int:
    record = service_records.record(
        world.session, world.bureau, candidacy, "visit", TODAY - timedelta(days=60), "谈研发", due
    )
    world.session.commit()
    return record


def token(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)


def test_a_follow_up_is_done_in_place(client_as, pipeline):
    candidacy = pipeline.session.query(Candidacy).filter_by(stage="serve").one()
    candidacy.in_charge_id = pipeline.users["caseworker"].id
    record = follow_up(pipeline, candidacy.id, TODAY - timedelta(days=2))
    client = client_as("caseworker")
    page = get(client, "/work")
    assert "杭州云创科技有限公司" in page
    answer = client.post(f"/work/follow-ups/{record}", data={"csrf_token": token(page), "section": "overdue"})
    assert answer.status_code == 302
    pipeline.session.expire_all()
    assert pipeline.session.get(ServiceRecord, record).followed_up_at is not None
    assert f"/work/follow-ups/{record}" not in get(client, "/work")


def test_others_follow_ups_are_not_mine(client_as, pipeline):
    candidacy = pipeline.session.query(Candidacy).filter_by(stage="serve").one()
    record = follow_up(pipeline, candidacy.id, TODAY - timedelta(days=2))
    assert f"/work/follow-ups/{record}" in get(client_as("bureau"), "/work")
    assert f"/work/follow-ups/{record}" not in get(client_as("caseworker"), "/work")
    assert "杭州云创科技有限公司" in get(client_as("leader"), "/work")
    assert f"/work/follow-ups/{record}" not in get(client_as("leader"), "/work")
    neighbour = client_as("neighbour")
    page = get(neighbour, "/work")
    assert "杭州云创科技有限公司" not in page


def proposal(world) -> int:
    candidacy = world.session.query(Candidacy).filter_by(stage="serve").one()
    made = proposals.propose(world.session, world.caseworker, candidacy.id, "withdrawn", "企业放弃")
    world.session.commit()
    return made


def test_the_bureau_decides_in_place(client_as, pipeline):
    made = proposal(pipeline)
    client = client_as("bureau")
    page = get(client, "/work")
    assert "企业放弃" in page
    data = {"csrf_token": token(page), "decision": "decline", "answer": ""}
    refused = client.post(f"/work/proposals/{made}", data=data)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert client.post(f"/work/proposals/{made}", data={**data, "decision": "accept"}).status_code == 302
    assert ">已同意<" in get(client_as("caseworker"), "/work")
    assert client.post(f"/work/proposals/{made}", data={**data, "decision": "accept"}).status_code == 409
    piece = {"HX-Request": "true"}
    late = client.post(f"/work/proposals/{made}", data={**data, "answer": "再等等"}, headers=piece)
    assert (late.status_code, "<html" in late.text, "再等等" in late.text) == (409, False, True)
    pipeline.session.expire_all()
    assert pipeline.session.get(Proposal, made).status == "accepted"


def test_an_answer_comes_back_to_the_street(client_as, pipeline):
    made = proposal(pipeline)
    client = client_as("bureau")
    data = {"csrf_token": token(get(client, "/work")), "decision": "decline", "answer": "再谈一次"}
    assert client.post(f"/work/proposals/{made}", data=data).status_code == 302
    assert "再谈一次" in get(client_as("caseworker"), "/work")
    assert "再谈一次" not in get(client_as("neighbour"), "/work")


def test_one_section_in_full(client_as, pipeline):
    page = get(client_as("bureau"), "/work?section=stalled")
    assert "杭州云创科技有限公司" in page
    assert 'id="proposals"' not in page


def test_ending_certificates_and_due_follow_ups(client_as, pipeline):
    pipeline.at_stage(
        "certify",
        pipeline.firm("杭州将满科技有限公司"),
        on=(TODAY + timedelta(days=60)).replace(year=TODAY.year - 3)
        if (TODAY + timedelta(days=60)).year == TODAY.year
        else (TODAY + timedelta(days=60)).replace(year=TODAY.year - 2),
    )
    candidacy = pipeline.session.query(Candidacy).filter_by(stage="recommend").one()
    follow_up(pipeline, candidacy.id, TODAY)
    page = get(client_as("bureau"), "/work")
    assert "杭州将满科技有限公司" in get(client_as("bureau"), "/work?section=ending")
    assert re.search(r'id="today-title">[^<]*<span class="muted">1</span>', page)
