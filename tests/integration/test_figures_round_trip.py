"""Figures leave in columns that name year and calibre, and come back as they were."""

from decimal import Decimal
from pathlib import Path

import pytest

from cultivate.domain.figures import CALIBRES, FIGURES, key_of
from cultivate.domain.firm_data import FirmData
from cultivate.queries import figures
from cultivate.queries.firms import FirmFilter
from cultivate.services import exports, firms, imports
from cultivate.services.imports import ImportOptions
from tests.fixtures import World


@pytest.mark.parametrize("kind", ["firms", "figures"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_every_figure_in_every_calibre_comes_back(
    world: World, tmp_path: Path, kind: str, ending: str
) -> None:
    firm = world.firm()
    said = {
        key_of(figure, calibre): Decimal(10 * number + place) + Decimal("0.25")
        for number, calibre in enumerate(("", *CALIBRES), 1)
        for place, figure in enumerate(reversed(FIGURES))
        if figure not in {"rd_domestic", "hitech_income", "rd_staff"}
    }
    firms.update(world.session, world.bureau, firm, FirmData(years={2024: said, 2021: {"rd": Decimal(3)}}))
    before = figures.of_firm(world.session, firm)
    path = tmp_path / f"register.{ending}"
    exports.export_firms(world.session, world.bureau, path, FirmFilter())
    report = imports.run(
        world.session, world.bureau, kind, path.name, path.read_bytes(), ImportOptions(tracks=("hnte",))
    )
    assert (report["rows"], report["unchanged"], report["problems"]) == (1, 1, [])
    assert figures.of_firm(world.session, firm) == before
