"""The uploads, one form a kind: the files, and what is to be said of them.

A new kind adds a form class and a line in ``FORMS``; the page and its routes follow from the table.
"""

from typing import Any, Self

from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectField, SelectMultipleField, StringField, widgets
from wtforms.validators import InputRequired, Length, ValidationError

from cultivate import packs
from cultivate.domain.actor import Actor
from cultivate.domain.figures import CALIBRES
from cultivate.errors import N_
from cultivate.i18n import _, _l, language
from cultivate.services.imports import FIRMS, KINDS, LISTS, ImportOptions
from cultivate.services.imports.options import CANCELLATIONS, FIGURES, PROPERTIES, RELOCATIONS, RENAMES
from cultivate.web.forms import BaseForm, DayField, UnitField

#: what the reader understands; a browser offers these first
ENDINGS = ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt,.docx,.pdf"
MOST_FILES = 40


def _given(_form: Any, field: Any) -> None:
    """Flask-WTF's own validators take a file without a name for one."""
    field.data = [file for file in field.data or [] if file and file.filename]
    if not field.data:
        raise ValidationError(_("Choose a file."))
    if len(field.data) > MOST_FILES:
        raise ValidationError(_("At most %(count)s files at once.", count=MOST_FILES))


class TracksField(SelectMultipleField):
    """Tracks to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class UploadForm(BaseForm):
    """What all uploads have: the files. ``data-drop`` takes what is dropped on the frame around the field."""

    intro = ""
    """English msgid: what the files are and what becomes of them."""
    button = N_("Upload and check")

    file = MultipleFileField(
        _l("File"), validators=[_given], render_kw={"accept": ENDINGS, "required": True, "data-drop": ""}
    )

    def offer(self, actor: Actor) -> Self:  # noqa: ARG002 most kinds offer choices by who asks
        """Fill the choices that depend on the reader."""
        return self

    @property
    def options(self) -> ImportOptions:
        """As the service takes them."""
        return ImportOptions()

    @property
    def uploads(self) -> list[FileStorage]:
        """The files; each is read when its turn comes."""
        return list(self.file.data)


class RosterForm(UploadForm):
    """A roster of firms, perhaps of one unit."""

    intro = N_("A street's roster: new and changed firms, as candidates at Discover.")

    unit = UnitField(_l("Unit of the file"))
    tracks = TracksField(_l("Open new and changed firms on"))

    def offer(self, actor: Actor) -> Self:
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


class FiguresForm(UploadForm):
    """Figures by year of firms that are in the register."""

    intro = N_("Sales, income, R&D, net assets and staff by year, of firms that are in the register already.")

    calibre = SelectField(
        _l("Calibre"), description=_l("where neither a column nor a title of the file says it")
    )
    source = StringField(
        _l("Source"),
        validators=[Length(max=200)],
        description=_l("the document that the figures come from, such as “audit report 2025”"),
    )

    def offer(self, actor: Actor) -> Self:  # noqa: ARG002 the calibres are everybody's
        """The calibres there are."""
        self.calibre.choices = [
            ("", _("not stated")),
            *((code, _(label)) for code, label in CALIBRES.items()),
        ]
        return self

    @property
    def options(self) -> ImportOptions:
        """As the service takes them."""
        said = {"calibre": self.calibre.data or "", "source": (self.source.data or "").strip()}
        return ImportOptions(extra={key: text for key, text in said.items() if text})


class ListForm(UploadForm):
    """An official list, with what stands in its notice."""

    intro = N_("A notice of recognised firms: they are matched with the register and certified.")
    button = N_("Upload and match")

    track = SelectField(_l("Track"), validators=[InputRequired()])
    issued_on = DayField(
        _l("Day of issue"),
        validators=[InputRequired()],
        description=_l("It stands in the notice, not in the list; the certificates count from this day."),
    )

    def offer(self, actor: Actor) -> Self:  # noqa: ARG002 the tracks are everybody's
        """The tracks there are."""
        self.track.choices = [(code, track.name(language())) for code, track in packs.tracks().items()]
        return self

    @property
    def options(self) -> ImportOptions:
        """As the service takes them."""
        return ImportOptions(track=self.track.data, issued_on=self.issued_on.data)


class NoticeForm(ListForm):
    """A list about certificates that were issued before."""

    issued_on = DayField(
        _l("Day of the notice"),
        validators=[InputRequired()],
        description=_l("It stands in the notice, not in the list."),
    )


class RenamesForm(NoticeForm):
    """Old names and new ones."""

    intro = N_("Old name and new name: the register follows, the certificate keeps its number and its days.")


class CancellationsForm(NoticeForm):
    """Certificates that were taken back."""

    intro = N_("Certificates that the authority cancelled: those in force are revoked as of the notice.")
    issued_on = DayField(
        _l("Day of the notice"),
        validators=[InputRequired()],
        description=_l(
            "It stands in the notice, not in the list; the certificates stop counting on this day."
        ),
    )


class RelocationsForm(NoticeForm):
    """Firms that left the district or came into it."""

    intro = N_("Firms that moved: who left stops counting here, who came counts from the day of moving in.")
    issued_on = DayField(
        _l("Day of the notice"),
        validators=[InputRequired()],
        description=_l("A line may name a day of its own; else this one counts."),
    )


class PropertiesForm(UploadForm):
    """Rights of firms."""

    intro = N_("Patents, software copyrights and the like, one a row; the firms must be in the register.")


#: the form of each kind, in the order of the page
FORMS: dict[str, type[UploadForm]] = {
    FIRMS: RosterForm,
    FIGURES: FiguresForm,
    PROPERTIES: PropertiesForm,
    LISTS: ListForm,
    RENAMES: RenamesForm,
    CANCELLATIONS: CancellationsForm,
    RELOCATIONS: RelocationsForm,
}


def if_complete() -> None:
    """Refuse to start when a kind of import cannot be uploaded."""
    if set(FORMS) != set(KINDS):
        message = f"kinds of import without a form, or forms without a kind: {set(FORMS) ^ set(KINDS)}"
        raise RuntimeError(message)


if_complete()
