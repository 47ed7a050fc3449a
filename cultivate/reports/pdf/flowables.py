"""The blocks as what the PDF library lays out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer
from reportlab.platypus import Table as Grid

from cultivate.i18n import _
from cultivate.reports.pdf import style
from cultivate.reports.pdf.blocks import Align, Beside, Block, Heading, Pairs, Paper, Ruled, Seal, Table, Text
from cultivate.reports.pdf.style import paragraph

GUTTER = 6 * mm
RULE_HEIGHT = 8 * mm
SEAL_HEIGHT = 26 * mm
#: where the texts of cells meet the lines between them
PADDING = 3


@dataclass(frozen=True, slots=True)
class Space:
    """The width there is, and by how much type is set smaller so that a page holds it."""

    width: float
    scale: float = 1

    def size(self, points: float) -> float:
        """A size of type, or a gap that goes with it."""
        return points * self.scale


@singledispatch
def flowables(block: Block, space: Space) -> list[Flowable]:
    """What a block becomes."""
    raise TypeError(f"no block of a document: {block!r} in {space!r}")


def stack(blocks: Sequence[Block], space: Space) -> list[Flowable]:
    """Blocks, one under the other."""
    return [each for block in blocks for each in flowables(block, space)]


def head(paper: Paper, space: Space) -> list[Flowable]:
    """Title, unit and day, one under the other."""
    facts = [paper.unit, _("As of %(day)s", day=paper.day.isoformat()), paper.subtitle]
    below = "　".join(fact for fact in facts if fact)
    align: Align = "center" if paper.centred else "left"
    return [
        paragraph(paper.title, space.size(16), bold=True, align=align, after=space.size(1)),
        paragraph(below, space.size(9), quiet=True, align=align, after=space.size(4)),
    ]


@flowables.register
def _heading(block: Heading, space: Space) -> list[Flowable]:
    size = space.size(10.5)
    name = style.width(block.text, size, bold=True) + 2 * mm
    cells = [
        paragraph(block.text, size, bold=True),
        paragraph(block.note, space.size(8), quiet=True) if block.note else "",
    ]
    grid = _grid([cells], [name, max(space.width - name, 1)], [("VALIGN", (0, 0), (-1, -1), "BOTTOM")])
    grid.spaceBefore, grid.spaceAfter = space.size(6), space.size(2)
    # a name does not stand alone at the foot of a page
    grid.keepWithNext = 1
    return [grid]


@flowables.register
def _text(block: Text, space: Space) -> list[Flowable]:
    return [paragraph(block.text, space.size(9), quiet=block.quiet, after=space.size(2))]


@flowables.register
def _pairs(block: Pairs, space: Space) -> list[Flowable]:
    """Names as wide as the widest of them, up to two fifths of the column."""
    if not block.rows:
        return []
    size = space.size(8.5)
    column = space.width / block.columns
    widest = max(style.width(name, size) for name, _value in block.rows) + 3 * mm
    name_width = min(widest, column * 0.4)
    cells: list[list[Any]] = []
    for start in range(0, len(block.rows), block.columns):
        chunk = list(block.rows[start : start + block.columns])
        chunk += [("", "")] * (block.columns - len(chunk))
        cells.append(
            [
                each
                for name, value in chunk
                for each in (paragraph(name, size, quiet=True), paragraph(value, size))
            ]
        )
    return [_grid(cells, [name_width, column - name_width] * block.columns, [])]


@flowables.register
def _table(block: Table, space: Space) -> list[Flowable]:
    if not block.rows:
        return [paragraph(block.empty, space.size(8.5), quiet=True)] if block.empty else []
    size = space.size(8.5)
    shares = sum(column.share for column in block.columns)
    aligned = [column.align for column in block.columns]
    rows = [
        [paragraph(column.title, size, bold=True, align=column.align) for column in block.columns],
        *(_cells(row, aligned, size) for row in block.rows),
    ]
    if block.total is not None:
        rows.append(_cells(block.total, aligned, size, bold=True))
    lines = [
        ("GRID", (0, 0), (-1, -1), 0.5, style.LINE),
        ("BACKGROUND", (0, 0), (-1, 0), style.GROUND),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
    ]
    widths = [space.width * column.share / shares for column in block.columns]
    return [_grid(rows, widths, lines, repeatRows=1)]


def _cells(row: Sequence[str], aligned: Sequence[Any], size: float, *, bold: bool = False) -> list[Any]:
    return [paragraph(text, size, bold=bold, align=align) for text, align in zip(row, aligned, strict=True)]


@flowables.register
def _ruled(block: Ruled, space: Space) -> list[Flowable]:
    rows = [[""] for _line in range(block.lines)]
    lines = [("LINEBELOW", (0, 0), (-1, -1), 0.5, style.LINE)]
    return [Grid(rows, colWidths=[space.width], rowHeights=[RULE_HEIGHT] * block.lines, style=lines)]


@flowables.register
def _seal(block: Seal, space: Space) -> list[Flowable]:
    """Who signs in one line; below at the right the unit, room for its seal, and the day."""
    size = space.size(10)
    parts: list[Flowable] = [Spacer(0, space.size(10))]
    if block.signers:
        cells = [paragraph(f"{signer}{_(': ')}", size) for signer in block.signers]
        parts += [_grid([cells], [space.width / len(cells)] * len(cells), []), Spacer(0, space.size(6))]
    right = min(space.width * 0.6, 110 * mm)
    named = [
        [paragraph(_("Reporting unit (seal): %(unit)s", unit=block.unit), size)],
        [Spacer(0, SEAL_HEIGHT)],
        [paragraph(_("Date: ____ / ____ / ____"), size)],
    ]
    grid = _grid(named, [right], [])
    grid.hAlign = "RIGHT"
    return [KeepTogether([*parts, grid])]


@flowables.register
def _beside(block: Beside, space: Space) -> list[Flowable]:
    """A stack cannot run over to the next page: for documents of one page."""
    left = (space.width - GUTTER) * block.share
    right = space.width - GUTTER - left
    cells = [
        stack(block.left, Space(left, space.scale)) or "",
        "",
        stack(block.right, Space(right, space.scale)) or "",
    ]
    return [_grid([cells], [left, GUTTER, right], [("VALIGN", (0, 0), (-1, -1), "TOP")])]


def _grid(rows: list[list[Any]], widths: list[float], lines: list[Any], **options: Any) -> Grid:
    bare = [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Grid(rows, colWidths=widths, style=bare + lines, **options)
