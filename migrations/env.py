"""Alembic environment: one transaction, a lock time-out, no ini file."""

from alembic import context
from sqlalchemy import text

import cultivate.models  # noqa: F401 fills the metadata
from cultivate.db.base import Base
from cultivate.db.engine import make_engine
from cultivate.settings import Settings, normalise_url

url = context.config.attributes.get("url") or normalise_url(Settings.from_environment().database_url)


def run() -> None:
    """Migrate online, or print SQL with ``--sql``."""
    if context.is_offline_mode():
        context.configure(url=url, target_metadata=Base.metadata, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = make_engine(url).execution_options(writes=True)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # two hosts installing at once: the second waits and finds the work done
            connection.execute(text("SET lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_lock(727274)"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
