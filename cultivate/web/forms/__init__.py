"""Forms: the base that cleans what was typed, fields of this domain, and errors put where they belong."""

from cultivate.web.forms.base import BaseForm, apply_error
from cultivate.web.forms.batches import BatchField
from cultivate.web.forms.fields import CreditCodeField, DayField, MoneyField
from cultivate.web.forms.units import UnitField, UnitsField, unit_choices

__all__ = [
    "BaseForm",
    "BatchField",
    "CreditCodeField",
    "DayField",
    "MoneyField",
    "UnitField",
    "UnitsField",
    "apply_error",
    "unit_choices",
]
