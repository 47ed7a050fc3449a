"""Tables as they were found in a file, before anything in them is understood."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cultivate.domain.values import Cell


@dataclass(slots=True)
class Line:
    """One line of a table; ``number`` is what the person sees beside it (in Word and PDF: counted from 1)."""

    number: int
    cells: list[Cell]


@dataclass
class Table:
    """A sheet, or a table of a document. Blank lines may be left out; numbers tell."""

    name: str
    lines: list[Line] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    """Numbers of rows that the person does not see; a filter hides rows, it does not strike them."""
    hidden_columns: frozenset[int] = frozenset()
    """Counted from 0."""

    @property
    def rows(self) -> list[Sequence[Cell]]:
        """The cells alone."""
        return [line.cells for line in self.lines]
