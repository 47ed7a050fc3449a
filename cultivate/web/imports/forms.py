"""The two uploads: a roster of firms, and an official list."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField, SelectMultipleField, widgets
from wtforms.validators import InputRequired, ValidationError

from cultivate import packs
from cultivate.domain.actor import Actor
from cultivate.i18n import _, _l, language
from cultivate.services.imports import ImportOptions
from cultivate.web.forms import BaseForm, DayField, UnitField

#: what the reader understands; a browser offers these first
ENDINGS = ".xlsx,.xls,.ods,.csv,.tsv,.txt,.docx,.pdf"


def _given(_form: Any, field: Any) -> None:
    """Flask-WTF's own validators take a file without a name for one."""
    if not field.data or not field.data.filename:
        raise ValidationError(_("Choose a file."))


def _file(identifier: str) -> FileField:
    """Two such fields stand on one page, so each has an id of its own; ``data-drop`` takes what is dropped."""
    flags = {"accept": ENDINGS, "required": True, "data-drop": ""}
    return FileField(_l("File"), id=identifier, validators=[_given], render_kw=flags)


class UploadForm(BaseForm):
    """What both uploads have: the file."""

    @property
    def upload(self) -> tuple[str, bytes]:
        """Name and content of the file."""
        return self.file.data.filename, self.file.data.read()


class RosterForm(UploadForm):
    """A roster of firms, perhaps of one unit."""

    file = _file("roster-file")
    unit = UnitField(_l("Unit of the file"))
    tracks = SelectMultipleField(
        _l("Open new and changed firms on"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )

    def offer(self, actor: Actor) -> "RosterForm":
        """Own units; both tracks ticked until somebody says otherwise."""
        self.unit.offer(actor.scope, "street", "park", blank=_("As each row says"))
        self.tracks.choices = [(code, track.name(language())) for code, track in packs.tracks().items()]
        if not self.is_submitted():
            self.tracks.data = list(packs.tracks())
        return self

    def validate_tracks(self, field: SelectMultipleField) -> None:
        """Nothing ticked would be read as "all", which is the opposite of what was said."""
        if not field.data:
            raise ValidationError(_("Choose at least one track."))

    @property
    def options(self) -> ImportOptions:
        """As the service takes them."""
        return ImportOptions(unit=self.unit.data, tracks=tuple(self.tracks.data))


class ListForm(UploadForm):
    """An official list, with what stands in its notice."""

    file = _file("list-file")
    track = SelectField(_l("Track"), validators=[InputRequired()])
    issued_on = DayField(_l("Day of issue"), validators=[InputRequired()])

    def offer(self) -> "ListForm":
        """The tracks there are."""
        self.track.choices = [(code, track.name(language())) for code, track in packs.tracks().items()]
        return self

    @property
    def options(self) -> ImportOptions:
        """As the service takes them."""
        return ImportOptions(track=self.track.data, issued_on=self.issued_on.data)
