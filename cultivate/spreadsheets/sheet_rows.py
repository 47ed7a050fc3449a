"""The rows of a large sheet, written to its file as they come.

``xlsxwriter`` keeps each cell as an object and asks some ten functions before it stands in the file: at 100,000 firms
of 30 columns that is most of an export. Here a row becomes text at once; all but the rows is still its work.
"""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_LONGEST_CELL = 32_767
"""In units of UTF-16, as Excel counts."""
# what must not stand in a text as it is: marks of XML, what XML cannot hold, and what reads as its replacement
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\\s|\\s$")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_LOOKS_REPLACED = re.compile("(?=_x[0-9a-fA-F]{4}_)_")


class RowsSheet(Worksheet):  # type: ignore[misc]  # its own code says nothing of types
    """A worksheet in constant memory that takes whole rows, in order and from the first on."""

    def formats_of_columns(self, columns: Sequence[Format]) -> None:
        """Say in which format each column is written."""
        # the format is asked for its number once, not for every cell
        self._heads = [
            (xl_col_to_name(index), style._get_xf_index())  # noqa: SLF001 there is no public name for it
            for index, style in enumerate(columns)
        ]

    def put(self, row: int, values: Sequence[str | float | None], style: Format | None = None) -> None:
        """Write a row, counted from 0; ``None`` and an empty text are no cells. ``style`` goes before the columns'."""
        own = style._get_xf_index() if style else None  # noqa: SLF001 the same
        number = row + 1
        cells = [
            f'<c r="{name}{number}" s="{own or usual}" t="inlineStr"><is>{_text(value)}</is></c>'
            if isinstance(value, str)
            else f'<c r="{name}{number}" s="{own or usual}"><v>{value:.16G}</v></c>'
            for (name, usual), value in zip(self._heads, values, strict=True)
            if value is not None and value != ""
        ]
        self.fh.write(f'<row r="{number}">{"".join(cells)}</row>')
        self.dim_rowmin, self.dim_colmin = 0, 0
        self.dim_rowmax, self.dim_colmax = row, max(len(self._heads) - 1, 0)


def _text(value: str) -> str:
    """The element of a text, as Excel escapes it."""
    if len(value) * 2 > _LONGEST_CELL:
        value = value.encode("utf-16-le")[: _LONGEST_CELL * 2].decode("utf-16-le", "ignore")
    if not _SPECIAL.search(value):
        return f"<t>{value}</t>"
    value = _LOOKS_REPLACED.sub("_x005F_", value)
    value = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    return f'<t xml:space="preserve">{escape(value)}</t>'
