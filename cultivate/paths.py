"""Where the files lie that are not Python: beside the package in a checkout, inside it in a wheel."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
#: a wheel carries the repository's top-level folders here (see ``force-include`` in pyproject.toml)
BUNDLE = PACKAGE / "_bundle"
CHECKOUT = PACKAGE.parent


def is_bundled() -> bool:
    """Whether this is an installed wheel rather than a checkout or an editable install of one."""
    return BUNDLE.is_dir()


def templates_dir() -> Path:
    """The Jinja templates."""
    return (BUNDLE if is_bundled() else CHECKOUT) / "templates"


def migrations_dir() -> Path:
    """Alembic's environment and versions."""
    return (BUNDLE if is_bundled() else CHECKOUT) / "migrations"


def packs_dir() -> Path:
    """Plans, policies and lists that ship as data."""
    return PACKAGE / "packs"


def translations_dir() -> Path:
    """The message catalogues; the build hook and ``make`` compile them."""
    return PACKAGE / "translations"


def instance_dir() -> Path:
    """What belongs to one installation: database, attachments, the demo's key. Not created here.

    ``CULTIVATE_INSTANCE``, else ``instance`` in the checkout, else (a wheel) in the working directory.
    """
    if chosen := os.environ.get("CULTIVATE_INSTANCE"):
        return Path(chosen).resolve()
    return (Path.cwd() if is_bundled() else CHECKOUT) / "instance"
