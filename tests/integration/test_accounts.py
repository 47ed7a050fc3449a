"""Accounts: logging in and being locked out, passwords, tokens, and what an administrator may do."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Role
from cultivate.errors import Conflict, Forbidden, Invalid, NotFound
from cultivate.models import ApiToken, AuditEvent, User
from cultivate.queries import users
from cultivate.services import accounts, logins, passwords
from cultivate.services.accounts import AccountData
from tests.fixtures import MISHIXIANG, World

PASSWORD = "correct-horse-battery"
Client = Callable[[str | None], FlaskClient]


@pytest.fixture
def member(world: World) -> int:
    """A caseworker with a password."""
    data = AccountData("李芳", Role.CASEWORKER, [MISHIXIANG], "li@example.com")
    user_id = accounts.create_user(world.session, world.actor("admin"), "lifang", data, PASSWORD)
    world.session.commit()
    return user_id


def token_of(client: FlaskClient, path: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def log_in(client: FlaskClient, username: str, password: str):
    return client.post(
        "/login", data={"csrf_token": token_of(client), "username": username, "password": password}
    )


def fresh(session: Session, user_id: int) -> User:
    return session.get_one(User, user_id, populate_existing=True)


# -- logging in ---------------------------------------------------------------------------------------------


def test_the_right_password_lets_in_and_leads_to_where_one_wanted_to_go(client_as: Client, member: int):
    client = client_as(None)
    assert client.get("/account?from=letter").location.startswith("/login")
    answer = log_in(client, "lifang", PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/account?from=letter")
    assert "李芳" in client.get("/account").text


def test_a_piece_of_a_page_gets_no_login_form_and_the_way_back_stays(app: Flask) -> None:
    client = app.test_client()
    client.get("/account?from=letter")
    piece = client.get("/firms/check?name=x", headers={"HX-Request": "true"})
    assert (piece.status_code, piece.text) == (401, "")
    with client.session_transaction() as session:
        assert session["next"] == "/account?from=letter"


def test_an_unknown_name_and_a_wrong_password_read_the_same(client_as: Client, member: int):
    wrong = log_in(client_as(None), "lifang", "something else")
    unknown = log_in(client_as(None), "nobody", "something else")
    assert wrong.status_code == unknown.status_code == 422
    message = re.compile(r'<div class="error-summary".*?</div>', re.DOTALL)
    assert message.findall(wrong.text) == message.findall(unknown.text) != []


def test_a_refused_log_in_is_counted_and_the_last_one_locks(
    app: Flask, client_as: Client, member: int, session: Session
):
    allowed = app.extensions["settings"].login_attempts
    client = client_as(None)
    answers = [log_in(client, "lifang", "wrong wrong wrong").status_code for _ in range(allowed)]
    assert answers == [422] * (allowed - 1) + [429]
    refused = log_in(client, "lifang", PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= app.extensions["settings"].login_wait_minutes * 60
    assert fresh(session, member).failed_logins == allowed


def test_after_the_wait_the_count_starts_anew(session: Session, member: int):
    rules = {"attempts": 2, "wait_minutes": 15}
    wrong, right = logins.Attempt(member, right=False), logins.Attempt(member, right=True)
    logins.settle(session, wrong, **rules)
    locked = logins.settle(session, wrong, **rules).locked_until
    assert locked is not None
    assert logins.settle(session, right, **rules).actor is None
    session.expire_all()
    with clock.standing_at(locked + timedelta(seconds=1)):
        assert logins.settle(session, wrong, **rules) == logins.Verdict()
        session.expire_all()
        found = logins.settle(session, right, **rules)
    assert found.actor is not None
    assert found.actor.username == "lifang"


def test_counting_does_not_touch_the_version(session: Session, member: int):
    before = fresh(session, member).version
    logins.settle(session, logins.Attempt(member, right=False), attempts=9, wait_minutes=1)
    assert fresh(session, member).version == before


def test_a_closed_account_does_not_open(session: Session, world: World, member: int):
    accounts.update_user(
        session,
        world.actor("admin"),
        member,
        fresh(session, member).version,
        AccountData("李芳", Role.CASEWORKER, [MISHIXIANG], active=False),
    )
    assert logins.examine(session, "lifang", PASSWORD) == logins.Attempt(None, right=False)


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"]
)
def test_it_leads_only_to_its_own_pages(client_as: Client, member: int, address: str):
    client = client_as(None)
    answer = client.post("/language", data={"csrf_token": token_of(client), "locale": "en", "next": address})
    assert answer.location == "/"


def test_the_session_before_is_not_the_session_after(client_as: Client, member: int):
    client = client_as(None)
    client.get("/login")
    with client.session_transaction() as cookie:
        cookie["planted"] = "yes"
    log_in(client, "lifang", PASSWORD)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_logging_in_while_logged_in_does_not_wait_for_itself(client_as: Client, member: int):
    client = client_as("admin")
    answer = client.post(
        "/login",
        data={"csrf_token": token_of(client, "/account"), "username": "lifang", "password": PASSWORD},
    )
    assert answer.status_code == 302


def test_logging_out_ends_the_session(client_as: Client, world: World):
    client = client_as("leader")
    client.post("/logout", data={"csrf_token": token_of(client, "/account")})
    assert client.get("/account").status_code == 302


# -- language -----------------------------------------------------------------------------------------------


def test_the_language_is_kept_before_and_after_logging_in(client_as: Client, world: World, session: Session):
    visitor = client_as(None)
    assert '<html lang="zh-Hans">' in visitor.get("/login").text
    visitor.post("/language", data={"csrf_token": token_of(visitor), "locale": "en", "next": "/login"})
    assert '<html lang="en">' in visitor.get("/login").text
    client = client_as("leader")
    client.post("/language", data={"csrf_token": token_of(client, "/account"), "locale": "en"})
    assert fresh(session, world.users["leader"].id).locale == "en"
    assert '<html lang="en">' in client_as("leader").get("/account").text


# -- one's own account --------------------------------------------------------------------------------------


def test_a_new_password_ends_the_other_sessions_and_not_this_one(app: Flask, member: int, client_as: Client):
    here, there = client_as(None), client_as(None)
    log_in(here, "lifang", PASSWORD)
    log_in(there, "lifang", PASSWORD)
    data = {"csrf_token": token_of(here, "/account"), "old": PASSWORD, "new": "another-long-password"}
    assert here.post("/account/password", data=data).status_code == 302
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert log_in(client_as(None), "lifang", "another-long-password").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("wrong", "another-long-password", "old"), (PASSWORD, "short", "new"), (PASSWORD, "LiFang", "new")],
)
def test_a_password_needs_the_old_one_and_length(
    session: Session, member: int, old: str, new: str, field: str
):
    actor = users.find_actor_by_name(session, "lifang", "page")
    assert actor is not None
    with pytest.raises(Invalid) as caught:
        accounts.change_password(session, actor, old, new)
    assert caught.value.field == field


def test_a_token_is_shown_once_and_kept_as_a_digest(client_as: Client, session: Session, world: World):
    client = client_as("bureau")
    answer = client.post("/account/tokens", data={"csrf_token": token_of(client, "/account"), "name": "报表"})
    found = re.search(r"cvt_[\w-]+", answer.text)
    assert found is not None
    assert "cvt_" not in client.get("/account").text
    token_id, digest = session.execute(select(ApiToken.id, ApiToken.digest)).one()
    assert digest == accounts.token_digest(found[0])
    assert users.find_actor_by_token(session, digest) is not None
    session.rollback()
    client.post(f"/account/tokens/{token_id}/revoke", data={"csrf_token": token_of(client, "/account")})
    assert users.find_actor_by_token(session, digest) is None


def test_nobody_ends_or_makes_the_tokens_of_others(session: Session, world: World):
    accounts.create_token(session, world.bureau, world.users["bureau"].id, "mine")
    token = session.scalars(select(ApiToken)).one()
    with pytest.raises(NotFound):
        accounts.revoke_token(session, world.caseworker, token.id)
    with pytest.raises(Forbidden):
        accounts.create_token(session, world.caseworker, world.users["bureau"].id, "theirs")


# -- administration -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("username", "role", "codes", "field"),
    [
        ("a", Role.LEADER, (), "username"),
        ("Bureau", Role.LEADER, (), "username"),
        ("new", "king", (), "role"),
        ("new", Role.CASEWORKER, (), "units"),
        ("new", Role.CASEWORKER, ("nowhere",), "units"),
    ],
)
def test_an_account_is_refused_on_the_field_that_is_wrong(world: World, username, role, codes, field):
    with pytest.raises(Invalid) as caught:
        accounts.create_user(
            world.session, world.actor("admin"), username, AccountData("x", role, codes), PASSWORD
        )
    assert caught.value.field == field


def test_only_administrators_make_accounts(world: World):
    with pytest.raises(Forbidden):
        accounts.create_user(world.session, world.bureau, "new", AccountData("x", Role.LEADER), PASSWORD)


def test_who_saves_second_sees_what_the_first_one_saved(client_as: Client, member: int, session: Session):
    client = client_as("admin")
    page = client.get(f"/admin/users/{member}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    form = {
        "csrf_token": token_of(client, "/account"),
        "version": version[1],
        "display_name": "李芳芳",
        "role": "caseworker",
        "units": [MISHIXIANG],
        "locale": "zh",
        "active": "y",
        "was_display_name": "李芳",
        "was_role": "caseworker",
        "was_units": MISHIXIANG,
    }
    assert client.post(f"/admin/users/{member}", data=form).status_code == 302
    late = client.post(f"/admin/users/{member}", data={**form, "display_name": "李小芳"})
    assert late.status_code == 409
    for name in ("李小芳", "李芳芳", "李芳"):
        assert name in late.text
    newer = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert newer is not None
    again = client.post(
        f"/admin/users/{member}", data={**form, "display_name": "李小芳", "version": newer[1]}
    )
    assert again.status_code == 302
    assert fresh(session, member).display_name == "李小芳"


def test_a_stale_version_is_a_conflict_with_the_present_row(session: Session, world: World, member: int):
    with pytest.raises(Conflict) as caught:
        accounts.update_user(session, world.actor("admin"), member, 99, AccountData("x", Role.LEADER))
    assert caught.value.current.display_name == "李芳"


def test_one_administrator_remains(session: Session, world: World):
    admin = world.users["admin"]
    with pytest.raises(Invalid) as caught:
        accounts.update_user(
            session, world.actor("admin"), admin.id, admin.version, AccountData("x", Role.LEADER)
        )
    assert caught.value.problem == "last-administrator"


def test_a_new_password_is_shown_once_and_opens_a_locked_account(
    client_as: Client, member: int, session: Session
):
    for _ in range(2):
        logins.settle(session, logins.Attempt(member, right=False), attempts=2, wait_minutes=15)
    session.commit()
    client = client_as("admin")
    page = client.post(
        f"/admin/users/{member}/password", data={"csrf_token": token_of(client, "/account")}
    ).text
    shown = re.search(r'class="secret" id="secret">([^<]+)<', page)
    assert shown is not None
    assert log_in(client_as(None), "lifang", shown[1]).status_code == 302


def test_units_are_renamed_and_a_late_form_is_refused(client_as: Client, world: World, session: Session):
    client = client_as("admin")
    unit = world.units[MISHIXIANG]
    form = {
        "csrf_token": token_of(client, "/account"),
        "original": f"{unit.name_zh} / {unit.name_en}",
        "name_zh": "米市巷新街道",
        "name_en": "Mishixiang New",
    }
    assert client.post(f"/admin/units/{unit.id}", data=form).status_code == 302
    assert client.post(f"/admin/units/{unit.id}", data=form).status_code == 409


def test_every_act_is_in_the_trail(session: Session, world: World, member: int, client_as: Client):
    accounts.unlock(session, world.actor("admin"), member)
    session.commit()
    verbs = set(session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == "user")))
    assert {"create", "unlock"} <= verbs
    page = client_as("admin").get("/admin/audit?verb=unlock&who=admin").text
    row = page[page.index("<tbody>") :]
    assert "解锁" in row
    assert "账号" in row
    assert "unlock" not in row
    assert client_as("admin").get("/admin/audit?since=2026-99-99").status_code == 200


@pytest.mark.parametrize(
    "path", ["/admin/users", "/admin/users/new", "/admin/units", "/admin/jobs", "/admin/audit"]
)
def test_the_pages_of_administration_open_for_the_administrator(client_as: Client, world: World, path: str):
    assert client_as("admin").get(path).status_code == 200


def test_a_page_that_is_not_there_still_knows_who_is_reading(client_as: Client, world: World):
    answer = client_as("leader").get("/nothing-here")
    assert answer.status_code == 404
    assert "测试leader" in answer.text


# -- passwords ----------------------------------------------------------------------------------------------


def test_an_account_without_password_lets_nobody_in():
    assert not passwords.matches(None, "")
    assert passwords.matches(passwords.hashed("x"), "x")


def test_random_passwords_keep_the_rule():
    passwords.check_rule(passwords.random_password(), "name")


def test_a_command_line_operator_acts_for_nobody(world: World):
    operator = Actor(None, "operator", "operator", Role.ADMIN, source="cli")
    with pytest.raises(NotFound):
        accounts.update_own(world.session, operator, "x", None)
