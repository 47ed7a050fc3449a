"""The broom between tests: it must reach the ledger, which nobody else may touch, and reset the ids."""

import pytest
from sqlalchemy import create_engine, text

from cultivate.db import migrate
from cultivate.settings import normalise_url

ADD_UNIT = text(
    "INSERT INTO org_unit (code, name_zh, name_en, kind, position) VALUES ('x', 'x', 'x', 'street', 0)"
)


@pytest.mark.parametrize("_again", [1, 2])
def test_each_test_starts_empty_with_the_same_ids(clean_database, _again):
    engine = create_engine(normalise_url(clean_database))
    with engine.begin() as connection:
        connection.execute(ADD_UNIT)
        assert connection.execute(text("SELECT id FROM org_unit")).scalars().all() == [1]
    engine.dispose()


def test_cleaning_keeps_the_schema(clean_database):
    assert migrate.current(normalise_url(clean_database)) == migrate.head()
