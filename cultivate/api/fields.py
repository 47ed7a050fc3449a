"""Kinds of values in bodies, queries and answers, with refusals in our words.

Whatever passes here can be stored on both engines: no NUL, no number beyond a column, no year beyond the
calendar's reach.
"""

import re
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, pre_load

from cultivate import clock
from cultivate.domain.periods import FIRST_DAY, LAST_DAY
from cultivate.errors import N_, Invalid

LARGEST, LARGEST_ID = 2**31 - 1, 2**63 - 1
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: an offset whose plus was read as a blank, as an address line does with it
_LOST_PLUS = re.compile(r" (\d\d:\d\d)$")

_MESSAGES: dict[str, str] = {
    "required": N_("This is needed."),
    "null": N_("This cannot be empty."),
    "validator_failed": N_("This value is not possible."),
    "invalid": N_("This value is not possible."),
    "type": N_("A JSON object is needed here."),
    "unreadable": N_("The text contains characters that cannot be kept."),
    "too_long": N_("The text is longer than %(longest)s characters."),
    "not_text": N_("This must be text."),
    "not_day": N_("Write the day as YYYY-MM-DD."),
    "day_range": N_("The day lies outside the years 1900 to 2199."),
    "not_time": N_("Write the time like 2026-11-23T08:30:00+08:00."),
    "not_whole": N_("This must be a whole number."),
    "not_number": N_("This must be a number."),
    "not_flag": N_("This must be true or false."),
    "not_list": N_("This must be a list."),
    "range": N_("This must lie between %(low)s and %(high)s."),
    "choice": N_("There is no “%(value)s”; there are %(known)s."),
}
_CODES = {"required": "missing", "null": "missing", "too_long": "text-too-long"}


def refusal(key: str, **params: Any) -> ValidationError:
    """A problem that the parser turns into our own."""
    code = _CODES.get(key, "invalid")
    return ValidationError([Invalid(_MESSAGES[key], code=code, **params)])


class Ours(fields.Field[Any]):
    """Refusals of a field in our words."""

    def make_error(self, key: str, **_kwargs: Any) -> ValidationError:
        """Instead of marshmallow's English."""
        return refusal(key if key in _MESSAGES else "invalid")


class Text(Ours, fields.String):
    """Text of at most ``longest`` characters."""

    def __init__(self, *, longest: int = 200, **kwargs: Any) -> None:
        """The length is the column's."""
        metadata = {"maxLength": longest} | kwargs.pop("metadata", {})
        super().__init__(metadata=metadata, **kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str:
        if not isinstance(value, str):
            raise refusal("not_text")
        if "\0" in value:
            raise refusal("unreadable")
        if len(value) > self.longest:
            raise refusal("too_long", longest=self.longest)
        return value


class Choice(Text):
    """One of some codes."""

    def __init__(self, choices: Collection[str], **kwargs: Any) -> None:
        """The codes are told in the description of the API and in the refusal."""
        metadata = {"enum": list(choices)} | kwargs.pop("metadata", {})
        super().__init__(metadata=metadata, **kwargs)
        self.choices = choices

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text not in self.choices:
            raise refusal("choice", value=text, known=", ".join(self.choices))
        return text


class Day(Ours, fields.Date):
    """A day, ``YYYY-MM-DD``."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise refusal("not_day")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise refusal("not_day") from error
        if not FIRST_DAY <= day <= LAST_DAY:
            raise refusal("day_range")
        return day


class Moment(Ours, fields.DateTime):
    """A time, RFC 3339; one without an offset is the office's own, and so is every time in an answer."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", str(value)))
        except ValueError as error:
            raise refusal("not_time") from error
        if not FIRST_DAY < moment.date() < LAST_DAY:
            raise refusal("day_range")
        return moment if moment.tzinfo else moment.replace(tzinfo=clock.zone())

    def _serialize(self, value: datetime | None, *_args: Any, **_kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(clock.zone()).isoformat()


class Whole(Ours, fields.Integer):
    """A whole number that fits its column; in a query it comes as text."""

    def __init__(self, *, low: int = 0, high: int = LARGEST, **kwargs: Any) -> None:
        """Both ends are possible."""
        metadata = {"minimum": low, "maximum": high} | kwargs.pop("metadata", {})
        super().__init__(metadata=metadata, **kwargs)
        self.low, self.high = low, high

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise refusal("not_whole")
        if not self.low <= value <= self.high:
            raise refusal("range", low=self.low, high=self.high)
        return value


class Id(Whole):
    """The id of a record, or its version."""

    def __init__(self, **kwargs: Any) -> None:
        """As large as the largest column."""
        super().__init__(low=1, high=LARGEST_ID, **kwargs)


class Amount(Ours):
    """Money in 万元, a JSON number both ways."""

    LARGEST: ClassVar[int] = 10**12

    def __init__(self, **kwargs: Any) -> None:
        """No length of its own: the column rounds to what it keeps."""
        super().__init__(metadata={"type": "number", "description": "万元"}, **kwargs)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refusal("not_number")
        if not abs(value) <= self.LARGEST:  # NaN is refused as well
            raise refusal("range", low=-self.LARGEST, high=self.LARGEST)
        return Decimal(str(value))

    def _serialize(self, value: Any, *_args: Any, **_kwargs: Any) -> float | None:
        return None if value is None else float(value)


class Flag(Ours, fields.Boolean):
    """True or false; in a query ``true`` or ``false``."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bool:
        known = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
        if not isinstance(value, bool | str) or value not in known:
            raise refusal("not_flag")
        return known[value]


class Inner(Ours, fields.Nested):
    """An object inside an object."""


class Many(Ours, fields.List[Any]):
    """A list."""

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        """``invalid`` is a list's only own problem."""
        return refusal("not_list") if key == "invalid" else super().make_error(key, **kwargs)


class Keyed(Ours, fields.Dict):
    """An object whose names are values."""


class Body(Schema):
    """A JSON object; names that are not known are refused."""

    error_messages: dict[str, str] = {  # noqa: RUF012 marshmallow's own protocol
        "unknown": N_("There is no such field."),
        "type": N_("A JSON object is needed here."),
    }


class Query(Schema):
    """A query; ``?unit=`` says nothing about the unit."""

    error_messages: dict[str, str] = {  # noqa: RUF012 marshmallow's own protocol
        "unknown": N_("There is no such parameter."),
    }

    @pre_load
    def _leave_out_blanks(self, data: Any, **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value != ""}
