"""Reading the lists that people send, and writing those that they get."""

from cultivate.spreadsheets.header import Column, Header, find_header
from cultivate.spreadsheets.loading import Kind, Sheet, load, read_tables
from cultivate.spreadsheets.rows import RawRow
from cultivate.spreadsheets.table import Line, Table
from cultivate.spreadsheets.write import SheetSpec, write_csv, write_xlsx

__all__ = [
    "Column",
    "Header",
    "Kind",
    "Line",
    "RawRow",
    "Sheet",
    "SheetSpec",
    "Table",
    "find_header",
    "load",
    "read_tables",
    "write_csv",
    "write_xlsx",
]
