"""A list as it is shown, as a workbook: its rows, its columns, in its order. Not a layout to import again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.stages import LABELS
from cultivate.errors import N_, Invalid
from cultivate.i18n import _, language
from cultivate.queries import columns as table
from cultivate.queries import steps, units
from cultivate.queries.columns import Column
from cultivate.queries.paging import Page
from cultivate.queries.units import Unit
from cultivate.services import audit
from cultivate.spreadsheets import write
from cultivate.spreadsheets.write import CellKind, SheetSpec, Value

CHUNK = 1000
_KINDS: Mapping[str, CellKind] = {"day": "date", "days": "integer", "number": "integer", "amount": "number"}
_WIDTHS = {"day": 12, "days": 10, "number": 10, "amount": 14, "moment": 18, "code": 22, "place": 22}


def export_shown(
    session: Session,
    actor: Actor,
    path: Path,
    area: str,
    cols: str,
    page_of: Callable[[int, int], Page[Any]],
) -> int:
    """Write a list to ``path`` (.xlsx or .csv by its ending); ``page_of(number, size)`` reads it in its order.

    The columns are what ``cols=`` names and its reader may see. Returns how many rows.
    """
    actor.require(Act.EXPORT)
    ending = path.suffix.lower()
    if ending not in {".xlsx", ".csv"}:
        raise Invalid(N_("Exports are written as .xlsx or .csv."), field="file", code="format-unknown")
    columns = table.chosen(area, actor.scope, cols)
    rows = list(_rows(session, actor, area, columns, page_of))
    titles: list[tuple[str, CellKind, int]] = [(_("Firm"), "text", 36)]
    titles += [
        (_title(column), _KINDS.get(column.kind, "text"), _WIDTHS.get(column.kind, 16)) for column in columns
    ]
    if ending == ".csv":
        write.write_csv(path, [title for title, _kind, _width in titles], rows)
    else:
        write.write_xlsx(path, [SheetSpec(_("List"), titles, rows)])
    audit.note(
        session,
        actor,
        "export",
        "list",
        None,
        rows=len(rows),
        format=ending[1:],
        area=area,
        columns=[column.key for column in columns],
    )
    session.flush()
    return len(rows)


def _title(column: Column) -> str:
    return packs.track(column.track).short(language()) if column.track else _(column.label)


def _rows(
    session: Session,
    actor: Actor,
    area: str,
    columns: Sequence[Column],
    page_of: Callable[[int, int], Page[Any]],
) -> Iterator[list[Value]]:
    places = units.by_id(session)
    number = 1
    while True:
        page = page_of(number, CHUNK)
        for shown in table.fill(session, actor.scope, area, page.items, columns, places):
            cells = zip(columns, shown.values, strict=True)
            yield [shown.row.name, *(text_of(column, value) for column, value in cells)]
        if number >= page.pages:
            return
        number += 1


def text_of(column: Column, value: Any) -> Value:
    """A value as a cell."""
    writer = _WRITERS.get(column.kind)
    return writer(value) if writer and value is not None else value


def _names(value: Sequence[Unit]) -> str:
    return " · ".join(unit.name(language()) for unit in value)


_WRITERS: dict[str, Callable[[Any], Value]] = {
    "place": _names,
    "stage": lambda value: _(LABELS[value]),
    "ways": lambda value: "、".join(_(LABELS[stage]) for stage in value),
    "words": lambda value: "、".join(str(word) for word in value),
    "moment": lambda value: value.astimezone(clock.zone()).strftime("%Y-%m-%d %H:%M"),
    "next": lambda value: steps.next_step(value).words,
}
