"""Every figure is as long as the list behind it; funnel and progress speak as the contract says."""

import json
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cultivate import clock
from cultivate.cli.counts import funnel_command, progress_command
from cultivate.domain.scope import WHOLE_DISTRICT, Scope
from cultivate.domain.stages import EXITS, STAGES
from cultivate.queries import ledger, memo, moves, pipeline, progress, units
from cultivate.queries.ledger import Flow, Stock
from cultivate.queries.moves import FLOWS, MoveFilter
from cultivate.queries.pipeline import Narrowing
from cultivate.queries.places import NO_PARK
from cultivate.queries.stock import IN_FORCE, Standing
from cultivate.services import certificates, reversals, stages, transfers
from cultivate.services.stages import MoveRequest
from tests.fixtures import HUSHU, MISHIXIANG, PARK
from tests.integration.test_ledger_properties import Play, days, steps

TODAY = clock.today()
ALL = Narrowing()


def length(session, scope: Scope, asked: Standing) -> int:
    page = pipeline.list_candidacies(session, scope, asked, ALL)
    assert len(page.items) == min(page.total, pipeline.PAGE_SIZE)
    assert len({row.candidacy_id for row in page.items}) == len(page.items)
    return page.total


def figure(stock: Stock, stage: str) -> int:
    return stock.in_force if stage == IN_FORCE else stock.accounts[stage]


def check_stocks(session, scope: Scope, as_of: date, known_at: datetime | None) -> None:
    places = {unit.id: unit for unit in units.list_units(session)}
    for track in ("hnte", "ptsme"):
        whole = ledger.balances(session, scope, track, as_of, known_at)[0]
        units_and_parks = [
            found
            for by in ("unit", "park")
            for found in ledger.balances(session, scope, track, as_of, known_at, by).items()
        ]
        for stage in (*STAGES, *EXITS, IN_FORCE):
            asked = Standing(track=track, stage=stage, as_of=as_of, known_at=known_at)
            assert length(session, scope, asked) == figure(whole, stage), (track, stage)
            for place, stock in units_and_parks:
                if not figure(stock, stage):
                    continue
                unit = places[place] if place else NO_PARK
                there = Standing(track=track, stage=stage, unit=unit, as_of=as_of, known_at=known_at)
                assert length(session, scope, there) == figure(stock, stage), (track, stage, unit.code)


def check_flows(session, scope: Scope, since: date, until: date, known_at: datetime | None) -> None:
    for track in ("hnte", "ptsme"):
        found = ledger.flows(session, scope, track, since, until, known_at)[0]
        for account, kind in product((*STAGES, *EXITS), FLOWS):
            asked = MoveFilter(
                track=track, account=account, flow=kind, since=since, until=until, known_at=known_at
            )
            expected = getattr(found.get(account, Flow()), kind)
            assert moves.list_moves(session, scope, asked).total == expected, (track, account, kind)


@pytest.mark.slow
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    script=st.lists(steps, min_size=6, max_size=20),
    probes=st.lists(st.tuples(days, st.integers(0, 19)), min_size=2, max_size=2),
)
def test_a_figure_is_as_long_as_its_list(app, world, script, probes):
    savepoint = world.session.begin_nested()
    try:
        play = Play(world)
        for step in script:
            play.carry_out(step)
        street = Scope(unit_ids=frozenset({world.units[MISHIXIANG].id}))
        check_stocks(world.session, WHOLE_DISTRICT, TODAY, None)
        for (day, moment), scope in product(probes, (WHOLE_DISTRICT, street)):
            known_at = play.moments[moment % len(play.moments)]
            check_stocks(world.session, scope, day, known_at)
            check_flows(world.session, scope, day - timedelta(days=400), day, known_at)
            late = MoveFilter(recorded_since=known_at, until=day)
            expected = ledger.late_moves(world.session, scope, known_at, day)
            assert moves.list_moves(world.session, scope, late).total == expected
    finally:
        savepoint.rollback()


def test_an_unbooked_lapse_is_out_of_the_figure_and_of_the_list(world):
    world.at_stage("certify", on=date(2022, 5, 5))  # ended 2025-05-05
    asked = Standing(track="hnte", stage=IN_FORCE, as_of=TODAY)
    assert length(world.session, WHOLE_DISTRICT, asked) == 0
    before = clock.now()
    told = progress.progress(world.session, WHOLE_DISTRICT, TODAY)[0].in_force
    certificates.post_lapses(world.session, world.bureau, TODAY)
    assert told == progress.progress(world.session, WHOLE_DISTRICT, TODAY)[0].in_force == 0
    known = Standing(track="hnte", stage=IN_FORCE, as_of=TODAY, known_at=before)
    assert length(world.session, WHOLE_DISTRICT, known) == 0
    earlier = Standing(track="hnte", stage=IN_FORCE, as_of=date(2025, 5, 5))
    assert length(world.session, WHOLE_DISTRICT, earlier) == 1


def test_the_day_in_the_stage_of_an_earlier_day(world):
    firm = world.firm()
    candidacy = world.candidacy(firm, on=date(2026, 1, 5))
    move = stages.move(world.session, world.bureau, candidacy, MoveRequest("serve", date(2026, 2, 2)))
    transfers.transfer(world.session, world.bureau, firm, HUSHU, PARK, date(2026, 3, 3), "搬迁")
    asked = Standing(track="hnte", stage="serve", as_of=date(2026, 4, 1))
    (row,) = pipeline.list_candidacies(world.session, WHOLE_DISTRICT, asked, ALL).items
    assert (row.since, row.days(asked.as_of)) == (date(2026, 2, 2), 58)
    assert row.street_id == world.units[HUSHU].id
    then = Standing(track="hnte", stage="serve", as_of=date(2026, 2, 20))
    mishixiang = Scope(unit_ids=frozenset({world.units[MISHIXIANG].id}))
    (row,) = pipeline.list_candidacies(world.session, mishixiang, then, ALL).items
    assert not row.can_open  # it has moved to another street since
    assert move


def test_a_move_taken_back_is_in_no_flow(world):
    candidacy = world.candidacy(world.firm(), on=date(2026, 1, 5))
    move = stages.move(world.session, world.bureau, candidacy, MoveRequest("serve", date(2026, 2, 2)))
    before = clock.now()
    reversals.reverse(world.session, world.bureau, move, "录错")
    asked = {
        "track": "hnte",
        "account": "serve",
        "flow": "entered",
        "since": date(2026, 1, 1),
        "until": TODAY,
    }
    assert moves.list_moves(world.session, WHOLE_DISTRICT, MoveFilter(**asked)).total == 0
    known = MoveFilter(**asked, known_at=before)
    assert moves.list_moves(world.session, WHOLE_DISTRICT, known).total == 1


def run(command, *arguments: str):
    answer = CliRunner().invoke(command, [*arguments, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


@pytest.fixture
def small_district(world, clean_database, monkeypatch):
    world.at_stage("certify", on=date(2024, 12, 6))
    world.at_stage("certify", on=date(2024, 12, 6), track="ptsme")
    world.at_stage("serve", world.firm(street=HUSHU, park=PARK))
    world.at_stage("discover", world.firm(street=HUSHU))
    world.session.commit()
    monkeypatch.setenv("CULTIVATE_DATABASE_URL", clean_database)
    return world


def test_funnel_as_the_contract_says(small_district):
    found = run(funnel_command, "--track", "hnte", "--by", "unit")
    assert list(found) == ["track", "as_of", "known_at", "stages", "exits", "in_force", "by"]
    assert found["stages"] == {"discover": 1, "serve": 1, "recommend": 0, "certify": 1}
    assert list(found["exits"]) == ["withdrawn", "moved_out", "closed", "expired", "revoked", "superseded"]
    assert found["in_force"] == 1
    assert datetime.fromisoformat(found["known_at"]).tzinfo is not None
    assert len(found["by"]) == 18
    assert found["by"][0]["code"] == MISHIXIANG
    assert found["by"][0]["name"] == "米市巷街道"
    for stage in STAGES:
        assert sum(line["stages"][stage] for line in found["by"]) == found["stages"][stage]
    parks = run(funnel_command, "--track", "hnte", "--by", "park")["by"]
    assert len(parks) == 8
    assert sum(line["stages"]["serve"] for line in parks) == 1


def test_funnel_of_an_earlier_day_and_knowledge(small_district):
    assert run(funnel_command, "--track", "hnte", "--as-of", "2024-12-05")["in_force"] == 0
    assert run(funnel_command, "--track", "hnte", "--as-of", "2024-12-06")["in_force"] == 1
    known = run(funnel_command, "--track", "hnte", "--known-at", "2020-01-01T00:00:00+08:00")
    assert known["known_at"] == "2020-01-01T00:00:00+08:00"
    assert sum(known["stages"].values()) == 0
    assert run(funnel_command, "--track", "hnte", "--known-at", "2020-01-01T00:00:00Z")["in_force"] == 0


def test_progress_as_the_contract_says(small_district):
    found = run(progress_command, "--as-of", "2025-12-31")
    assert [row["track"] for row in found["tracks"]] == ["hnte", "ptsme"]
    row = found["tracks"][0]
    assert row == {
        "track": "hnte",
        "baseline": 466,
        "target": 1000,
        "target_on": "2025-12-31",
        "in_force": 1,
        "pace": 1000,
        "gap": -999,
        "newly_certified_this_year": 0,
        "forecast": {"on": "2025-12-31", "low": 1, "mid": 1, "high": 1},
    }
    earlier = run(progress_command, "--as-of", "2024-12-31")["tracks"][0]
    assert (earlier["pace"], earlier["newly_certified_this_year"]) == (893, 1)


@pytest.mark.parametrize(
    "arguments", [["--track", "hnte", "--as-of", "soon"], ["--track", "hnte", "--known-at", "then"], []]
)
def test_wrong_usage_ends_with_2(arguments):
    assert CliRunner().invoke(funnel_command, arguments).exit_code == 2


def test_an_unknown_track_is_refused_with_1(small_district):
    answer = CliRunner().invoke(funnel_command, ["--track", "unicorn", "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["error"]["code"] == "track-unknown"


def test_for_people_both_commands_print_lines(small_district):
    assert "466" not in CliRunner().invoke(funnel_command, ["--track", "hnte", "--by", "unit"]).stdout
    assert "1000" in CliRunner().invoke(progress_command, []).stdout


def test_a_caseworker_counts_only_their_street(small_district):
    own = Scope(unit_ids=frozenset({small_district.units[MISHIXIANG].id}))
    found = progress.funnel(small_district.session, own, "hnte", TODAY, by="unit")
    assert found["stages"] == {"discover": 0, "serve": 0, "recommend": 0, "certify": 1}
    assert [line["code"] for line in found["by"]] == [MISHIXIANG]
    (hnte, _ptsme) = progress.progress(small_district.session, own, TODAY)
    assert (hnte.in_force, hnte.target, hnte.gap) == (1, None, None)  # no promise of its own in this plan


def test_the_forecast_gathers_what_the_ledger_saw(world):
    for year in (2023, 2024, 2025):
        for _ in range(2):  # put forward in June, certified in December
            candidacy = world.at_stage("recommend", on=date(year, 6, 1))
            data = stages.CertificateData(f"GR{year}{candidacy:08d}", date(year, 12, 6))
            request = MoveRequest("certify", date(year, 12, 6), certificate=data)
            stages.move(world.session, world.bureau, candidacy, request)
        world.at_stage("certify", on=date(year, 12, 6))  # a list named one that nobody knew
    world.at_stage("recommend", on=date(2026, 6, 1))
    coming = progress.progress(world.session, WHOLE_DISTRICT, date(2026, 11, 1))[0].forecast
    groups = {group.group: (group.waiting, group.seen, group.reached) for group in coming.basis}
    assert groups["recommend"] == (1, 6, 6)
    assert groups["renewal"] == (3, 0, 0)  # those of 2023 end on 2026-12-06
    assert (coming.newcomers.years, coming.newcomers.came) == (3, 3)
    assert (coming.in_force, coming.ending, coming.on) == (9, 3, date(2026, 12, 31))
    assert coming.mid == 9 - 3 + 1 + 1


def test_what_is_remembered_is_forgotten_with_the_next_move(world, monkeypatch):
    monkeypatch.setattr(memo, "SMALL_BOOK", 0)
    counted = []

    def count() -> int:
        counted.append(1)
        return len(counted)

    world.candidacy(world.firm())
    assert [memo.remember(world.session, "key", count) for _ in range(3)] == [1, 1, 1]
    assert memo.remember(world.session, "other", count) == 2
    world.candidacy(world.firm())
    assert memo.remember(world.session, "key", count) == 3
