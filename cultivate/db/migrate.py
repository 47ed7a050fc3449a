"""Schema by migrations, from Python: commands, tests and start-up checks use these three."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL

from cultivate.db.engine import make_engine
from cultivate.paths import migrations_dir
from cultivate.settings import normalise_url


def config(url: URL) -> Config:
    """Alembic's configuration for one database; there is no ``alembic.ini``."""
    made = Config()
    made.set_main_option("script_location", str(migrations_dir()))
    made.attributes["url"] = url
    return made


def upgrade(url: str | URL) -> None:
    """Bring a database to the newest schema; safe to repeat."""
    command.upgrade(config(normalise_url(url) if isinstance(url, str) else url), "head")


def head() -> str | None:
    """The newest revision that ships."""
    return ScriptDirectory(str(migrations_dir())).get_current_head()


def current(url: URL) -> str | None:
    """The revision a database stands at; ``None`` for an empty one."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
