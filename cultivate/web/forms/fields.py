"""Fields that read what people here type: credit codes, 万元, days."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field, StringField, widgets

from cultivate.domain import credit_code
from cultivate.domain.periods import FIRST_DAY, LAST_DAY
from cultivate.i18n import _

_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


class CreditCodeField(StringField):
    """A unified social credit code, normalised; a wrong one is refused with the proven repair, if any."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed until it is proven."""
        self.data = valuelist[0].strip() or None if valuelist else None
        if self.data is None:
            return
        found = credit_code.check(self.data)
        if found.msgid is None:
            self.data = found.value
            return
        message = _(found.msgid, length=found.length)
        if found.suggestion:
            message += " " + _("Did you mean %(code)s?", code=found.suggestion)
        raise ValueError(message)


class MoneyField(Field):
    """An amount in 万元 as ``Decimal``; takes ``1,000`` and full-width digits, up to four decimals (yuan)."""

    widget = widgets.TextInput()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Phones show the keypad with digits."""
        kwargs["render_kw"] = {
            "inputmode": "decimal",
            "autocomplete": "off",
            **(kwargs.get("render_kw") or {}),
        }
        super().__init__(*args, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format(self.data.normalize(), "f")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount; nothing typed is ``None``, not zero."""
        text = re.sub(r"[,，\s]|万元$", "", valuelist[0].strip()) if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            amount = Decimal(text)
            exact = amount.is_finite() and amount == round(amount, 4)
        except InvalidOperation:
            exact = False
        if not exact:
            self.data = None
            raise ValueError(_("Enter an amount in 万元, such as 1,250.5."))
        self.data = amount


class DayField(Field):
    """A day: 2026-11-23, 2026.11.23, 2026/11/23, 2026年11月23日 or 20261123; the browser's own picker."""

    widget = widgets.DateInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; nothing typed is ``None``."""
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
            return
        found = _DAY.fullmatch(text) or _COMPACT.fullmatch(text)
        try:
            self.data = date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            self.data = None
        if self.data is None:
            raise ValueError(_("Enter a day, such as 2026-11-23."))
        if not FIRST_DAY <= self.data <= LAST_DAY:
            self.data = None
            raise ValueError(_("The day lies outside the years 1900 to 2199."))
