"""An application on a clean database, with the units, one person a role, and builders for the rest."""

from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest
from flask import Config, Flask
from flask.globals import _cv_app
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock, create_app, packs
from cultivate.domain import firm_names, search_text
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Role
from cultivate.models import ApplicationBatch, Firm, OrgUnit, User
from cultivate.queries.users import actor_of
from cultivate.services import installation, service_records, stages
from cultivate.services.stages import CertificateData, MoveRequest
from cultivate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: the day on which the suite's business happens; not "today", which goes on
MISHIXIANG, HUSHU, BANSHAN = "330105001", "330105002", "330105011"
PARK = "330105-p02"


class FreshClient(FlaskClient):
    """Each request in an application context of its own, as in production.

    A request inside the test's context would share its ``g``, where the user and the language are kept.
    """

    def open(self, *args: object, **kwargs: object) -> object:
        """One request."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


@cache
def application(database_url: str) -> Flask:
    """One a database and process: making it, and compiling its templates, takes longer than most tests."""
    return create_app(Settings(database_url=database_url, secret_key="test", base_url="http://localhost"))


@pytest.fixture
def app(clean_database: str, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Flask]":
    """An application on the test's database, inside its context, with the plan loaded.

    What a test may change of it is its own: configuration, settings, and how much has been asked of the API.
    """
    made = application(clean_database)
    monkeypatch.setattr(made, "config", Config(made.root_path, made.config))
    monkeypatch.setattr(made, "extensions", dict(made.extensions))
    monkeypatch.setattr(made, "test_client_class", FreshClient)
    for name in ("api_requests", "api_guesses"):
        made.extensions[name] = replace(made.extensions[name], _buckets={})
    made.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    with made.app_context():
        database = made.extensions["database"]
        with database.unit_of_work() as session:
            installation.load_plan(session, installation.DEFAULT_PLAN)
        yield made
        database.engine.dispose()


@pytest.fixture
def session(app: Flask) -> "Iterator[Session]":
    """A writing session for arranging and for calling services; commit to let a client see."""
    with app.extensions["database"].writer() as made:
        yield made


@dataclass
class World:
    """Units by code, actors by name, and builders that go through the services."""

    session: Session
    units: dict[str, OrgUnit]
    users: dict[str, User] = field(default_factory=dict)
    serial: int = 0
    batches: dict[str, int] = field(default_factory=dict)
    """By track, the application batch that is open on every day."""

    def open_batch(
        self,
        track: str = "hnte",
        opens_on: date = date(2000, 1, 1),
        closes_on: date = date(2099, 12, 31),
        round_: int = 9,
        **more: object,
    ) -> int:
        """An application batch, by a bare row: how they are made is tested elsewhere."""
        batch = ApplicationBatch(
            track=track,
            year=opens_on.year,
            round=round_,
            title=f"{opens_on.year}年度试批{round_}",
            opens_on=opens_on,
            closes_on=closes_on,
            created_at=clock.now(),
            updated_at=clock.now(),
            **more,
        )
        self.session.add(batch)
        self.session.flush()
        return batch.id

    def close_batches(self) -> None:
        """No application batch is open on any day of the suite."""
        for batch_id in self.batches.values():
            self.session.get_one(ApplicationBatch, batch_id).closes_on = date(2000, 1, 1)
        self.session.flush()

    def user(
        self, username: str, role: Role, *unit_codes: str, email: str | None = None, locale: str = "zh"
    ) -> User:
        """A person; without a password (``client_as`` logs in by session)."""
        user = User(
            username=username,
            display_name=f"测试{username}",
            role=role,
            email=email,
            locale=locale,
            session_key="key",
            created_at=clock.now(),
            units=[self.units[code] for code in unit_codes],
        )
        self.session.add(user)
        self.session.flush()
        self.users[username] = user
        return user

    def actor(self, username: str, source: str = "page") -> Actor:
        """That person as an actor."""
        return actor_of(self.users[username], source)

    @property
    def bureau(self) -> Actor:
        """Somebody of the bureau."""
        return self.actor("bureau")

    @property
    def caseworker(self) -> Actor:
        """A caseworker of 米市巷街道."""
        return self.actor("caseworker")

    def firm(
        self,
        name: str | None = None,
        street: str = MISHIXIANG,
        park: str | None = None,
        uscc: str | None = None,
    ) -> int:
        """A firm, by a bare row: how firms are registered is tested elsewhere. ``uscc`` is made where not said."""
        self.serial += 1
        code = uscc if uscc is not None else credit_code(self.serial)
        title = name or f"杭州试样{self.serial:04d}科技有限公司"
        firm = Firm(
            name=title,
            name_key=firm_names.normalise(title),
            search_text=search_text.compose(title, [], code or None),
            uscc=code or None,
            street_id=self.units[street].id,
            park_id=self.units[park].id if park else None,
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        self.session.add(firm)
        self.session.flush()
        return firm.id

    def candidacy(self, firm_id: int, track: str = "hnte", on: date | None = None) -> int:
        """A candidacy at ``discover``."""
        return stages.open_candidacy(self.session, self.bureau, firm_id, track, on)

    def at_stage(
        self, stage: str, firm_id: int | None = None, track: str = "hnte", on: date = date(2025, 3, 3)
    ) -> int:
        """A candidacy brought to a stage through every guard, all on one day."""
        candidacy_id = self.candidacy(firm_id if firm_id is not None else self.firm(), track, on)
        for step in ("serve", "recommend", "certify"):
            if stage == "discover":
                break
            if step == "recommend":
                service_records.record(self.session, self.bureau, candidacy_id, "visit", on, "")
            certificate = (
                CertificateData(f"GR{on.year}33{self.serial:06d}", on) if step == "certify" else None
            )
            stages.move(
                self.session, self.bureau, candidacy_id, MoveRequest(step, on, certificate=certificate)
            )
            if step == stage:
                break
        return candidacy_id


def credit_code(serial: int) -> str:
    """An invented credit code with right check digits."""
    body = f"FAKE{serial:04d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    inner = 11 - sum(int(c, 36) * w for c, w in zip(body, weights, strict=True)) % 11
    head = "91330105" + body + {10: "X", 11: "0"}.get(inner, str(inner))
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(head))
    return head + alphabet[(31 - total % 31) % 31]


@pytest.fixture
def world(session: Session) -> World:
    """Units, ``admin``, ``bureau``, ``leader``, ``caseworker`` (米市巷) and ``neighbour`` (湖墅); committed.

    Each track has an application batch that is open on every day.
    """
    made = World(session, {unit.code: unit for unit in session.scalars(select(OrgUnit).order_by(OrgUnit.id))})
    made.user("admin", Role.ADMIN)
    made.user("bureau", Role.BUREAU, "330105-kjj")
    made.user("leader", Role.LEADER)
    made.user("caseworker", Role.CASEWORKER, MISHIXIANG)
    made.user("neighbour", Role.CASEWORKER, HUSHU)
    made.batches = {track: made.open_batch(track) for track in packs.tracks()}
    session.commit()
    return made


class IsolatedClient(FlaskClient):
    """Each request in an application context of its own, as behind a server.

    Inside the test's context they would share its ``g``, and with it who is logged in, the language and the token.
    """

    def open(self, *args, **kwargs):
        def alone():
            _cv_app.set(None)
            return super(IsolatedClient, self).open(*args, **kwargs)

        return copy_context().run(alone)


@pytest.fixture
def client_as(app: Flask, world: World) -> "Callable[[str | None], FlaskClient]":
    """A test client logged in as that person (``None``: nobody); CSRF is checked as in production."""

    app.test_client_class = IsolatedClient

    def make(username: str | None) -> FlaskClient:
        client = app.test_client()
        if username is not None:
            with client.session_transaction() as cookie:
                cookie["_user_id"] = f"{world.users[username].id}:key"
                cookie["_fresh"] = True
        return client

    return make
