"""From what a workbook library gives to a text or a day."""

import datetime as dt

from cultivate.domain.values import Cell

# Whole numbers of up to this size come out of a double unharmed; beyond it a code has lost digits.
_EXACT = 10**15


def to_cell(value: object) -> Cell:
    """Texts as they are, days as days, whole numbers without a point, others with 15 significant digits.

    A number too large to be exact is left in scientific notation, so that a ruined code shows as one.
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float):
        return _number(value)
    return str(value)


def _number(value: float) -> str:
    if abs(value) >= _EXACT:
        return repr(float(value))
    if value == int(value):
        return str(int(value))
    return format(value, ".15g")
