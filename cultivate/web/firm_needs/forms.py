"""What a firm asks for, and the answer."""

from collections.abc import Iterable

from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from cultivate import clock
from cultivate.domain.needs import OPEN, STATES
from cultivate.i18n import _, _l, language
from cultivate.models import User
from cultivate.packs import service_kinds
from cultivate.queries.firm_needs import NeedRow
from cultivate.services.firm_needs import Need
from cultivate.web.forms import BaseForm, DayField
from cultivate.web.request import actor
from cultivate.web.service_records.forms import people_choices


class NeedForm(BaseForm):
    """A need by itself; without an owner it is the bureau's."""

    kind = SelectField(_l("What it asks for"), [InputRequired()])
    text = TextAreaField(_l("In its words"), [InputRequired(), Length(max=1000)], render_kw={"rows": 3})
    owner = SelectField(_l("Who answers"), coerce=lambda value: value or "", default="")
    due_on = DayField(_l("Answer by"))
    raised_on = DayField(_l("Asked on"), [InputRequired()])
    version = HiddenField()

    def offer(self, people: Iterable[User], row: NeedRow | None = None) -> None:
        """Fill the choices; whoever writes it down answers it unless somebody else is named."""
        kinds = service_kinds.needs().values()
        self.kind.choices = [SelectChoice(kind.code, kind.name(language())) for kind in kinds]
        found = list(people)
        self.owner.choices = people_choices(_("The bureau"), found)
        if row is not None and row.left:  # saving something else does not hand it on
            label = _("%(who)s (no longer here)", who=row.owner)
            self.owner.choices.append(SelectChoice(str(row.owner_id), label))
        if not self.is_submitted():
            self.raised_on.data = clock.today()
            if any(each.id == actor().user_id for each in found):
                self.owner.data = str(actor().user_id)

    def show(self, row: NeedRow) -> None:
        """What it says now."""
        for name in ("kind", "text", "due_on", "raised_on"):
            self[name].data = getattr(row, name)
        self.owner.data = str(row.owner_id or "")
        self.version.data = str(row.version)

    def said(self) -> Need:
        """What the form says."""
        owner = self.owner.data
        return Need(
            kind=self.kind.data,
            text=self.text.data or "",
            raised_on=self.raised_on.data,
            owner_id=int(owner) if owner else None,
            due_on=self.due_on.data,
        )


class AnswerForm(BaseForm):
    """How it was closed, and what the firm was told."""

    state = SelectField(_l("Closed as"), default="answered")
    answer = TextAreaField(
        _l("What the firm was told"), [InputRequired(), Length(max=1000)], render_kw={"rows": 2}
    )
    version = HiddenField()

    def offer(self) -> "AnswerForm":
        """Fill the choices."""
        self.state.choices = [SelectChoice(code, _(words)) for code, words in STATES.items() if code != OPEN]
        return self
