"""The API's description lists exactly its routes, and every POST takes a key."""

import re

import pytest
from flask import Flask

from cultivate import create_app
from cultivate.api.blueprint import PREFIX
from cultivate.settings import Settings


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(Settings(database_url="sqlite://", secret_key="test"))


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def described(app: Flask) -> dict[tuple[str, str], dict]:
    paths = app.extensions["api_description"].spec.to_dict()["paths"]
    return {
        (path, method.upper()): operation
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters"
    }


def test_the_description_lists_exactly_the_routes(app: Flask) -> None:
    assert routes(app) == set(described(app))
    assert all(path.startswith(f"{PREFIX}/") for path, _ in routes(app))


def test_the_contracts_routes_are_there(app: Flask) -> None:
    promised = {
        "/firms": "GET POST",
        "/firms/{firm_id}": "GET PATCH",
        "/firms/{firm_id}/candidacies": "POST",
        "/firms/{firm_id}/transfer": "POST",
        "/candidacies/{candidacy_id}": "GET",
        "/candidacies/{candidacy_id}/moves": "GET POST",
        "/candidacies/{candidacy_id}/services": "GET POST",
        "/certificates": "GET",
        "/certificates/{certificate_id}/revoke": "POST",
        "/moves/{move_id}/reverse": "POST",
        "/imports": "POST",
        "/imports/{batch_id}": "GET",
        "/funnel": "GET",
        "/progress": "GET",
        "/openapi.json": "GET",
    }
    wanted = {(PREFIX + path, method) for path, methods in promised.items() for method in methods.split()}
    assert wanted <= routes(app)


def test_every_post_takes_a_key(app: Flask) -> None:
    without = [
        path
        for (path, method), operation in described(app).items()
        if method == "POST"
        and "Idempotency-Key" not in {parameter["name"] for parameter in operation.get("parameters", [])}
    ]
    assert without == []


def test_every_answer_has_a_shape(app: Flask) -> None:
    for (path, method), operation in described(app).items():
        answers = {code: answer for code, answer in operation["responses"].items() if code.startswith("2")}
        assert len(answers) == 1, (path, method)
        assert operation["summary"], (path, method)
