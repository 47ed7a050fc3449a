"""Whatever page or answer: nothing in it of another street's firms, and no contact for whom it is not meant."""

import io
import zipfile
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from cultivate.models import Firm
from tests.conventions import test_routes
from tests.fixtures import HUSHU, World

Clients = Callable[[str | None], FlaskClient]
samples = test_routes.samples
CONTACT, PHONE, STREET, NOTE = "诸葛泄露", "0571-99887766", "泄露路 1 号", "只给自己人的话"


@pytest.fixture
def secrets(world: World, samples: dict[str, object]) -> dict[str, set[str]]:
    """What of 湖墅's firms must not be read elsewhere; every one of them has a contact."""
    firms = list(world.session.scalars(select(Firm)))
    assert {firm.street_id for firm in firms} == {world.units[HUSHU].id}
    for firm in firms:
        firm.contact_name, firm.contact_phone, firm.address, firm.note = CONTACT, PHONE, STREET, NOTE
    names = {firm.name for firm in firms} | {firm.uscc for firm in firms if firm.uscc}
    world.session.commit()
    return {"scope": {*names, CONTACT, PHONE, STREET, NOTE}, "contacts": {CONTACT, PHONE}}


def pages(app: Flask, samples: dict[str, object], secrets: set[str]) -> list[str]:
    """Every address that is read, bare and with questions that would find what is hidden."""
    searches = [f"q={quote(word)}" for word in sorted(secrets)]
    found = []
    for rule in test_routes.ALL_RULES:
        if "GET" in (rule.methods or set()):
            address = test_routes.address(app, rule, samples)
            found.append(address)
            if not rule.arguments:
                found += [f"{address}?{search}" for search in searches[:2]]
    return [
        *found,
        *(f"/search?{search}" for search in searches),
        *(f"/firms?{search}" for search in searches),
    ]


def text_of(body: bytes) -> str:
    """What can be read in it; a workbook is unpacked."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as folder:
            body = b"".join(folder.read(name) for name in folder.namelist())
    return body.decode(errors="replace")


def leaks(client: FlaskClient, addresses: list[str], words: set[str]) -> list[str]:
    """Addresses whose answer holds a word that the question did not."""
    found = []
    for address in addresses:
        body = text_of(client.get(address).get_data())
        found += [f"{address}: {word}" for word in words if word in body and quote(word) not in address]
    return found


def test_nothing_of_another_street(
    app: Flask, client_as: Clients, samples: dict[str, object], secrets: dict[str, set[str]]
) -> None:
    addresses = pages(app, samples, secrets["scope"])
    assert len(addresses) > 150
    assert leaks(client_as("caseworker"), addresses, secrets["scope"]) == []
    assert leaks(client_as("neighbour"), ["/firms"], secrets["scope"]) != []  # their own street sees them


@pytest.mark.parametrize("username", ["leader", "admin"])
def test_contacts_are_masked(
    app: Flask, client_as: Clients, samples: dict[str, object], secrets: dict[str, set[str]], username: str
) -> None:
    addresses = pages(app, samples, secrets["contacts"])
    assert leaks(client_as(username), addresses, secrets["contacts"]) == []
    firm = f"/firms/{samples['firm_id']}"
    assert leaks(client_as("bureau"), [firm], secrets["contacts"]) != []  # for whom it is meant


def test_every_argument_is_said_to_be_hidden_or_open() -> None:
    """A new argument is looked at: does it name a record of one street?"""
    taken = {name for rule in test_routes.ALL_RULES for name in rule.arguments}
    assert taken - test_routes.SCOPED == {
        *("kind", "key", "part_id", "row_id", "row_number", "section", "to", "track", "year"),  # with another
        *(
            "rule",
            "name",
            "period",
            "pack",
            "version_id",
            "batch_act",
            "application_batch_id",
        ),  # of the district
        *("token_id", "user_id", "unit_id", "tag_id"),  # of accounts, units and words
    }
