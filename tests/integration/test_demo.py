"""The made-up district: repeatable, right in its books, and as big as the plan says."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, MetaData, make_url, select, text

from cultivate import clock, packs
from cultivate.cli.demo import demo_command
from cultivate.cli.serve import serve_command
from cultivate.db import migrate
from cultivate.db.engine import Database
from cultivate.demo import load as demo_load
from cultivate.domain.ledger import NO_PARK, BookedMove, Place, fold
from cultivate.domain.scope import Scope
from cultivate.models import Candidacy, StageMove, Target
from cultivate.queries import ledger, units
from cultivate.services import passwords, verification

TODAY = date(2026, 11, 23)
SIZE = 240
EVERYTHING = Scope(everything=True, unit_ids=frozenset(), contacts=True)
#: differ from run to run, because they are secrets
SECRETS = {"password_hash", "session_key"}


def made(url: str, *, size: int = SIZE, seed: int = 466, today: date = TODAY) -> Database:
    migrate.upgrade(url)
    database = Database(make_url(url))
    with database.unit_of_work() as session:
        demo_load.load(
            session,
            size=size,
            seed=seed,
            today=today,
            password_hash="no hash",
            say=lambda *_message, **_params: None,
        )
    return database


def dump(engine: Engine) -> dict[str, list[tuple]]:
    schema = MetaData()
    schema.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in connection.execute(select(*(c for c in table.c if c.name not in SECRETS)))
                ),
                key=repr,
            )
            for table in schema.sorted_tables
        }


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = made(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'district.db'}")
    yield database
    database.engine.dispose()


def test_same_seed_and_day_give_the_same_data(district, tmp_path):
    again = made(f"sqlite:///{tmp_path / 'again.db'}")
    assert dump(again.engine) == dump(district.engine)
    again.engine.dispose()


def test_another_seed_gives_other_data(district, tmp_path):
    other = made(f"sqlite:///{tmp_path / 'other.db'}", seed=1)
    assert dump(other.engine)["firm"] != dump(district.engine)["firm"]
    other.engine.dispose()


def test_the_books_hold_on_both_engines(empty_database_url):
    database = made(empty_database_url, size=120)
    with database.reading() as session:
        assert verification.verify(session) == []
    database.engine.dispose()


def _ways(session) -> dict[int, list[StageMove]]:
    ways = defaultdict(list)
    for move in session.scalars(select(StageMove).order_by(StageMove.id)):
        ways[move.candidacy_id].append(move)
    return ways


def _booked(move: StageMove) -> BookedMove:
    place = Place(move.to_account, move.to_street_id, move.to_park_id or NO_PARK)
    return BookedMove(move.id, move.reverses_id, place, move.effective_on, move.recorded_at)


def test_every_count_is_the_fold_of_the_moves(district):
    moments = [(date(2020, 12, 31), None), (date(2023, 6, 30), clock.at(date(2023, 6, 20))), (TODAY, None)]
    with district.reading() as session:
        tracks = dict(session.execute(select(Candidacy.id, Candidacy.track)).all())
        ways = {key: [_booked(move) for move in moves] for key, moves in _ways(session).items()}
        for as_of, known_at in moments:
            counted: dict[tuple[str, str, int], int] = defaultdict(int)
            for key, moves in ways.items():
                if place := fold(moves, as_of=as_of, known_at=known_at):
                    counted[tracks[key], place.account, place.street_id] += 1
            for track in packs.tracks():
                for street, stock in ledger.balances(
                    session, EVERYTHING, track, as_of, known_at, "unit"
                ).items():
                    for account, number in stock.accounts.items():
                        if street and account != "outside":
                            assert number == counted[track, account, street], (as_of, track, account, street)


def test_days_and_times_are_in_order(district):
    with district.reading() as session:
        for moves in _ways(session).values():
            taken = {move.reverses_id for move in moves}
            standing = [m.effective_on for m in moves if m.reverses_id is None and m.id not in taken]
            assert standing == sorted(standing)
            assert [m.recorded_at for m in moves] == sorted(m.recorded_at for m in moves)
            assert all(clock.day_of(m.recorded_at) >= m.effective_on for m in moves)
            assert moves[-1].recorded_at <= clock.at(TODAY) + timedelta(hours=8)


def test_a_life_is_in_the_book(district):
    with district.reading() as session:
        kinds = set(session.scalars(select(StageMove.kind)))
        accounts = set(session.scalars(select(StageMove.to_account)))
        last_week = clock.at(TODAY - timedelta(days=7))
        late = [
            move
            for move in session.scalars(select(StageMove).where(StageMove.recorded_at > last_week))
            if move.recorded_at.date() - move.effective_on > timedelta(days=14)
        ]
    assert kinds == {"move", "transfer", "reversal"}
    assert {"withdrawn", "moved_out", "expired", "superseded", "certify", "recommend"} <= accounts
    assert late, "something of weeks ago was recorded in the last week"


def test_streets_promise_what_the_district_promised(district):
    with district.reading() as session:
        kinds = {unit.id: unit.kind for unit in units.list_units(session)}
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for target in session.scalars(select(Target)):
            total = sums[target.track, kinds[target.unit_id]]
            total[0] += target.value
            total[1] += target.baseline
    assert sums["hnte", "street"] == sums["hnte", "district"] == [1000, 466]
    assert sums["ptsme", "street"] == sums["ptsme", "district"] == [2600, 1285]


@pytest.mark.slow
def test_the_full_district_starts_at_the_plans_numbers_and_ends_short_of_its_promises(tmp_path):
    database = made(f"sqlite:///{tmp_path / 'full.db'}", size=6000)
    ends = (date(2020, 12, 31), date(2025, 12, 31), TODAY)
    with database.reading() as session:
        stocks = {
            track: [ledger.balances(session, EVERYTHING, track, day)[0] for day in ends]
            for track in packs.tracks()
        }
        assert session.scalar(text("SELECT count(*) FROM firm")) == 6000
    assert [stocks["hnte"][0].in_force, stocks["ptsme"][0].in_force] == [466, 1285]
    assert 930 <= stocks["hnte"][1].in_force <= 960
    assert 2450 <= stocks["ptsme"][1].in_force <= 2520
    assert stocks["hnte"][2].in_force < 1000
    assert stocks["ptsme"][2].in_force < 2600
    assert all(stocks[track][2].stages["recommend"] > 150 for track in stocks)
    database.engine.dispose()


@pytest.fixture
def installation(tmp_path, monkeypatch) -> CliRunner:
    for name in (
        "CULTIVATE_DATABASE_URL",
        "CULTIVATE_SECRET_KEY",
        "CULTIVATE_DEMO_PASSWORD",
        "CULTIVATE_BASE_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CULTIVATE_INSTANCE", str(tmp_path / "instance"))
    return CliRunner()


def _run(runner: CliRunner, *arguments: str) -> dict:
    result = runner.invoke(demo_command, ["--no-serve", "--json", "--today", "2024-05-31", *arguments])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_command_makes_data_once_and_keeps_them(installation, tmp_path):
    first = _run(installation, "--firms", "30")
    second = _run(installation, "--firms", "50")
    assert first["created"]["firms"] == 30
    assert second["created"] is None
    assert second["logins"] == first["logins"]
    assert [login["username"] for login in first["logins"]] == ["admin", "bureau", "leader", "caseworker"]
    for name in ("secret_key", "demo_password"):
        assert (tmp_path / "instance" / name).stat().st_mode & 0o077 == 0


def test_the_chosen_password_is_the_one_that_opens(installation, tmp_path, monkeypatch):
    _run(installation, "--firms", "30")
    monkeypatch.setenv("CULTIVATE_DEMO_PASSWORD", "another-password")
    assert {login["password"] for login in _run(installation)["logins"]} == {"another-password"}
    database = Database(make_url(f"sqlite:///{tmp_path / 'instance' / 'cultivate.db'}"))
    with database.reading() as session:
        stored = session.scalar(text("SELECT password_hash FROM user_account WHERE username = 'caseworker'"))
        unit = session.scalar(
            text(
                "SELECT code FROM org_unit JOIN user_unit ON unit_id = org_unit.id"
                " JOIN user_account ON user_account.id = user_id WHERE username = 'caseworker'"
            )
        )
    database.engine.dispose()
    assert passwords.matches(stored, "another-password")
    assert unit == "330105001"


def test_a_database_of_other_people_is_left_alone(installation, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'theirs.db'}"
    monkeypatch.setenv("CULTIVATE_DATABASE_URL", url)
    migrate.upgrade(url)
    database = Database(make_url(url))
    with database.unit_of_work() as session:
        session.execute(
            text(
                "INSERT INTO user_account (version, username, display_name, role, locale, active, session_key,"
                " failed_logins, created_at) VALUES (1, 'admin', 'x', 'admin', 'zh', 1, '', 0, :now)"
            ),
            {"now": datetime(2024, 1, 1, tzinfo=UTC).isoformat(sep=" ")[:19] + ".000000"},
        )
    result = _run(installation, "--firms", "30")
    assert result["created"] is None
    assert result["logins"] == []
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM firm")) == 0
    database.engine.dispose()


def test_books_open_before_the_demonstration(installation):
    assert installation.invoke(demo_command, ["--no-serve", "--today", "2020-12-31"]).exit_code == 2


def test_serving_without_a_key_is_refused(installation):
    result = installation.invoke(serve_command, [])
    assert result.exit_code == 1
    assert "CULTIVATE_SECRET_KEY" in result.stderr
