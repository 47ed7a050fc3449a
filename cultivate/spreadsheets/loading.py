"""From an uploaded file to the rows of its list."""

from collections.abc import Callable
from pathlib import Path

from cultivate.errors import N_, FileUnreadable
from cultivate.spreadsheets import delimited, workbook
from cultivate.spreadsheets.limits import MAX_BYTES, check_size
from cultivate.spreadsheets.reading import Reading, Sheet, interpret
from cultivate.spreadsheets.sniff import Format, sniff
from cultivate.spreadsheets.table import Table


def _read_word(content: bytes) -> list[Table]:
    """By a library that only those wait for who need it."""
    from cultivate.spreadsheets import word

    return word.read(content)


def _read_pdf(content: bytes) -> list[Table]:
    """The same."""
    from cultivate.spreadsheets import pdf

    return pdf.read(content)


_READERS: dict[Format, Callable[[bytes], list[Table]]] = {
    "xlsx": lambda content: workbook.read(content, is_xlsx=True),
    "xls": lambda content: workbook.read(content, is_xlsx=False),
    "ods": lambda content: workbook.read(content, is_xlsx=False),
    "docx": _read_word,
    "pdf": _read_pdf,
    "text": delimited.read,
}


def read_tables(source: Path | bytes, filename: str) -> list[Table]:
    """Every table of the file, or ``FileUnreadable`` with the reason."""
    content = source if isinstance(source, bytes) else _read_file(source)
    check_size(content)
    tables = [table for table in _READERS[sniff(content, filename)](content) if table.lines]
    if not tables:
        raise FileUnreadable(N_("There is no table in the file."), field="file")
    return tables


def load(source: Path | bytes, filename: str, kind: str, reading: Reading | None = None) -> Sheet:
    """The list in the file, its columns understood. Raises ``FileUnreadable`` or ``NoKnownColumn``."""
    return interpret(read_tables(source, filename), kind, reading)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(N_("The file cannot be opened."), field="file") from error
