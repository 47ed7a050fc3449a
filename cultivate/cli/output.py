"""What a command prints and in which language; needs neither database nor settings, and loads fast."""

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from cultivate import i18n
from cultivate.errors import CultivateError
from cultivate.paths import translations_dir

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def locale() -> str:
    """Chinese, unless the terminal is set to English (``LANG=en_…``)."""
    language = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if language.startswith("en") else "zh"


@contextmanager
def speaking(*, as_json: bool = False) -> Iterator[None]:
    """Words in the terminal's language, without the application; a refusal is printed and ends with 1."""
    from flask import Flask

    app = Flask("cultivate")
    app.config["TIMEZONE"] = "UTC"  # nothing here tells the time
    i18n.init_app(app, str(translations_dir()))
    with app.app_context(), i18n.in_language(locale()):
        try:
            yield
        except CultivateError as error:
            refuse(error, as_json=as_json)


def refuse(error: CultivateError, *, as_json: bool) -> None:
    """Print a refusal where its reader looks for it, and end with 1."""
    message = i18n.say(error)
    if as_json:
        content = {"code": error.problem, "message": message} | (
            {"field": error.field} if error.field else {}
        )
        click.echo(json.dumps({"error": content}, ensure_ascii=False))
    click.echo(message, err=True)
    sys.exit(1)


def emit(result: Any, *, as_json: bool, human: Callable[[Any], None]) -> None:
    """Print a result: one line of JSON, or for people."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        human(result)


def print_columns(rows: Iterable[Sequence[str]], indent: str = "  ") -> None:
    """Rows in columns; a Chinese character is two wide."""
    table = [list(row) for row in rows]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)] if table else []
    for row in table:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        click.echo((indent + "  ".join(cells)).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
