"""Standing still: counted from the entry into the stage, silenced only by a reason and a next step, until its day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cultivate import clock
from cultivate.errors import Invalid, NotFound, Refused
from cultivate.models import Candidacy, StallNote
from cultivate.packs import stalled
from cultivate.queries import overview, worklist
from cultivate.queries.narrow import Narrow
from cultivate.queries.pipeline import Narrowing, list_candidacies
from cultivate.queries.stock import Standing
from cultivate.services import merges, stages, stall_notes, transfers
from cultivate.services.stages import MoveRequest
from cultivate.services.stall_notes import Said
from tests.fixtures import HUSHU, MISHIXIANG
from tests.pages import send

TODAY = clock.today()
LIMIT = stalled.rules().days["hnte"]["serve"]


def count(world, actor=None, on=None) -> int:
    return worklist.count(world.session, actor or world.bureau, "stalled", on or TODAY)


def said(**values) -> Said:
    usual = {"reason": "rights", "next_step": "查受理通知书", "due_on": TODAY + timedelta(days=10)}
    return Said(**{**usual, **values})


@pytest.fixture
def still(world):
    """In charge of the caseworker, one day over what its stage allows; opened long before."""
    way = world.at_stage("discover", world.firm("杭州不动科技有限公司"), on=TODAY - timedelta(days=900))
    day = TODAY - timedelta(days=LIMIT + 1)
    stages.move(world.session, world.bureau, way, MoveRequest("serve", day))
    stages.assign(world.session, world.bureau, way, world.caseworker.user_id)
    world.session.commit()
    return way


def test_days_count_from_the_entry_and_a_change_of_street_does_not_start_them_anew(world):
    fresh = world.at_stage("discover", on=TODAY - timedelta(days=900))
    stages.move(world.session, world.bureau, fresh, MoveRequest("serve", TODAY - timedelta(days=LIMIT)))
    assert count(world) == 0, "long in the book, not longer in its stage than it allows"
    assert count(world, on=TODAY + timedelta(days=1)) == 1
    firm_id = world.session.get_one(Candidacy, fresh).firm_id
    transfers.transfer(world.session, world.bureau, firm_id, HUSHU, None, TODAY, "搬迁")
    assert count(world, on=TODAY + timedelta(days=1)) == 1


def test_thresholds_are_those_of_track_and_stage(world):
    days = stalled.rules().days
    assert days["ptsme"]["serve"] < days["hnte"]["serve"]
    on = TODAY - timedelta(days=days["ptsme"]["serve"] + 1)
    world.at_stage("serve", track="ptsme", on=on)
    world.at_stage("serve", track="hnte", on=on)
    assert count(world) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "tired"}, "reason"),
        ({"reason": "other"}, "words"),
        ({"next_step": " "}, "next_step"),
        ({"due_on": None}, "due_on"),
        ({"due_on": TODAY}, "due_on"),
        ({"due_on": TODAY + timedelta(days=stalled.rules().longest_silence + 1)}, "due_on"),
    ],
)
def test_a_silence_needs_a_reason_a_step_and_a_day(world, still, wrong, field):
    with pytest.raises(Refused) as refused:
        stall_notes.write(world.session, world.caseworker, still, said(**wrong))
    assert [reason.field for reason in refused.value.reasons] == [field]
    assert count(world) == 1


def test_the_owner_works_there_and_what_moves_on_has_nothing_to_explain(world, still):
    neighbour = world.users["neighbour"].id
    with pytest.raises(Invalid) as refused:
        stall_notes.write(world.session, world.caseworker, still, said(owner_id=neighbour))
    assert refused.value.field == "owner"
    with pytest.raises(NotFound):
        stall_notes.write(world.session, world.actor("neighbour"), still, said())
    moving = world.at_stage("serve", on=TODAY)
    with pytest.raises(Invalid) as refused:
        stall_notes.write(world.session, world.bureau, moving, said())
    assert refused.value.problem == "not-stalled"


def test_every_list_is_silent_until_the_day_and_then_shows_what_was_said(world, still, client_as):
    session, scope = world.session, world.bureau.scope
    stall_notes.write(session, world.caseworker, still, said())

    def everywhere(day: date) -> set[int]:
        lines = overview.place_lines(session, scope, "hnte", day, None, "unit", stalled=True)
        asked = Standing(track="hnte", as_of=day)
        listed = list_candidacies(session, scope, asked, Narrowing(narrow=Narrow(stalled=True)))
        return {count(world, on=day), sum(line.stalled or 0 for line in lines), listed.total}

    assert everywhere(TODAY) == {0}
    assert everywhere(TODAY + timedelta(days=9)) == {0}
    assert everywhere(TODAY + timedelta(days=10)) == {1}
    session.commit()
    with clock.standing_at(clock.at(TODAY + timedelta(days=10))):
        page = client_as("caseworker").get("/work?section=stalled").text
    assert "查受理通知书" in page


def test_a_later_note_takes_the_place_of_the_first_and_leaving_the_stage_ends_it(world, still):
    session = world.session
    stall_notes.write(session, world.caseworker, still, said(due_on=TODAY + timedelta(days=90)))
    stall_notes.write(session, world.caseworker, still, said(due_on=TODAY + timedelta(days=5)))
    assert count(world, on=TODAY + timedelta(days=5)) == 1
    assert len(session.scalars(select(StallNote)).all()) == 2, "the first is kept"
    stages.move(session, world.bureau, still, MoveRequest("recommend", TODAY, override_reason="材料齐"))
    limit = stalled.rules().days["hnte"]["recommend"]
    assert count(world, on=TODAY + timedelta(days=limit)) == 0
    assert count(world, on=TODAY + timedelta(days=limit + 1)) == 1


def test_a_note_is_written_and_taken_back_in_place(world, still, client_as):
    client = client_as("caseworker")
    address = f"/candidacies/{still}/stall-notes"
    told = {
        "reason": "figures",
        "next_step": "催报表",
        "due_on": (TODAY + timedelta(days=7)).isoformat(),
        "owner": world.caseworker.user_id,
        "section": "stalled",
    }
    refused = send(client, address, f"{address}/new", **{**told, "next_step": ""})
    assert refused.status_code == 422
    assert 'id="next_step-error"' in refused.text
    token = client.get(f"{address}/new").text.split('name="csrf_token" value="')[1].split('"')[0]
    piece = client.post(address, data={**told, "csrf_token": token}, headers={"HX-Request": "true"})
    assert piece.status_code == 200
    assert "<html" not in piece.text
    assert 'id="stalled-count" hx-swap-oob="true">0<' in piece.text
    note = world.session.scalars(select(StallNote)).one()
    world.session.commit()
    assert send(client, f"/stall-notes/{note.id}/end", f"{address}/new", section="stalled").status_code == 302
    assert "杭州不动科技有限公司" in client.get("/work?section=stalled").text


def test_notes_and_charge_go_with_the_way_that_a_merge_joins(world, still):
    session = world.session
    other_firm = world.firm("杭州不动科技股份有限公司", street=MISHIXIANG, uscc="")
    other = world.at_stage("discover", other_firm, on=TODAY - timedelta(days=LIMIT + 40))
    stall_notes.write(session, world.bureau, other, said(next_step="问迁址", owner_id=world.bureau.user_id))
    kept = session.get_one(Candidacy, still).firm_id
    done = merges.merge(session, world.bureau, kept, other_firm, {"track:hnte": "kept"})
    assert session.scalars(select(StallNote.candidacy_id)).all() == [still]
    merges.undo_merge(session, world.bureau, done)
    assert session.scalars(select(StallNote.candidacy_id)).all() == [other]
