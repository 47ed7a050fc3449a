"""A program that talks to the API: a token of a person, JSON both ways."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cultivate import clock
from cultivate.models import ApiToken
from cultivate.services.accounts import token_digest
from tests.fixtures import World

PREFIX = "/api/v1"


@dataclass
class Program:
    """Requests as a person, with their token."""

    client: FlaskClient
    token: str | None

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        """Send a request; headers in Python's spelling (``idempotency_key``)."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        return self.client.open(PREFIX + path, method=method, json=json, headers=sent)

    def get(self, path: str, status: int = 200) -> Any:
        """The answer to a GET that must succeed (or fail as said)."""
        answer = self("GET", path)
        assert answer.status_code == status, answer.text
        return answer.json

    def post(self, path: str, json: Any = None, status: int = 201, **headers: str) -> Any:
        """The answer to a POST."""
        answer = self("POST", path, json if json is not None else {}, **headers)
        assert answer.status_code == status, answer.text
        return answer.json


Programs = Callable[[str | None], Program]


@pytest.fixture
def program_as(app: Flask, world: World) -> Programs:
    """A program with that person's token (``None``: without one)."""

    def make(username: str | None) -> Program:
        if username is None:
            return Program(app.test_client(), None)
        token = f"token-of-{username}"
        user_id = world.users[username].id
        world.session.add(
            ApiToken(user_id=user_id, name="test", digest=token_digest(token), created_at=clock.now())
        )
        world.session.commit()
        return Program(app.test_client(), token)

    return make


@pytest.fixture
def bureau(program_as: Programs) -> Program:
    return program_as("bureau")


@pytest.fixture
def caseworker(program_as: Programs) -> Program:
    """Of 米市巷街道."""
    return program_as("caseworker")


@pytest.fixture
def leader(program_as: Programs) -> Program:
    return program_as("leader")
