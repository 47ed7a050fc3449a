"""Every route, as every role, answers as the permission table says; nobody reaches another street's records."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, inspect, select
from werkzeug.routing import Rule

from cultivate import clock, create_app
from cultivate.access import PUBLIC, access_of
from cultivate.domain.permissions import Act, Role, may
from cultivate.models import (
    ApiToken,
    Attachment,
    BatchEntry,
    BatchPaper,
    Certificate,
    Delivery,
    DuplicatePair,
    ImportBatch,
    ImportRow,
    IntellectualProperty,
    Proposal,
    QualityTask,
    SavedView,
    ServiceRecord,
    ServiceRound,
    StageMove,
    StallNote,
    StoredFile,
    Tag,
    User,
)
from cultivate.packs.policies import policy
from cultivate.queries.handovers import Part
from cultivate.services import (
    assessments,
    firm_needs,
    handovers,
    links,
    merges,
    policies,
    proposals,
    stages,
)
from cultivate.services.firm_needs import Need
from cultivate.settings import Settings
from tests.fixtures import HUSHU, World

ROLES = {"admin": Role.ADMIN, "bureau": Role.BUREAU, "leader": Role.LEADER, "caseworker": Role.CASEWORKER}
SAFE = {"GET", "HEAD", "OPTIONS"}


def rules() -> list[Rule]:
    """All routes but static files."""
    app = create_app(Settings(database_url="sqlite://", secret_key="test"))
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]


ALL_RULES = rules()


def service_round(world: World) -> ServiceRound:
    held = ServiceRound(title="科创微课堂", kind="briefing", on=date(2025, 3, 3), recorded_at=clock.now())
    world.session.add(held)
    world.session.flush()
    world.session.scalars(select(ServiceRecord).order_by(ServiceRecord.id)).first().round_id = held.id
    return held


def stall_note(world: World, candidacy_id: int) -> StallNote:
    note = StallNote(
        candidacy_id=candidacy_id,
        stage="serve",
        stage_since=date(2025, 3, 3),
        reason="other",
        words="w",
        next_step="n",
        due_on=clock.today(),
        owner_id=world.users["neighbour"].id,
        recorded_at=clock.now(),
    )
    world.session.add(note)
    return note


@pytest.fixture
def samples(world: World) -> dict[str, object]:
    """An id of something of 湖墅 for every argument that a route takes; 米市巷's caseworker may see none."""
    session = world.session
    firm = world.firm(street=HUSHU)
    candidacy = world.at_stage("certify", firm, on=date(2025, 3, 3))
    waiting_firm = world.firm(street=HUSHU)
    waiting = world.at_stage("serve", waiting_firm, on=date(2025, 3, 3))
    world.at_stage("recommend", world.firm(street=HUSHU), on=date(2025, 3, 3))
    proposal = proposals.propose(session, world.actor("neighbour"), waiting, "recommend", "条件具备")
    batch = ImportBatch(
        kind="firms",
        status="preview",
        file_name="a.csv",
        digest="0" * 64,
        content=b"",
        by_id=world.users["neighbour"].id,
        created_at=clock.now(),
    )
    letter = Delivery(
        kind="weekly",
        period="2026-W46",
        recipient_id=world.users["neighbour"].id,
        message_id="<1@test>",
        subject="s",
        text="t",
        html="<p>h</p>",
        known_at=clock.now(),
        composed_at=clock.now(),
    )
    token = ApiToken(user_id=world.users["neighbour"].id, name="t", digest="0" * 64, created_at=clock.now())
    task = QualityTask(
        firm_id=firm,
        rule="no-code",
        owner_id=world.users["neighbour"].id,
        due_on=clock.today(),
        created_at=clock.now(),
    )
    view = SavedView(
        owner_id=world.users["neighbour"].id,
        area="firms",
        name="v",
        query="stage=serve",
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    tag = Tag(name="t", name_key="t", created_at=clock.now())
    session.add_all([view, tag])
    right = IntellectualProperty(
        firm_id=firm,
        kind="software",
        number="2025SR0000001",
        number_key="2025SR0000001",
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(right)
    session.add_all([batch, letter, token, task])
    session.flush()
    session.add(StoredFile(digest="0" * 64, size=0, media_type="text/plain", created_at=clock.now()))
    session.flush()
    paper = Attachment(firm_id=firm, digest="0" * 64, name="a.txt", recorded_at=clock.now())
    session.add(paper)
    row = ImportRow(batch_id=batch.id, number=2, outcome="to_decide")
    session.add(row)
    session.commit()
    twin, gone = world.firm(street=HUSHU), world.firm(street=HUSHU, uscc="")
    pair = DuplicatePair(firm_id=firm, other_id=twin, found_at=clock.now())
    session.add(pair)
    merge = merges.merge(session, world.actor("neighbour"), twin, gone)
    link = links.link(session, world.actor("neighbour"), waiting_firm, twin, "branch")
    session.commit()
    local_policy = policies.save(
        session, world.actor("admin"), policies.starter(policy("ptsme-2016")), world.units[HUSHU].id
    )
    session.commit()
    neighbour = world.actor("neighbour")
    assessment, _new = assessments.assess_firm(session, neighbour, firm, "hnte")
    scenario = assessments.keep_scenario(
        session, neighbour, firm, "hnte", name="s", applied_on=clock.today(), changes={"staff": 5}
    )
    session.commit()
    held = service_round(world)
    note = stall_note(world, waiting)
    need = firm_needs.raise_need(session, neighbour, firm, Need(kind="space", text="要厂房"))
    session.commit()
    stages.assign(session, neighbour, waiting, neighbour.user_id)
    handover, _plan = handovers.hand_over(
        session, neighbour, neighbour.user_id, Part(), [world.users["bureau"].id], "轮岗"
    )
    session.commit()
    found = {
        "firm_id": firm,
        "candidacy_id": candidacy,
        "move_id": session.scalars(select(StageMove.id).where(StageMove.candidacy_id == candidacy)).first(),
        "certificate_id": session.scalars(select(Certificate.id)).first(),
        "record_id": session.scalars(select(ServiceRecord.id)).first(),
        "attachment_id": paper.id,
        "property_id": right.id,
        "view_id": view.id,
        "tag_id": tag.id,
        "kind": "move",
        "key": "0" * 32,
        "proposal_id": session.get_one(Proposal, proposal).id,
        "batch_id": batch.id,
        "row_id": row.id,
        "row_number": row.number,
        "pair_id": pair.id,
        "merge_id": merge,
        "link_id": link,
        "delivery_id": letter.id,
        "part_id": 1,
        "token_id": token.id,
        "user_id": session.scalars(select(User.id).where(User.username == "neighbour")).one(),
        "unit_id": world.units[HUSHU].id,
        "task_id": task.id,
        "rule": "no-code",
        "track": "hnte",
        "name": "verify",
        "section": "today",
        "to": "serve",
        "period": "2026-W46",
        "pack": "hnte-2016",
        "version_id": local_policy.id,
        "assessment_id": assessment,
        "scenario_id": scenario,
        "round_id": held.id,
        "need_id": need,
        "note_id": note.id,
        "application_batch_id": world.batches["hnte"],
        "entry_id": session.scalars(
            select(BatchEntry.id).where(BatchEntry.batch_id == world.batches["hnte"])
        ).first(),
        "paper_id": session.scalars(select(BatchPaper.id).order_by(BatchPaper.id)).first(),
        "batch_act": "hand_up",
        "handover_id": handover,
        "year": 2025,
    }
    for user in world.users.values():
        session.refresh(user)  # a merge forgets what was read: asking later would take the write lock
    session.commit()  # reading took SQLite's write lock anew
    return found


#: arguments that name records of the register or of a person: what the scope hides
SCOPED = {
    "firm_id",
    "candidacy_id",
    "move_id",
    "certificate_id",
    "record_id",
    "proposal_id",
    "batch_id",
    "entry_id",
    "paper_id",
    "delivery_id",
    "pair_id",
    "merge_id",
    "link_id",
    "attachment_id",
    "property_id",
    "view_id",
    "task_id",
    "assessment_id",
    "scenario_id",
    "round_id",
    "need_id",
    "note_id",
    "handover_id",
}


def address(app: Flask, rule: Rule, samples: dict[str, object]) -> str:
    """The rule's URL with a sample for each argument; an argument without a sample must be added above."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return adapter.build(rule.endpoint, {name: samples[name] for name in rule.arguments})


def methods(rule: Rule) -> Iterator[str]:
    """The methods a person or program would use."""
    yield from sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def api(rule: Rule) -> bool:
    return rule.rule.startswith("/api/")


def test_every_route_says_whom_it_opens_to(app: Flask) -> None:
    silent = [rule.endpoint for rule in ALL_RULES if access_of(app, rule.endpoint) is None]
    assert silent == []


@pytest.fixture
def without_csrf(app: Flask) -> Flask:
    """The gate alone: a request without a token reaches it."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.mark.parametrize("username", [*ROLES, None])
def test_every_route_answers_as_the_table_says(
    without_csrf: Flask,
    client_as: Callable[[str | None], FlaskClient],
    samples: dict[str, object],
    username: str | None,
) -> None:
    client = client_as(username)
    wrong = []
    for rule in ALL_RULES:
        access = access_of(without_csrf, rule.endpoint)
        for method in methods(rule):
            if rule.endpoint == "account.logout":
                continue  # would end the session of the walk; it is public
            answer = client.open(address(without_csrf, rule, samples), method=method)
            if not fits(access, username, api(rule), answer.status_code, answer.headers.get("Location", "")):
                wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []


def fits(access: Act | str | None, username: str | None, is_api: bool, status: int, location: str) -> bool:
    """Whether a status is what the table says for that person."""
    if status >= 500 and status != 503:
        return False
    if access == PUBLIC:
        return status not in {401, 403}
    if username is None:
        return status == 401 if is_api else (status == 302 and "/login" in location)
    assert isinstance(access, Act)
    if may(ROLES[username], access):
        return status != 401 and not (status == 302 and "/login" in location)
    return status == 403


def test_another_streets_records_are_not_there(
    without_csrf: Flask, client_as: Callable[[str | None], FlaskClient], samples: dict[str, object]
) -> None:
    client = client_as("caseworker")
    found = []
    for rule in ALL_RULES:
        access = access_of(without_csrf, rule.endpoint)
        if (
            not (set(rule.arguments) & SCOPED)
            or not isinstance(access, Act)
            or not may(Role.CASEWORKER, access)
        ):
            continue
        for method in methods(rule):
            answer = client.open(
                address(without_csrf, rule, samples), method=method, json={} if api(rule) else None
            )
            if answer.status_code not in {404, 422} or (method in SAFE and answer.status_code != 404):
                found.append(f"{method} {rule.rule}: {answer.status_code}")
    assert found == []


def test_get_writes_nothing(
    app: Flask, client_as: Callable[[str | None], FlaskClient], samples: dict[str, object]
) -> None:
    statements: list[str] = []
    engine = app.extensions["database"].engine

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().split(" ", 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    for username in ("bureau", "admin"):
        client = client_as(username)
        for rule in ALL_RULES:
            if "GET" in (rule.methods or set()):
                statements.clear()
                client.get(address(app, rule, samples))
                assert statements == [], rule.rule
    event.remove(engine, "before_cursor_execute", listen)


def test_a_post_without_a_token_is_refused(
    app: Flask, client_as: Callable[[str | None], FlaskClient], samples: dict[str, object]
) -> None:
    client = client_as("bureau")
    accepted = [
        f"{method} {rule.rule}"
        for rule in ALL_RULES
        for method in set(methods(rule)) - SAFE
        if client.open(address(app, rule, samples), method=method).status_code != 400
    ]
    assert accepted == []


def test_every_page_is_well_made(
    app: Flask, client_as: Callable[[str | None], FlaskClient], samples: dict[str, object]
) -> None:
    """One title, one h1, a language, a token in every POST form, no inline script, style or handler."""
    import re

    wrong = []
    for username in ("bureau", "admin"):
        client = client_as(username)
        for rule in ALL_RULES:
            if "GET" not in (rule.methods or set()) or api(rule):
                continue
            answer = client.get(address(app, rule, samples))
            if answer.mimetype != "text/html" or answer.status_code != 200 or rule.rule.endswith("/html"):
                continue
            page = answer.get_data(as_text=True)
            posts = re.findall(r'<form[^>]*method="post"[^>]*>.*?</form>', page, re.DOTALL | re.IGNORECASE)
            checks = {
                "one h1": len(re.findall(r"<h1[\s>]", page)) == 1,
                "one title": len(re.findall(r"<title>\s*\S", page)) == 1,
                "language": 'lang="zh' in page,
                "token": all('name="csrf_token"' in form for form in posts),
                "no inline script": not re.search(r"<script(?![^>]*(src=|application/json))[^>]*>", page),
                "no inline style": not re.search(r"<[^>]+\sstyle=", page) and "<style" not in page,
                "no handler": not re.search(r"<[^>]+\son[a-z]+=", page),
            }
            wrong += [f"{rule.rule}: {name}" for name, holds in checks.items() if not holds]
    assert wrong == []


def test_tables_that_hold_personal_data_are_known() -> None:
    """A new column that may hold a phone or a person's name is looked at before it is shown or exported."""
    from cultivate.db.base import Base

    suspicious = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(word in column.name for word in ("phone", "contact", "email", "address"))
    }
    assert suspicious == {
        "firm.contact_name",
        "firm.contact_phone",
        "firm.address",
        "user_account.email",
        "delivery.address",
    }


def test_names_of_constraints_are_ours(app: Flask) -> None:
    """Every unique constraint and foreign key has a name, so that a violated one can be translated.

    SQLite never says which foreign key was violated, and gives that of a column added later no name.
    """
    engine = app.extensions["database"].engine
    inspector, named = inspect(engine), engine.dialect.name == "postgresql"
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        assert all(key["name"] or not named for key in inspector.get_foreign_keys(table)), table
        assert all(key["name"] for key in inspector.get_unique_constraints(table)), table
