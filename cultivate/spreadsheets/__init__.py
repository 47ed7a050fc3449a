"""Reading the lists that people send, and writing those that they get."""

from cultivate.spreadsheets.header import Column, Header, find_header
from cultivate.spreadsheets.loading import load, read_tables
from cultivate.spreadsheets.reading import Reading, Sheet, interpret
from cultivate.spreadsheets.rows import RawRow
from cultivate.spreadsheets.table import Line, Table
from cultivate.spreadsheets.write import SheetSpec, write_csv, write_xlsx

__all__ = [
    "Column",
    "Header",
    "Line",
    "RawRow",
    "Reading",
    "Sheet",
    "SheetSpec",
    "Table",
    "find_header",
    "interpret",
    "load",
    "read_tables",
    "write_csv",
    "write_xlsx",
]
