"""Forms of a firm and of what is done to it."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)

from cultivate import clock, packs
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import FirmData, split_names
from cultivate.i18n import _, _l, language
from cultivate.packs import fields as packs_fields
from cultivate.queries import units
from cultivate.web.firms import labels
from cultivate.web.forms import BaseForm, BatchField, DayField, MoneyField, UnitField
from cultivate.web.request import db

YEARS_OFFERED = 3
_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}
_COUNT = (validators.Optional(), validators.NumberRange(min=0, max=1_000_000_000))


class FirmForm(BaseForm):
    """A firm. The rules are the service's; the form only reads what was typed."""

    name = StringField(_l("Name"), [validators.InputRequired(), validators.Length(max=200)])
    uscc = StringField(
        _l("Credit code"),
        [validators.Length(max=60)],
        description=_l("18 characters; may follow later"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    confirm_name = BooleanField(_l("It is another firm of the same name"))
    street = UnitField(_l("Street"), [validators.InputRequired()])
    park = UnitField(_l("Park"))
    contact_name = StringField(_l("Contact"), [validators.Length(max=60)])
    contact_phone = StringField(_l("Phone"), [validators.Length(max=60)], render_kw={"inputmode": "tel"})
    former_name = StringField(
        _l("Former names"), [validators.Length(max=400)], description=_l("several apart by 、")
    )
    established_on = DayField(_l("Established on"))
    registered_capital = MoneyField(_l("Registered capital (10,000 yuan)"))
    field = SelectField(_l("Field of technology"), coerce=lambda value: value or None)
    address = StringField(_l("Address"), [validators.Length(max=200)])
    staff = IntegerField(_l("Staff"), _COUNT, render_kw=_NUMBER)
    rd_staff = IntegerField(_l("R&D staff"), _COUNT, render_kw=_NUMBER)
    class1_ip = IntegerField(_l("Class I intellectual property"), _COUNT, render_kw=_NUMBER)
    class2_ip = IntegerField(_l("Class II intellectual property"), _COUNT, render_kw=_NUMBER)
    note = TextAreaField(_l("Note"), [validators.Length(max=2000)])
    tracks = SelectMultipleField(
        _l("Cultivated as"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    version = HiddenField()

    years: tuple[int, ...] = ()

    def offer(self, actor: Actor, known_field: str | None = None) -> None:
        """Fill the choices: streets and parks of the actor, the eight fields, the tracks."""
        self.street.choices = [("", _("Choose")), *streets_of(actor)]
        self.park.choices = [("", _("In no park")), *parks_of(actor)]
        offered = packs_fields.names()
        extra = (known_field,) if known_field and known_field not in offered else ()
        self.field.choices = [("", _("Not known")), *((name, name) for name in (*offered, *extra))]
        self.tracks.choices = [(code, track.name(language())) for code, track in packs.tracks().items()]

    def year_pairs(self) -> Iterable[tuple[int, Any, Any]]:
        """Year, sales and R&D fields, for the template."""
        for year in self.years:
            yield year, self[f"sales_{year}"], self[f"rd_{year}"]

    def said(self) -> FirmData:
        """What the form says; every field of the page is said, an empty one empties."""
        scalars = {key: self[key].data for key in labels.FIELDS if key in self and key != "former_names"}
        return FirmData(
            **scalars,
            former_names=split_names(self.former_name.data or ""),
            years={year: {"sales": sales.data, "rd": rd.data} for year, sales, rd in self.year_pairs()},
        )


def firm_form(known_years: Iterable[int] = (), **given: Any) -> FirmForm:
    """A form with figures of the last closed years and of those that are known."""
    last = clock.today().year - 1
    years = sorted({*known_years, *range(last, last - YEARS_OFFERED, -1)}, reverse=True)
    figures = {
        f"{name}_{year}": MoneyField(_l(label, year=year))
        for year in years
        for name, label in labels.YEAR_FIELDS.items()
    }
    made: FirmForm = type("FirmForm", (FirmForm,), {**figures, "years": tuple(years)})(**given)
    return made


def streets_of(actor: Actor) -> list[tuple[str, str]]:
    """Streets in which the actor may place a firm: one's own; all of them for who has a park."""
    own = [unit for unit in units.list_units(db()) if unit.id in actor.unit_ids]
    everywhere = actor.scope.everything or any(unit.kind == "park" for unit in own)
    offered = (
        units.list_units(db(), "street") if everywhere else [unit for unit in own if unit.kind == "street"]
    )
    return [(unit.code, unit.name(language())) for unit in offered]


def parks_of(actor: Actor) -> list[tuple[str, str]]:
    """Parks in which the actor may place a firm: one's own for who has parks only, else all."""
    own = [unit for unit in units.list_units(db()) if unit.id in actor.unit_ids]
    only_parks = bool(own) and all(unit.kind == "park" for unit in own)
    offered = own if only_parks and not actor.scope.everything else units.list_units(db(), "park")
    return [(unit.code, unit.name(language())) for unit in offered]


class MoveForm(BaseForm):
    """A move; the view takes away the fields that the way does not need."""

    number = StringField(_l("Certificate number"), [validators.Length(max=40)])
    issued_on = DayField(_l("Day of issue"))
    effective_on = DayField(
        _l("Effective on"), description=_l("the day on which it happened; today if left empty")
    )
    retry_year = IntegerField(
        _l("May try again in"), [validators.Optional(), validators.NumberRange(2000, 2100)]
    )
    batch_id = BatchField(_l("Application batch"))
    reason = TextAreaField(_l("Reason"), [validators.Length(max=1000)])
    override_reason = TextAreaField(
        _l("Waive the conditions, because"),
        [validators.Length(max=1000)],
        description=_l("only where a condition does not hold; kept and shown"),
    )
    version = HiddenField()


class OpenForm(BaseForm):
    """Opening a firm's way through a track."""

    effective_on = DayField(_l("Effective on"), description=_l("today if left empty"))
    reason = TextAreaField(_l("Reason"), [validators.Length(max=1000)])


class TransferForm(BaseForm):
    """A firm's change of street or park."""

    street = UnitField(_l("New street"), [validators.InputRequired()])
    park = UnitField(_l("New park"))
    effective_on = DayField(
        _l("Effective on"), description=_l("the day on which it happened; today if left empty")
    )
    reason = TextAreaField(_l("Reason"), [validators.InputRequired(), validators.Length(max=1000)])


class ReasonForm(BaseForm):
    """A reason, and nothing else: taking a move back, proposing."""

    reason = TextAreaField(_l("Reason"), [validators.InputRequired(), validators.Length(max=1000)])


class ProposeForm(ReasonForm):
    """A proposal; the batch is asked for where there are several."""

    batch_id = BatchField(_l("Application batch"))


class DecisionForm(BaseForm):
    """The bureau's answer to a proposal."""

    verdict = RadioField(_l("Decision"), [validators.InputRequired()])
    answer = TextAreaField(
        _l("Answer"), [validators.Length(max=1000)], description=_l("needed to decline: what is to be mended")
    )
    override_reason = TextAreaField(
        _l("Waive the conditions, because"),
        [validators.Length(max=1000)],
        description=_l("only where a condition does not hold; kept and shown"),
    )

    def offer(self) -> None:
        """Fill the choices."""
        self.verdict.choices = [("accept", _("Accept")), ("decline", _("Decline"))]
