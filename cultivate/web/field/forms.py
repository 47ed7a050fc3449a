"""The one screen of the field."""

from uuid import uuid4

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    validators,
    widgets,
)

from cultivate import packs
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import FirmData
from cultivate.i18n import _, _l, language
from cultivate.packs import service_kinds
from cultivate.services.field_entries import FieldEntry
from cultivate.services.firm_needs import Need
from cultivate.services.service_records import Service
from cultivate.web.firms.forms import streets_of
from cultivate.web.forms import BaseForm, DayField, UnitField

_PLAIN = {"autocomplete": "off", "autocapitalize": "off"}


class FieldForm(BaseForm):
    """A name, and whatever else is at hand."""

    key = HiddenField()
    name = StringField(
        _l("Name of the firm"),
        [validators.Length(max=200)],
        render_kw={**_PLAIN, "enterkeyhint": "next", "spellcheck": "false"},
    )
    uscc = StringField(
        _l("Credit code"),
        [validators.Length(max=60)],
        render_kw={**_PLAIN, "autocapitalize": "characters", "spellcheck": "false"},
    )
    confirm_name = BooleanField(_l("It is another firm of the same name"))
    street = UnitField(_l("Street"), [validators.InputRequired()])
    photo = FileField(_l("Photo of the licence"), render_kw={"accept": "image/*", "capture": "environment"})
    served = BooleanField(_l("Something was done for the firm today"))
    # judged by the service, and only where one was done
    service_kind = SelectField(_l("What was done"), validate_choice=False)
    service_note = TextAreaField(_l("In words"), [validators.Length(max=4000)], render_kw={"rows": 2})
    found = TextAreaField(_l("Found"), [validators.Length(max=4000)], render_kw={"rows": 2})
    promised = TextAreaField(_l("Promised"), [validators.Length(max=4000)], render_kw={"rows": 2})
    follow_up = StringField(_l("To do next"), [validators.Length(max=500)], render_kw=_PLAIN)
    follow_up_on = DayField(_l("By"))
    need_kind = SelectField(_l("What it asks for"), validate_choice=False)
    need_text = TextAreaField(_l("In its words"), [validators.Length(max=1000)], render_kw={"rows": 2})
    contact_name = StringField(_l("Contact"), [validators.Length(max=60)], render_kw=_PLAIN)
    contact_phone = StringField(
        _l("Phone"), [validators.Length(max=60)], render_kw={**_PLAIN, "inputmode": "tel"}
    )
    note = TextAreaField(_l("Note"), [validators.Length(max=2000)], render_kw={"rows": 2})
    tracks = SelectMultipleField(
        _l("Cultivated as"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )

    def validate_name(self, field: StringField) -> None:
        """A code alone is not enough: the register goes by names, and nobody looks a name up for us."""
        if not field.data and self.uscc.data:
            raise ValidationError(_("The name is still missing. It stands on the licence, above the code."))
        if not field.data:
            raise ValidationError(_("Type the firm's name; the code may follow later."))

    def offer(self, actor: Actor) -> None:
        """Fill the choices; at first both tracks, a visit, and one's only street."""
        self.street.choices = [("", _("Choose")), *streets_of(actor)]
        self.tracks.choices = [(code, track.name(language())) for code, track in packs.tracks().items()]
        self.service_kind.choices = [
            (code, kind.name(language())) for code, kind in service_kinds.services().items()
        ]
        self.need_kind.choices = [
            (code, kind.name(language())) for code, kind in service_kinds.needs().items()
        ]
        if not self.is_submitted():
            self.key.data = uuid4().hex
            self.tracks.data = list(packs.tracks())
            if len(self.street.choices) == 2:  # the prompt and one's only street
                self.street.data = self.street.choices[1][0]

    def said(self) -> FieldEntry:
        """What the form says."""
        names = ("name", "uscc", "street", "contact_name", "contact_phone", "note")
        photo = self.photo.data
        return FieldEntry(
            firm=FirmData(**{name: self[name].data for name in names}),
            tracks=self.tracks.data or (),
            confirm_name=self.confirm_name.data,
            service=self._service() if self.served.data else None,
            need=self._need() if self.need_text.data else None,
            photo=(photo.filename, photo.stream) if photo else None,
        )

    def _service(self) -> Service:
        return Service(
            kind=self.service_kind.data or "",
            note=self.service_note.data or "",
            found=self.found.data or "",
            promised=self.promised.data or "",
            follow_up=self.follow_up.data or "",
            follow_up_on=self.follow_up_on.data,
        )

    def _need(self) -> Need:
        """For the office to answer, unless somebody takes it up."""
        return Need(kind=self.need_kind.data or "", text=self.need_text.data or "")
