"""Taking picked rows away: as the list shows them, or in the layout that an import takes back."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import render_template, request, send_file
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import list_query
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Invalid
from cultivate.i18n import _
from cultivate.queries import firms, pipeline
from cultivate.queries.columns import FIRMS
from cultivate.queries.firms import FirmFilter
from cultivate.queries.paging import Page
from cultivate.queries.picked import Picked
from cultivate.services import exports, list_exports
from cultivate.services.bulk import MOST
from cultivate.web.access import needs
from cultivate.web.firms.listing import asked_filter
from cultivate.web.lists.frame import address_of
from cultivate.web.lists.picked import area_asked, picked
from cultivate.web.pipeline.question import narrowing_asked, standing_asked
from cultivate.web.request import actor, db
from cultivate.web.views import blueprint


@blueprint.get("/bulk/export")
@needs(Act.EXPORT)
def ask_export() -> Any:
    """Which layout, which format."""
    area = area_asked()
    rows = picked(area)
    return render_template(
        "views/export.html",
        area=area,
        count=len(rows),
        too_many=len(rows) > MOST,
        back=address_of(area, list_query.canonical(request.args.items(multi=True))),
    )


@blueprint.post("/bulk/export")
@needs(Act.EXPORT)
def export() -> Any:
    """The workbook."""
    area = area_asked()
    rows = picked(area)
    if not rows or len(rows) > MOST:
        raise Invalid(
            N_("Select between 1 and %(most)s firms."), field="rows", code="nothing-selected", most=MOST
        )
    ending = "csv" if request.form.get("format") == "csv" else "xlsx"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{ending}"
        if request.form.get("layout") == "import":
            wanted = FirmFilter(ids=tuple({row.firm_id for row in rows}))
            exports.export_firms(db(), actor(), path, wanted)
        else:
            _shown(db(), area, rows, path)
        content = BytesIO(path.read_bytes())
    name = f"{_('Register of firms')}-{clock.today():%Y%m%d}.{ending}"
    return send_file(content, as_attachment=True, download_name=name)


def _shown(session: Session, area: str, rows: list[Picked], path: Path) -> None:
    """The picked rows in the list's own order and columns."""
    cols = ",".join(request.args.getlist("cols"))
    scope, kind, track = actor().scope, *area.partition("/")[::2]

    def of_firms(number: int, size: int) -> Page[Any]:
        wanted = FirmFilter(ids=tuple(row.firm_id for row in rows), sort=asked_filter().sort)
        return firms.list_firms(session, scope, wanted, number, size)

    def of_ways(number: int, size: int) -> Page[Any]:
        ids = tuple(way for row in rows for way in row.ways)
        narrowing = replace(narrowing_asked(), ids=ids, page=number, size=size)
        return pipeline.list_candidacies(session, scope, standing_asked(scope, track), narrowing)

    list_exports.export_shown(session, actor(), path, kind, cols, of_firms if kind == FIRMS else of_ways)
