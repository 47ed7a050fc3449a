"""Telling the rows of a list from what else stands in its table: headings, notes, totals, empty lines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from typing import Any

from cultivate.domain import credit_code
from cultivate.domain.values import Cell, compact, text_of
from cultivate.errors import N_
from cultivate.spreadsheets import titles
from cultivate.spreadsheets.header import Column, Header, columns_of
from cultivate.spreadsheets.table import Line, Table

_TOTAL = re.compile(r"(?:本页)?(?:合计|总计|小计|共计|累计)(?:$|[:(\d共])|(?:sub)?total:?$")
_NUMBER = re.compile(r"[\d.,]+")
_REGION = re.compile(
    r"(?:[(]?[一二三四五六七八九十\d]+[)]?[、.])?"
    r"(.{1,20}?(?:省|市|区|县|街道|镇|乡|园|城|基地|新区|开发区|管委会))"
    r"(?:[:(].*|\d+家.*)?"
)
_PART = re.compile(r"[(]?第[一二三四五六七八九十\d]{1,3}(?:批|部分|组|类|页|张)[)]?[:]?")
_FIRM_ENDING = re.compile(r"(?:公司|合伙\)|厂|研究院|中心|事务所)(?:\(.*\))?$")
_CODE_LENGTH = 18
_SAMPLE = 200
_LONGEST_TITLE = 40
_FEWEST_TITLES = 3
_SHORTEST_NUMBERING = 3
# Columns that a pre-printed or merged form fills without there being a firm.
_EMPTY_WITH = frozenset({"seq", "region", "street"})


SECOND_TABLE = N_("In row %(row)s a second table begins; it was read by its own titles.")
OTHER_TABLE = N_("In row %(row)s another table begins that names no firms; it was left out.")


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know of how the file was read: English msgid with parameters."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of the list: ``cells`` by column key, blank ones included."""

    number: int
    cells: dict[str, Cell]
    region: str | None


def resolve_codes(header: Header, table: Table) -> Header:
    """Decide by its contents whether a column 编号 or 代码 holds credit codes or certificates."""
    index = header.index_of("code_or_number")
    if index is None:
        return header
    lines = table.lines[header.last + 1 : header.last + 1 + _SAMPLE]
    texts = [credit_code.normalise(text_of(line.cells[index])) for line in lines if index < len(line.cells)]
    filled = [text for text in texts if text]
    codes = sum(1 for text in filled if len(text) == _CODE_LENGTH and not text.startswith("G"))
    meant = "uscc" if codes * 2 > len(filled) else "certificate_number"
    taken = meant in header.fields
    columns = tuple(
        replace(column, field=None if taken else meant) if column.index == index else column
        for column in header.columns
    )
    return replace(header, columns=columns)


def data_rows(
    header: Header, table: Table, kind: str = "firms", notes: list[Note] | None = None
) -> Iterator[RawRow]:
    """The rows below the header. Region headings carry down to the rows below them.

    A second table below the first is read by its own titles if it speaks of firms, else left out; the list
    ``notes`` gets what a person should know of that.
    """
    known = [column for column in header.columns if column.key]
    keyed = [(column.key, column) for column in known if column.key]
    second_half = _second_half(header)
    header_lines = [line.cells for line in table.lines[max(header.first, 0) : header.last + 1]]
    region = _region_above(header, table, known)
    for position, line in enumerate(table.lines[header.last + 1 :], start=header.last + 1):
        if any(_is_same_line(line.cells, header_line) for header_line in header_lines) or _is_column_numbers(
            line
        ):
            continue
        other = _other_header(line, position, known, kind)
        if other is not None:
            other = resolve_codes(other, table)
            if notes is not None:
                notes.append(Note(SECOND_TABLE if other.identifies else OTHER_TABLE, {"row": line.number}))
            if not other.identifies:
                return
            known = [column for column in other.columns if column.key]
            keyed = [(column.key, column) for column in known if column.key]
            second_half, header_lines = _second_half(other), [line.cells]
            continue
        heading = _heading(line, known)
        if heading is not None:
            region = _region(heading) or region
            continue
        cells = {key: _cell(line, column, second_half) for key, column in keyed}
        if _is_empty(cells) or _is_total(line, cells):
            continue
        region = text_of(cells["region"]) or region if "region" in cells else region
        yield RawRow(line.number, cells, region)


def _other_header(line: Line, position: int, known: list[Column], kind: str) -> Header | None:
    """The header of another table, where a title stands in place of a firm and the whole line is titles."""
    leading = next((column for column in known if column.field in {"name", "uscc"}), None)
    if leading is None or leading.index >= len(line.cells):
        return None
    # first what tells nearly every line of data from titles: a name or a code is none
    first = line.cells[leading.index]
    if not _says_nothing(first) and titles.understand(titles.fold(first), kind) is None:
        return None
    texts = [titles.fold(cell) for cell in line.cells if not _says_nothing(cell)]
    if not texts or len(texts[0]) > _LONGEST_TITLE or any(_NUMBER.fullmatch(text) for text in texts[1:]):
        return None
    columns = columns_of(line, kind)
    meant = sum(1 for column in columns if column.field)
    if meant < _FEWEST_TITLES or meant * 2 <= len(texts):
        return None
    return Header(position, position, line.number, columns)


def _region_above(header: Header, table: Table, known: list[Column]) -> str | None:
    """The region that a heading right above the header names."""
    if header.first <= 0:
        return None
    heading = _heading(table.lines[header.first - 1], known)
    return _region(heading) if heading else None


def _cell(line: Line, column: Column, second_half: int | None) -> Cell:
    cell = line.cells[column.index] if column.index < len(line.cells) else ""
    if column.field == "uscc" and second_half is not None and second_half < len(line.cells):
        return _joined(cell, line.cells[second_half])
    return _in_unit(cell, column.unit)


def _second_half(header: Header) -> int | None:
    """The untitled column behind that of the codes, into which a PDF may split them."""
    index = header.index_of("uscc")
    if index is None or index + 1 >= len(header.columns):
        return None
    title, behind = header.columns[index].title, header.columns[index + 1]
    return index + 1 if behind.field is None and behind.title in {"", title} else None


def _joined(cell: Cell, behind: Cell) -> Cell:
    whole = f"{text_of(cell)}{text_of(behind)}"
    is_split = len(credit_code.normalise(text_of(cell))) < _CODE_LENGTH == len(credit_code.normalise(whole))
    return whole if is_split else cell


def _in_unit(cell: Cell, unit: str | None) -> Cell:
    """A bare number with the unit that its column is in; 万元 is what a bare number means anyway."""
    if (
        unit in {None, "万元"}
        or not isinstance(cell, str)
        or _NUMBER.fullmatch(compact(cell).lstrip("-")) is None
    ):
        return cell
    return f"{cell}{unit}"


def _heading(line: Line, known: list[Column]) -> str | None:
    """The text of a line that says one thing only, be it merged across or alone; not of a lone firm."""
    filled: list[tuple[int, Cell]] = []
    for index, cell in enumerate(line.cells):
        if _says_nothing(cell):
            continue
        if filled and cell != filled[0][1]:
            return None
        filled.append((index, cell))
    if not filled:
        return None
    index, text = filled[0][0], compact(filled[0][1])
    if _NUMBER.fullmatch(text):
        return None
    if len(filled) > 1:
        return text
    names = {column.index for column in known if column.field in {"name", "uscc"}}
    is_data = (
        index in names and not _is_note(text) and (_FIRM_ENDING.search(text) or not _REGION.fullmatch(text))
    )
    return None if is_data else text


def _says_nothing(cell: Cell) -> bool:
    """Whether a cell is empty or holds blanks only."""
    return isinstance(cell, str) and (not cell or cell.isspace())


def _is_note(text: str) -> bool:
    begins = ("注:", "备注:", "说明:", "填表", "填报", "制表", "审核", "联系人:")
    return text.startswith(begins) or _PART.fullmatch(text) is not None


def _region(text: str) -> str | None:
    """「杭州市（20家）」 → 杭州市; a note is no region."""
    match = None if _is_note(text) or _FIRM_ENDING.search(text) else _REGION.fullmatch(text)
    return match[1] if match else None


def _is_empty(cells: dict[str, Cell]) -> bool:
    """Whether nothing but a pre-printed number or a merged unit stands in the known columns."""
    return all(key in _EMPTY_WITH or not compact(cell) for key, cell in cells.items())


def _is_total(line: Line, cells: dict[str, Cell]) -> bool:
    if compact(cells.get("uscc", "")):
        return False
    first = next((compact(cell) for cell in line.cells if compact(cell)), "")
    candidates = (first, compact(cells.get("name", "")))
    return any(_TOTAL.match(text) for text in candidates)


def _is_column_numbers(line: Line) -> bool:
    """A line that only numbers the columns, 1 2 3 … or 甲 乙 丙 …, as statistical forms have."""
    second = next(islice((cell for cell in line.cells if not _says_nothing(cell)), 1, None), "")
    if compact(second) != "2":
        return False
    filled = [cell for cell in line.cells if not _says_nothing(cell)]
    if len(filled) < _SHORTEST_NUMBERING:
        return False
    return [compact(cell) for cell in filled] == [str(number) for number in range(1, len(filled) + 1)]


def _is_same_line(cells: list[Cell], header: list[Cell]) -> bool:
    """Whether a line repeats a header line, as each page of a document does."""
    pairs = zip_longest(cells, header, fillvalue="")
    return all(cell == title or titles.fold(cell) == titles.fold(title) for cell, title in pairs)
