"""Forms of application batches."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields import SelectChoice

from cultivate import clock
from cultivate.domain.batches import PAPER_STATES, SCORES
from cultivate.i18n import _, _l
from cultivate.web.forms import BaseForm, DayField


def _id(value: Any) -> int | None:
    return int(value) if value else None


class BatchForm(BaseForm):
    """A batch's title, days and note; of a new one its round as well."""

    title = StringField(_l("Title"), [validators.InputRequired(), validators.Length(max=200)])
    round = IntegerField(_l("Round of the year"), [validators.InputRequired(), validators.NumberRange(1, 99)])
    opens_on = DayField(_l("Opens on"), [validators.InputRequired()])
    closes_on = DayField(
        _l("District's deadline"),
        [validators.InputRequired()],
        description=_l("the last day on which a firm is taken in"),
    )
    upper_closes_on = DayField(_l("Deadline above"), description=_l("of the city or the province"))
    submitted_on = DayField(_l("Handed up on"), description=_l("nobody is taken in after it"))
    publicised_on = DayField(_l("Made public on"))
    announced_on = DayField(_l("Announced on"))
    note = TextAreaField(_l("Note"), [validators.Length(max=2000)])
    version = HiddenField()


def _points(item: str) -> IntegerField:
    """What the experts gave; the words stand in the one table of them."""
    words, most = SCORES[item]
    return IntegerField(_l(words), [validators.Optional(), validators.NumberRange(0, most)])


class EntryActForm(BaseForm):
    """What an act on firms of a batch needs; the view takes away the fields that it does not."""

    effective_on = DayField(_l("Day"), description=_l("today if left empty"))
    retry_year = IntegerField(
        _l("May try again in"), [validators.Optional(), validators.NumberRange(2000, 2100)]
    )
    reason = TextAreaField(_l("Reason"), [validators.Length(max=1000)])
    override_reason = TextAreaField(
        _l("Waive the conditions, because"),
        [validators.Length(max=1000)],
        description=_l("only where a condition does not hold; kept and shown"),
    )
    ip = _points("ip")
    conversion = _points("conversion")
    rd_management = _points("rd_management")
    growth = _points("growth")
    total = _points("total")
    whole = BooleanField(
        _l("This is the whole batch"),
        description=_l("its own day is noted as well; once handed up it takes nobody in any more"),
    )
    key = HiddenField()

    def begin(self, key: str, retry_year: int | None) -> None:
        """What the form says before anybody wrote in it."""
        self.key.data = key
        if "effective_on" in self:
            self.effective_on.data = clock.today()
        if retry_year is not None and "retry_year" in self:
            self.retry_year.data = retry_year


class PaperForm(BaseForm):
    """One paper of a firm; several stand on a page, so that each has a prefix."""

    state = SelectField(_l("State"), [validators.InputRequired()])
    owner = SelectField(_l("Whose"), coerce=_id)
    due_on = DayField(_l("By"))
    file = SelectField(_l("File"), coerce=_id)
    remark = StringField(_l("Remark"), [validators.Length(max=500)])
    version = HiddenField()

    def offer(self, people: Iterable[tuple[int, str]], files: Iterable[tuple[int, str]]) -> "PaperForm":
        """Fill the choices."""
        self.state.choices = [SelectChoice(code, _(words)) for code, words in PAPER_STATES.items()]
        for field, rows in ((self.owner, people), (self.file, files)):
            field.choices = [
                SelectChoice("", _("nobody") if field is self.owner else _("none")),
                *(SelectChoice(str(key), words) for key, words in rows),
            ]
        return self
