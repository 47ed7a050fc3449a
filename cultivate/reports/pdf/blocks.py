"""What stands on a page, as plain values: who makes a document needs to know no PDF library.

Texts are shown as they are; a line break in them is kept, a character without a glyph becomes ``□``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

Align: TypeAlias = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a part, with a quiet word beside it."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and values in ``columns`` columns, filled row by row."""

    rows: Sequence[tuple[str, str]]
    columns: int = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: ``share`` of the width, next to the other columns' shares."""

    title: str
    share: float = 1
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that is repeated on every page; ``empty`` stands where there are none.

    ``total``: a last row in bold, such as a sum.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    empty: str = ""
    total: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Ruled:
    """Empty lines to write on by hand."""

    lines: int


@dataclass(frozen=True, slots=True)
class Seal:
    """Lines to sign, and room for the unit's seal and the day; never torn apart by the end of a page.

    ``signers`` are words such as 填表人; ``unit`` is the name above which the seal goes.
    """

    unit: str
    signers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Two stacks of blocks next to each other; ``share`` is the left one's part of the width."""

    left: Sequence["Block"]
    right: Sequence["Block"]
    share: float = 0.5


Block: TypeAlias = Heading | Text | Pairs | Table | Ruled | Seal | Beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document: its head, and what follows.

    ``one_page`` makes it fit: what would run over is set smaller. Whoever makes it has to keep it short, so that
    this stays a last resort.
    """

    title: str
    unit: str
    day: date
    blocks: Sequence[Block]
    subtitle: str = ""
    landscape: bool = False
    centred: bool = False
    """Title in the middle, as on the forms that go to another office."""
    one_page: bool = False
    notes: Sequence[str] = field(default=())
    """Lines at the foot of every page, such as who printed it."""
