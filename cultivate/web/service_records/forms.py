"""What is said of a service; of one firm, of many, and of what is to be followed up."""

from collections.abc import Iterable
from datetime import date

from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from cultivate import clock, packs
from cultivate.i18n import _, _l, language
from cultivate.models import User
from cultivate.packs import service_kinds
from cultivate.queries.service_records import RecordDetail
from cultivate.services.firm_needs import Need
from cultivate.services.service_records import Service
from cultivate.web.forms import BaseForm, DayField
from cultivate.web.request import actor

#: an owner that is nobody in particular
BUREAU = "bureau"


def _or_none(value: str | None) -> str:
    """A select that was not sent has its first choice."""
    return value or ""


def people_choices(first: str, people: Iterable[User]) -> list[SelectChoice]:
    """Nobody in particular first, in words, then by name."""
    return [SelectChoice("", first), *(SelectChoice(str(each.id), each.display_name) for each in people)]


class ServiceFields(BaseForm):
    """What every form of a service asks; only kind and day are needed."""

    kind = SelectField(_l("Kind"), [InputRequired()])
    on = DayField(_l("Day"), [InputRequired()])
    note = TextAreaField(_l("What the service was"), [Length(max=4000)], render_kw={"rows": 3})
    participants = StringField(
        _l("Others who took part"), [Length(max=500)], description=_l("from the bank, the agency, the street")
    )
    found = TextAreaField(_l("Found"), [Length(max=4000)], render_kw={"rows": 2})
    promised = TextAreaField(
        _l("Promised"), [Length(max=4000)], description=_l("by us or by the firm"), render_kw={"rows": 2}
    )
    follow_up_on = DayField(_l("Follow up on"))
    follow_up = StringField(_l("To do next"), [Length(max=500)])
    follow_up_owner = SelectField(_l("Who follows up"), coerce=_or_none, default="")

    def offer_kinds(self, people: Iterable[User], *, many_first: bool = False) -> None:
        """Fill the choices; today by default."""
        kinds = list(service_kinds.services().values())
        if many_first:
            kinds.sort(key=lambda kind: not kind.many)
        self.kind.choices = [
            SelectChoice(kind.code, kind.name(language()), {"data-hint": kind.hint(language())})
            for kind in kinds
        ]
        self.follow_up_owner.choices = people_choices(_("Who is in charge"), people)
        if not self.is_submitted():
            self.on.data = clock.today()

    def said(self) -> Service:
        """What the form says."""
        owner = self.follow_up_owner.data
        texts = ("note", "participants", "found", "promised", "follow_up")
        return Service(
            kind=self.kind.data,
            on=self.on.data,
            follow_up_on=self.follow_up_on.data,
            follow_up_owner_id=int(owner) if owner else None,
            **{name: self[name].data or "" for name in texts},
        )

    @property
    def opened(self) -> bool:
        """Whether what is folded away holds anything, or is refused."""
        folded = ("participants", "found", "promised", "follow_up", "follow_up_owner")
        return any(self[name].data or self[name].errors for name in folded)


class NeedFields(BaseForm):
    """What the firm asked for, said beside a service or by itself."""

    need_kind = SelectField(_l("What it asks for"), validate_choice=False)
    need_text = TextAreaField(_l("In its words"), [Length(max=1000)], render_kw={"rows": 2})
    need_owner = SelectField(_l("Who answers"), coerce=_or_none, default="")
    need_due_on = DayField(_l("Answer by"))

    def offer_needs(self, people: Iterable[User]) -> None:
        """Fill the choices; whoever writes it down answers it unless somebody else is named."""
        kinds = service_kinds.needs().values()
        self.need_kind.choices = [SelectChoice(kind.code, kind.name(language())) for kind in kinds]
        found = list(people)
        self.need_owner.choices = people_choices(_("The bureau"), found)
        if not self.is_submitted() and any(each.id == actor().user_id for each in found):
            self.need_owner.data = str(actor().user_id)

    def need(self, on: date | None) -> Need:
        """What the form says of it; it was asked for on the day of the service."""
        owner = self.need_owner.data
        return Need(
            kind=self.need_kind.data,
            text=self.need_text.data or "",
            raised_on=on,
            owner_id=int(owner) if owner else None,
            due_on=self.need_due_on.data,
        )


#: fields of a need in the service -> in the form
NEED_NAMES = {"text": "need_text", "owner": "need_owner", "due_on": "need_due_on", "raised_on": "on"}


class ServiceForm(ServiceFields, NeedFields):
    """A service record, for one or more candidacies of the firm, and what the firm asked for."""

    candidacies = SelectMultipleField(
        _l("For"),
        [InputRequired()],
        coerce=int,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )

    def offer(self, candidacies: Iterable[tuple[int, str]], people: Iterable[User]) -> None:
        """Fill the choices; by default all candidacies are served, today."""
        found = list(people)
        self.offer_kinds(found)
        self.offer_needs(found)
        self.candidacies.choices = list(candidacies)
        if not self.is_submitted():
            self.candidacies.data = [code for code, _words in self.candidacies.choices]


class CorrectForm(ServiceFields):
    """A record said anew."""

    version = HiddenField()

    def show(self, record: RecordDetail) -> None:
        """What it says now."""
        for name in ("kind", "on", "note", "participants", "found", "promised", "follow_up", "follow_up_on"):
            self[name].data = getattr(record, name)
        owner = record.follow_up_owner_id
        self.follow_up_owner.data = str(owner) if owner else ""
        self.version.data = str(record.version)


class RoundForm(ServiceFields):
    """One service of many firms; whose they are stands beside the form."""

    key = HiddenField()
    title = StringField(_l("Title"), [InputRequired(), Length(max=200)])
    place = StringField(_l("Place"), [Length(max=200)])
    tracks = RadioField(_l("For"), default="")

    def offer(self, people: Iterable[User]) -> None:
        """Fill the choices; by default every track that a firm is on."""
        self.offer_kinds(people, many_first=True)
        self.tracks.choices = [
            SelectChoice("", _("Every track that a firm is on")),
            *(SelectChoice(code, track.short(language())) for code, track in packs.tracks().items()),
        ]


class OutcomeForm(BaseForm):
    """What came of a follow-up."""

    outcome = StringField(_l("What came of it"), [Length(max=1000)])


class PostponeForm(BaseForm):
    """Another day, and why."""

    day = DayField(_l("New day"), [InputRequired()])
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=1000)])
    version = HiddenField()


class HandOverForm(BaseForm):
    """To whom."""

    owner = SelectField(_l("Who follows up"), coerce=_or_none, default="")
    version = HiddenField()


class WithdrawForm(BaseForm):
    """Why it does not hold."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=1000)])
    version = HiddenField()
