"""Figures of a firm by year: the table of its page, what is behind a figure, and entering those of a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import HiddenField, StringField, validators

from cultivate import clock
from cultivate.domain.figures import CALIBRES, FIGURES, MONTHS, PEOPLE, PREFERENCE, key_of, yearly_mean
from cultivate.domain.permissions import Act
from cultivate.errors import Conflict, CultivateError, NotFound
from cultivate.i18n import _, _l, say
from cultivate.queries import figures as queries
from cultivate.queries import firms
from cultivate.queries.figures import FigureRow
from cultivate.queries.firms import FirmDetail
from cultivate.services import firm_figures
from cultivate.services.firm_figures import FIRST_YEAR, LONGEST_SOURCE
from cultivate.web.access import needs
from cultivate.web.firms import blueprint, labels
from cultivate.web.firms.refusals import apply_all
from cultivate.web.forms import BaseForm, MoneyField
from cultivate.web.numbers import number_of, whole
from cultivate.web.request import actor, db

YEARS_SHOWN = 6
YEARS_OFFERED = 8
OPENING = "month_0"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure over the years: for each year what is known, the calibre that goes before others first."""

    code: str
    label: str
    people: bool
    cells: tuple[tuple[FigureRow, ...], ...]


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The years, latest first, and a line for each figure that is known at all."""

    years: tuple[int, ...]
    lines: tuple[FigureLine, ...]
    earlier: int
    """How many earlier years are left out."""
    marked: bool
    """Whether any figure names its calibre."""


def table(rows: Sequence[FigureRow], *, whole: bool = False) -> FigureTable:
    """The table of a firm's page; ``whole``: all years."""
    known = sorted({row.year for row in rows}, reverse=True)
    years = tuple(known if whole else known[:YEARS_SHOWN])
    by_place: dict[tuple[str, int], list[FigureRow]] = {}
    for row in rows:
        by_place.setdefault((row.figure, row.year), []).append(row)
    lines = [
        FigureLine(
            figure.code,
            _(figure.label),
            figure.unit == PEOPLE,
            tuple(tuple(sorted(by_place.get((figure.code, year), ()), key=_rank)) for year in years),
        )
        for figure in FIGURES.values()
    ]
    return FigureTable(
        years,
        tuple(line for line in lines if any(line.cells)),
        len(known) - len(years),
        any(row.calibre for row in rows),
    )


def _rank(row: FigureRow) -> int:
    return PREFERENCE.index(row.calibre)


class FiguresForm(BaseForm):
    """Figures of one year in one calibre. A field that is emptied takes the figure away."""

    source = StringField(
        _l("Source"),
        [validators.Length(max=LONGEST_SOURCE)],
        description=_l("the document that the figures come from, such as “audit report 2025”"),
    )
    version = HiddenField()

    @property
    def figures(self) -> list[Any]:
        """The fields of the figures, for the template."""
        return [self[code] for code in FIGURES]

    @property
    def months(self) -> list[Any]:
        """The fields of the months, the opening one first."""
        return [self[f"month_{number}"] for number in range(MONTHS + 1)]

    def said(self) -> dict[str, Decimal | None]:
        """By figure; people of the year by the months where these are given."""
        found = {code: self[code].data for code in FIGURES}
        mean = self.staff_mean()
        return found if mean is None else found | {"staff": mean}

    def staff_mean(self) -> Decimal | None:
        """The mean of the months, if any is given."""
        given = [field.data for field in self.months]
        ends = given[1 : 1 + max((at for at, value in enumerate(given) if value is not None), default=0)]
        if given[0] is None or not ends or None in ends:
            return None
        return yearly_mean(given[0], ends)

    def validate(self, extra_validators: Any = None) -> bool:
        """Months are given without a gap, from the opening number on."""
        sound: bool = super().validate(extra_validators)
        if any(field.data is not None for field in self.months) and self.staff_mean() is None:
            message = _("Give the number at the start and then each month without a gap.")
            self[OPENING].errors = [*self[OPENING].errors, message]
            return False
        return sound


def _form(year: int, known: Mapping[str, Decimal | None], firm: FirmDetail) -> FiguresForm:
    fields: dict[str, Any] = {
        code: MoneyField(_l(figure.label), description=_l("people") if figure.unit == PEOPLE else None)
        for code, figure in FIGURES.items()
    }
    fields |= {
        f"month_{number}": MoneyField(
            _l("End of month %(month)s", month=number) if number else _l("Start of %(year)s", year=year)
        )
        for number in range(MONTHS + 1)
    }
    form: FiguresForm = type("FiguresForm", (FiguresForm,), fields)()
    if not form.is_submitted():
        for code in FIGURES:
            form[code].data = known.get(code)
        form.version.data = str(firm.version)
    return form


def _asked() -> tuple[int, str]:
    """Year and calibre of the address; the last closed year if none is named."""
    year = request.args.get("year", clock.today().year - 1, type=whole)
    calibre = request.args.get("calibre", "")
    if not FIRST_YEAR <= year <= clock.today().year or calibre not in {"", *CALIBRES}:
        raise NotFound
    return year, calibre


def _years(firm: FirmDetail) -> list[int]:
    this = clock.today().year
    return sorted({*firm.years, *range(this, this - YEARS_OFFERED, -1)}, reverse=True)


def _page(form: FiguresForm, firm: FirmDetail, year: int, calibre: str) -> str:
    return render_template(
        "firms/edit_figures.html",
        form=form,
        firm=firm,
        year=year,
        calibre=calibre,
        years=_years(firm),
        calibres={"": _("not stated"), **{code: _(label) for code, label in CALIBRES.items()}},
    )


def _of(firm: FirmDetail, year: int, calibre: str) -> dict[str, Decimal | None]:
    known = firm.years.get(year, {})
    return {code: known.get(key_of(code, calibre)) for code in FIGURES}


@blueprint.get("/firms/<int:firm_id>/figures")
@needs(Act.EDIT_FIRM)
def edit_figures(firm_id: int) -> Any:
    """The form for a year and a calibre."""
    firm = firms.get_firm(db(), actor().scope, firm_id)
    year, calibre = _asked()
    return _page(_form(year, _of(firm, year, calibre), firm), firm, year, calibre)


@blueprint.post("/firms/<int:firm_id>/figures")
@needs(Act.EDIT_FIRM)
def save_figures(firm_id: int) -> Any:
    """Keep what differs; what was said before stays to be seen."""
    firm = firms.get_firm(db(), actor().scope, firm_id)
    year, calibre = _asked()
    form = _form(year, _of(firm, year, calibre), firm)
    status = 422
    if form.validate():
        said = {key_of(code, calibre): value for code, value in form.said().items()}
        version = number_of(form.version.data) or 0
        try:
            firm_figures.record(db(), actor(), firm_id, {year: said}, version, source=form.source.data or "")
        except Conflict as error:
            form.form_errors.append(say(error))
            form.version.data, form.version.raw_data = str(firm.version), None
            status = 409
        except CultivateError as error:
            apply_all(form, error, {f"{key_of(code, calibre)}_{year}": code for code in FIGURES})
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("firms.show", firm_id=firm_id, _anchor="figures"))
    return _page(form, firm, year, calibre), status


@blueprint.get("/firms/<int:firm_id>/figures/history")
@needs(Act.VIEW)
def figure_history(firm_id: int) -> Any:
    """Who said a figure when, out of which document, and what was said before; ``?figure=&calibre=&year=``."""
    firm = firms.get_firm(db(), actor().scope, firm_id)
    year, calibre = _asked()
    figure = request.args.get("figure", "")
    rows = [
        row
        for row in queries.of_firm(db(), firm_id, history=True)
        if (row.year, row.figure, row.calibre) == (year, figure, calibre)
    ]
    if not rows:
        raise NotFound
    return render_template(
        "firms/_figure_history.html" if request.headers.get("HX-Request") else "firms/figure_history.html",
        firm=firm,
        rows=rows,
        year=year,
        calibre=calibre,
        figure=FIGURES[figure],
        label=labels.figure(key_of(figure, calibre)),
    )
