"""Fields read what people type, and refusals land on the field that they speak of."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from cultivate.domain.scope import Scope
from cultivate.errors import Conflict, Invalid, Refused
from cultivate.web.forms import BaseForm, CreditCodeField, DayField, MoneyField, UnitField, apply_error
from tests.fixtures import MISHIXIANG, World, credit_code


class Form(BaseForm):
    name = StringField("name", [InputRequired()])
    note = TextAreaField("note")
    code = CreditCodeField("code")
    money = MoneyField("money")
    day = DayField("day")
    street = UnitField("street")


def filled(app: Flask, **values: str) -> Form:
    with app.test_request_context("/", method="POST", data={"name": "x", **values}):
        form = Form(meta={"csrf": False})
        form.street.choices = []
        form.validate()
        return form


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,000", Decimal(1000)),
        ("1，250.5", Decimal("1250.5")),
        ("３４", Decimal(34)),
        ("34 万元", Decimal(34)),
        ("", None),
    ],
)
def test_money_is_read_exactly(app: Flask, typed: str, value: Decimal | None):
    form = filled(app, money=typed)
    assert (form.money.data, list(form.money.errors)) == (value, [])


@pytest.mark.parametrize("typed", ["约三千", "1.00001", "nan", "inf", "1e", "-"])
def test_what_is_no_amount_is_said_and_kept_as_typed(app: Flask, typed: str):
    form = filled(app, money=typed)
    assert form.money.data is None
    assert form.money.errors
    assert form.money._value() == typed


@pytest.mark.parametrize(
    "typed", ["2026-11-23", "2026.11.23", "2026/11/23", "2026年11月23日", "20261123", " 2026-11-23 "]
)
def test_days_are_read_in_every_spelling(app: Flask, typed: str):
    assert filled(app, day=typed).day.data == date(2026, 11, 23)


@pytest.mark.parametrize("typed", ["2026-02-30", "2026-11", "soon", "11/23/2026"])
def test_what_is_no_day_is_refused(app: Flask, typed: str):
    form = filled(app, day=typed)
    assert form.day.data is None
    assert form.day.errors


def test_a_code_is_normalised_and_a_wrong_one_refused(app: Flask):
    code = credit_code(1)
    assert filled(app, code=f" {code.lower()} ").code.data == code
    assert filled(app, code=code[:-1]).code.errors
    assert filled(app).code.data is None


def test_text_is_stripped_and_blanks_are_nothing(app: Flask):
    form = filled(app, name="\u3000甲公司 ", note="   ")
    assert (form.name.data, form.note.data) == ("甲公司", None)


def test_messages_of_the_form_library_are_chinese(app: Flask):
    form = filled(app, name="")
    assert any("\u4e00" <= character <= "\u9fff" for character in form.name.errors[0])


def test_a_unit_outside_the_scope_is_not_taken(app: Flask, world: World):
    own = Scope(unit_ids=frozenset({world.units[MISHIXIANG].id}))
    world.session.commit()
    for code, accepted in ((MISHIXIANG, True), ("330105011", False)):
        with app.test_request_context("/", method="POST", data={"name": "x", "street": code}):
            form = Form(meta={"csrf": False})
            form.street.offer(own, "street")
            assert form.validate() is accepted


def test_every_reason_of_a_refusal_is_shown_where_it_belongs(app: Flask):
    form = filled(app)
    apply_error(
        form, Refused([Invalid("first", field="note"), Invalid("second"), Invalid("third", field="to")])
    )
    assert form.note.errors == ["first"]
    assert form.form_errors == ["second", "third"]


def test_a_lost_race_is_not_an_error_of_a_field(app: Flask):
    with pytest.raises(Conflict):
        apply_error(filled(app), Conflict("late"))
