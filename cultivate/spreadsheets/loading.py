"""From an uploaded file to the rows of its list."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cultivate.errors import N_, FileUnreadable, NoKnownColumn
from cultivate.spreadsheets import delimited, workbook
from cultivate.spreadsheets.header import Column, Header, find_header
from cultivate.spreadsheets.limits import MAX_BYTES, check_size
from cultivate.spreadsheets.rows import RawRow, data_rows, resolve_codes
from cultivate.spreadsheets.sniff import Format, sniff
from cultivate.spreadsheets.table import Table

Kind = Literal["firms", "certificates"]

_OF_CERTIFICATES = frozenset({"name", "former_name", "uscc", "certificate_number", "issued_on", "region"})


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


@dataclass(frozen=True)
class Sheet:
    """The list in a file; ``header_row`` as the person sees it, ``name`` empty without sheets."""

    name: str
    header_row: int
    columns: tuple[Column, ...]
    rows: list[RawRow]

    def title_of(self, key: str) -> str | None:
        """The title in the file of the column with a key such as ``uscc`` or ``sales_2024``."""
        return next((column.title for column in self.columns if column.key == key), None)


def read_tables(source: Path | bytes, filename: str) -> list[Table]:
    """Every table of the file, or ``FileUnreadable`` with the reason."""
    content = source if isinstance(source, bytes) else _read_file(source)
    check_size(content)
    tables = [table for table in _READERS[sniff(content, filename)](content) if table.lines]
    if not tables:
        raise FileUnreadable(N_("There is no table in the file."), field="file")
    return tables


def load(source: Path | bytes, filename: str, kind: Kind) -> Sheet:
    """The list in the file: the visible sheet with the most rows of firms, its columns understood.

    Raises ``FileUnreadable`` or ``NoKnownColumn``.
    """
    tables = read_tables(source, filename)
    visible = [table for table in tables if not table.hidden] or tables
    sheets = [_sheet(table, header) for table in visible if (header := find_header(table))]
    if not sheets:
        raise NoKnownColumn(N_("No column of the file is known. Put the titles of the columns in one row."))
    identified = [sheet for sheet in sheets if {"name", "uscc"} & {column.field for column in sheet.columns}]
    if not identified:
        raise NoKnownColumn(N_("The file has no column with names or credit codes of firms."))
    return max(identified, key=lambda sheet: (bool(sheet.rows), _known(sheet, kind), len(sheet.rows)))


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(N_("The file cannot be opened."), field="file") from error


def _sheet(table: Table, header: Header) -> Sheet:
    header = resolve_codes(header, table)
    rows = list(data_rows(header, table))
    return Sheet(table.name, header.number, header.columns, rows)


def _known(sheet: Sheet, kind: Kind) -> int:
    """How many columns are known that matter for this kind of list."""
    known = {column.key for column in sheet.columns if column.key}
    return len(known & _OF_CERTIFICATES if kind == "certificates" else known - {"certificate_number"})
