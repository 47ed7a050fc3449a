"""The person's own workbook back, with what became of each row and why."""

import io
from pathlib import PurePath

from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.i18n import _
from cultivate.queries import imports, units
from cultivate.queries.imports import BatchRow, RowView
from cultivate.queries.units import Unit
from cultivate.services.imports.verdict import accepted_of
from cultivate.services.imports.words import OUTCOME_LABELS, message
from cultivate.spreadsheets import SheetSpec, write_xlsx
from cultivate.spreadsheets.annotate import annotate


def returned_workbook(session: Session, actor: Actor, batch_id: int) -> tuple[str, bytes]:
    """File name and .xlsx: the uploaded workbook with two more columns, or the rows as a plain table.

    Only an .xlsx keeps its layout; a PDF, a Word file or a CSV comes back as a table of what was read.
    """
    batch = imports.get_batch(session, actor, batch_id)
    rows = imports.all_rows(session, actor, batch_id)
    names = {unit.code: unit for unit in units.list_units(session)}
    remarks = {row.number: (_(OUTCOME_LABELS[row.outcome]), reasons(row, names)) for row in rows}
    titles = (_("Outcome"), _("Reason"))
    content = imports.file_of(session, actor, batch_id)
    own = annotate(content, batch.sheet, batch.header_row, titles, remarks) if batch.sheet else None
    name = f"{PurePath(batch.file_name).stem}-{_('outcome')}.xlsx"
    return name, own or _table(batch, rows, titles, remarks)


def reasons(row: RowView, names: dict[str, Unit]) -> str:
    """Every problem of a row on one line, with the repair that was proved, and the repairs taken over."""
    told = [
        _("Accepted: %(before)s became %(after)s.", before=change["before"], after=change["after"])
        for change in accepted_of(row.given).values()
    ]
    for problem in row.problems:
        text = message(problem, names)
        if problem["suggestion"]:
            text += " " + _("Did you mean %(code)s?", code=problem["suggestion"])
        told.append(text)
    return " ".join(told)


def _table(
    batch: BatchRow, rows: list[RowView], titles: tuple[str, str], remarks: dict[int, tuple[str, str]]
) -> bytes:
    keys = list(batch.columns)
    spec = SheetSpec(
        batch.sheet or _("Rows"),
        [
            (_("Row"), "integer", 8),
            *((title, "text", 20) for title in batch.columns.values()),
            (titles[0], "text", 12),
            (titles[1], "text", 60),
        ],
        ([row.number, *(_read(row).get(key, "") for key in keys), *remarks[row.number]] for row in rows),
    )
    target = io.BytesIO()
    write_xlsx(target, [spec])
    return target.getvalue()


def _read(row: RowView) -> dict[str, str]:
    """The cells as they stand in the file."""
    return {**row.values, **{key: change["before"] for key, change in accepted_of(row.given).items()}}
