"""Every message is translated, and the catalogue holds no more than the code says."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "cultivate/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "_l": None,
    "lazy_gettext": None,
    "N_": None,
    "_n": (1, 2),
    "ngettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def said() -> set:
    """Message ids in code and templates."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


def messages(catalogue: Catalog) -> list:
    return [message for message in catalogue if message.id]


def test_every_message_is_translated(catalogue, said):
    known = {message.id for message in messages(catalogue)}
    assert said - known == set(), "run `make messages` and translate"


def test_the_catalogue_holds_nothing_else(catalogue, said):
    assert {message.id for message in messages(catalogue)} - said == set(), "run `make messages`"


def test_no_translation_is_empty_or_fuzzy(catalogue):
    def strings(message):
        return message.string if isinstance(message.string, tuple) else (message.string,)

    assert [message.id for message in messages(catalogue) if message.fuzzy or not all(strings(message))] == []


def test_translations_keep_the_placeholders(catalogue):
    def placeholders(text):
        return set(PLACEHOLDER.findall(text))

    wrong = []
    for message in messages(catalogue):
        # the plural is the fuller form: an English singular may leave the number out; Chinese has one form
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        target = message.string[0] if isinstance(message.string, tuple) else message.string
        if placeholders(source) != placeholders(target):
            wrong.append(message.id)
    assert wrong == []


def test_chinese_does_not_shout(catalogue):
    def text(message):
        return "".join(message.string)

    assert [message.id for message in messages(catalogue) if re.search("[!！]", text(message))] == []


def test_the_compiled_catalogue_is_up_to_date():
    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.stat().st_mtime >= CATALOGUE.stat().st_mtime, "run `make setup`"
