"""Telling the rows of a list from what else stands in its table: headings, notes, totals, empty lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from cultivate.domain import credit_code
from cultivate.domain.values import Cell, compact, text_of
from cultivate.spreadsheets import titles
from cultivate.spreadsheets.header import Column, Header
from cultivate.spreadsheets.table import Line, Table

_TOTAL = re.compile(r"(?:本页)?(?:合计|总计|小计|共计|累计)(?:$|[:(\d共])|(?:sub)?total:?$")
_NUMBER = re.compile(r"[\d.,]+")
_REGION = re.compile(
    r"(?:[(]?[一二三四五六七八九十\d]+[)]?[、.])?"
    r"(.{1,20}?(?:省|市|区|县|街道|镇|乡|园|城|基地|新区|开发区|管委会))"
    r"(?:[:(].*|\d+家.*)?"
)
_FIRM_ENDING = re.compile(r"(?:公司|合伙\)|厂|研究院|中心|事务所)(?:\(.*\))?$")
_CODE_LENGTH = 18
_SAMPLE = 200
_SHORTEST_NUMBERING = 3
# Columns that a pre-printed or merged form fills without there being a firm.
_EMPTY_WITH = frozenset({"seq", "region", "street"})


@dataclass(frozen=True)
class RawRow:
    """One row of the list: ``cells`` by column key, blank ones included, and the ``raw`` line."""

    number: int
    cells: dict[str, Cell]
    region: str | None
    raw: list[Cell] = field(default_factory=list)


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


def data_rows(header: Header, table: Table) -> Iterator[RawRow]:
    """The rows below the header. Region headings carry down to the rows below them."""
    known = [column for column in header.columns if column.key]
    second_half = _second_half(header)
    header_lines = [line.cells for line in table.lines[header.first : header.last + 1]]
    region = _region_above(header, table, known)
    for line in table.lines[header.last + 1 :]:
        if any(_is_same_line(line.cells, header_line) for header_line in header_lines) or _is_column_numbers(
            line
        ):
            continue
        heading = _heading(line, known)
        if heading is not None:
            region = _region(heading) or region
            continue
        cells = {column.key: _cell(line, column, second_half) for column in known if column.key}
        if _is_empty(cells) or _is_total(line, cells):
            continue
        region = text_of(cells["region"]) or region if "region" in cells else region
        yield RawRow(line.number, cells, region, list(line.cells))


def _region_above(header: Header, table: Table, known: list[Column]) -> str | None:
    """The region that a heading right above the header names."""
    if not header.first:
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
    filled = [(index, cell) for index, cell in enumerate(line.cells) if not _says_nothing(cell)]
    if len({cell for _, cell in filled}) != 1:
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
    return text.startswith(("注:", "备注:", "说明:", "填表", "填报", "制表", "审核", "联系人:"))


def _region(text: str) -> str | None:
    """「杭州市（20家）」 → 杭州市; a note is no region."""
    match = None if _is_note(text) or _FIRM_ENDING.search(text) else _REGION.fullmatch(text)
    return match[1] if match else None


def _is_empty(cells: dict[str, Cell]) -> bool:
    """Whether nothing but a pre-printed number or a merged unit stands in the known columns."""
    return all(key in _EMPTY_WITH or not compact(cell) for key, cell in cells.items())


def _is_total(line: Line, cells: dict[str, Cell]) -> bool:
    first = next((compact(cell) for cell in line.cells if compact(cell)), "")
    candidates = (first, compact(cells.get("name", "")))
    return not compact(cells.get("uscc", "")) and any(_TOTAL.match(text) for text in candidates)


def _is_column_numbers(line: Line) -> bool:
    """A line that only numbers the columns, 1 2 3 … or 甲 乙 丙 …, as statistical forms have."""
    filled = [cell for cell in line.cells if not _says_nothing(cell)]
    if len(filled) < _SHORTEST_NUMBERING or compact(filled[1]) != "2":
        return False
    return [compact(cell) for cell in filled] == [str(number) for number in range(1, len(filled) + 1)]


def _is_same_line(cells: list[Cell], header: list[Cell]) -> bool:
    """Whether a line repeats a header line, as each page of a document does."""
    pairs = zip_longest(cells, header, fillvalue="")
    return all(cell == title or titles.fold(cell) == titles.fold(title) for cell, title in pairs)
