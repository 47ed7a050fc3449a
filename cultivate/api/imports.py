"""``/imports``: rosters and official lists, as the command."""

from typing import Any

from flask import jsonify
from werkzeug.datastructures import FileStorage

from cultivate.access import needs
from cultivate.api import blueprint
from cultivate.api.shapes.imported import ImportFile, ImportQuery, ImportShape, options_of
from cultivate.domain.permissions import Act
from cultivate.request_session import actor, db
from cultivate.services import imports

api = blueprint.make("imports", "Imports of rosters and official lists.")


@api.route("/imports", methods=["POST"])
@needs(Act.IMPORT_FIRMS)
@blueprint.takes_key
@api.arguments(ImportQuery, location="query")
@api.arguments(ImportFile, location="files")
@api.response(201, ImportShape)
def import_file(query: dict[str, Any], files: dict[str, FileStorage]) -> Any:
    """Import a file in one transaction: every good row is written, or by `policy=all` every row or none.

    With `dry_run` nothing is written (then 200).
    """
    file = files["file"]
    report = imports.run(
        db(),
        actor(),
        query["kind"],
        file.filename or "",
        file.read(),
        options_of(query),
        dry_run=query["dry_run"],
        policy=query["policy"],
    )
    if query["dry_run"]:
        return jsonify(report), 200
    return jsonify(report), 201, {"Location": f"{blueprint.PREFIX}/imports/{report['batch']}"}


@api.route("/imports/<int(max=2147483647):batch_id>")
@needs(Act.IMPORT_FIRMS)
@api.response(200, ImportShape)
def show_import(batch_id: int) -> Any:
    """The report of an import; a caseworker sees their own."""
    return jsonify(imports.report(db(), actor(), batch_id))
