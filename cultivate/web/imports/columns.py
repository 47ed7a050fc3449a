"""``/imports/<id>/columns``: which sheet, which row of titles, and what each column is."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cultivate.domain.permissions import Act
from cultivate.errors import N_, CultivateError, Invalid, NotFound
from cultivate.extensions import database
from cultivate.i18n import _, say
from cultivate.queries import imports as queries
from cultivate.services import imports, long_work
from cultivate.spreadsheets import Reading
from cultivate.spreadsheets.titles import split_key, yearly_fields
from cultivate.web.access import needs
from cultivate.web.imports import blueprint, fields, wording
from cultivate.web.imports.page import import_page
from cultivate.web.numbers import number_of, whole
from cultivate.web.request import actor, db

_COLUMN, _YEAR = "column-", "year-"
_MOST = 300


@blueprint.app_template_filter()
def column_letter(index: int) -> str:
    """What Excel calls the column: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters = chr(ord("A") + rest) + letters
        index -= 1
    return letters


@blueprint.get("/imports/<int:batch_id>/columns")
@needs(Act.IMPORT_FIRMS)
def columns(batch_id: int) -> str:
    """What is found in the file; ``?sheet=`` and ``?header=`` look at it otherwise."""
    sheet, header = request.args.get("sheet", type=whole), request.args.get("header", type=whole)
    if request.args.get("sheet-before", type=whole) != sheet and "sheet-before" in request.args:
        header = None  # another sheet has a header of its own
    return _page(batch_id, sheet, header)


@blueprint.post("/imports/<int:batch_id>/columns")
@needs(Act.IMPORT_FIRMS)
def set_columns(batch_id: int) -> Any:
    """Read the file as it is said here, and show what would become of its rows."""
    chosen = _chosen(queries.get_batch(db(), actor(), batch_id).kind)
    try:
        reading = _reading(chosen)
    except Invalid as error:
        return _refused(batch_id, chosen, error)
    return _read_again(batch_id, reading, chosen)


@blueprint.post("/imports/<int:batch_id>/columns/forget")
@needs(Act.IMPORT_FIRMS)
def forget_columns(batch_id: int) -> Any:
    """Read the file by its titles, whatever was set for this layout before."""
    return _read_again(batch_id, None, {})


def _read_again(batch_id: int, reading: Reading | None, chosen: dict[int, str]) -> Any:
    """Nobody waits for the book while the file is read: the writing begins with what was read."""
    name, key = queries.get_batch(db(), actor(), batch_id).file_name, f"import:{batch_id}"
    db().rollback()
    try:
        with long_work.shown(actor(), key, name):
            with database().reading() as reader:
                taken = imports.read_again(reader, actor(), batch_id, reading)
            long_work.say(long_work.WRITING, 0, len(taken.rows))
            imports.remap(db(), actor(), batch_id, taken)
    except NotFound:
        raise
    except CultivateError as error:
        return _refused(batch_id, chosen, error)
    long_work.finish(db(), key)
    if reading is not None:
        flash(_("Columns set. The next file with these titles is read the same way."), "good")
    return redirect(url_for("imports.show", batch_id=batch_id))


def _refused(batch_id: int, chosen: dict[int, str], error: CultivateError) -> Any:
    db().rollback()
    long_work.give_up(f"import:{batch_id}")
    sheet, header = request.form.get("sheet", type=whole), request.form.get("header", type=whole)
    try:
        return _page(batch_id, sheet, header, chosen, say(error)), 422
    except NotFound:  # done or dropped in the meantime: there are no columns to set any more
        return import_page(batch_id, refusal=say(error)), 422


def _chosen(kind: str) -> dict[int, str]:
    """Keys by column, as the form says; a yearly figure without its year ends with ``_``."""
    found: dict[int, str] = {}
    for name, key in request.form.items():
        index = number_of(name.removeprefix(_COLUMN))
        if name.startswith(_COLUMN) and index is not None and index < _MOST:
            year = request.form.get(f"{_YEAR}{index}", "")
            undated = not year and key in fields.without_year(kind)
            found[index] = f"{key}_{year}" if key in yearly_fields() and not undated else key
    return found


def _reading(chosen: dict[int, str]) -> Reading:
    for key in chosen.values():
        if key.endswith("_"):
            message = N_("Say the year of “%(title)s”.")
            raise Invalid(message, field="columns", code="year-missing", title=fields.word(key[:-1]))
    return Reading(
        request.form.get("sheet", 0, type=whole), request.form.get("header", 0, type=whole), chosen
    )


def _page(
    batch_id: int,
    sheet: int | None,
    header: int | None,
    chosen: dict[int, str] | None = None,
    refusal: str | None = None,
) -> str:
    view = imports.look(db(), actor(), batch_id, sheet, header)
    keys = {column.index: (chosen or {}).get(column.index, column.key) for column in view.columns}
    return render_template(
        "imports/columns.html",
        view=view,
        batch=view.batch,
        keys={index: split_key(key.rstrip("_")) for index, key in keys.items()},
        groups=fields.groups(view.batch.kind),
        years=fields.years(list(keys.values())),
        yearly=sorted(yearly_fields()),
        kind_label=wording.kind_labels()[view.batch.kind],
        how=wording.how(view.batch),
        refusal=refusal,
    )
