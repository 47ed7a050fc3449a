"""Words and groups of what a column may be, for the choice on the page of columns."""

from dataclasses import dataclass

from cultivate import clock
from cultivate.domain.figures import CALIBRES, FIGURES, KEYS
from cultivate.domain.figures import split_key as split_calibre
from cultivate.domain.firm_data import SCALARS
from cultivate.errors import N_
from cultivate.i18n import _
from cultivate.spreadsheets.titles import split_key, yearly_fields
from cultivate.spreadsheets.wanted import WANTED
from cultivate.web.firms import labels

#: a group with its fields, in the order in which they are offered
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        N_("The firm"),
        (
            "name",
            "uscc",
            "former_name",
            "street",
            "park",
            "established_on",
            "registered_capital",
            "field",
            "address",
            "note",
        ),
    ),
    (N_("Contact"), ("contact_name", "contact_phone")),
    (N_("People and property"), ("staff", "rd_staff", "class1_ip", "class2_ip")),
    (
        N_("Intellectual property"),
        (
            "property_kind",
            "property_number",
            "property_title",
            "applied_on",
            "granted_on",
            "ends_on",
            "owner",
            "obtained",
        ),
    ),
    (N_("Certificate"), ("certificate_number", "issued_on", "region")),
    (
        N_("The notice"),
        ("direction", "moved_from", "moved_to", "moved_on", "cancelled_year", "reason"),
    ),
    (N_("Of the figures"), ("year", "calibre", "source")),
)
_YEARLY = N_("Figures of a year")
_OTHER = N_("Other")
#: words of fields that the firm page does not have
WORDS: dict[str, str] = {
    "record": N_("Record mark"),
    "former_name": N_("Former name"),
    "certificate_number": N_("Certificate number"),
    "issued_on": N_("Day of issue"),
    "region": N_("District"),
    "property_kind": N_("Kind of right"),
    "property_number": N_("Number of the right"),
    "property_title": N_("Title of the right"),
    "applied_on": N_("Applied on"),
    "granted_on": N_("Granted on"),
    "ends_on": N_("Ends on"),
    "owner": N_("Owner of the right"),
    "obtained": N_("How it was obtained"),
    "direction": N_("In or out"),
    "moved_from": N_("Moved from"),
    "moved_to": N_("Moved to"),
    "moved_on": N_("Day of moving"),
    "cancelled_year": N_("Cancelled from the year"),
    "reason": N_("Reason of the notice"),
    "year": N_("Year"),
    "calibre": N_("Calibre"),
    "source": N_("Source document"),
}
_YEARS_BACK = 8


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together: code and word; ``yearly`` ones need a year beside them."""

    label: str
    fields: tuple[tuple[str, str], ...]
    yearly: bool = False


def groups(kind: str) -> list[Group]:
    """What a column of this kind of list may be; a field that no group knows stands in the last one."""
    wanted, yearly = WANTED[kind].fields, yearly_fields()
    placed = {name for _label, names in _GROUPS for name in names}
    offered = [(label, [name for name in names if name in wanted]) for label, names in _GROUPS]
    offered.append((_OTHER, sorted(wanted - placed - yearly)))
    found = [
        Group(_(label), tuple((name, word(name)) for name in names)) for label, names in offered if names
    ]
    for calibre, label in (("", _YEARLY), *CALIBRES.items()):
        figures = [
            key for key in KEYS if key in wanted and key not in placed and split_calibre(key)[1] == calibre
        ]
        if figures:
            words = _(label) if not calibre else f"{_(_YEARLY)}{_(', ')}{_(label)}"
            found.append(Group(words, tuple((key, word(key)) for key in figures), yearly=True))
    return found


def word(name: str) -> str:
    """A field in the reader's language; of a figure without its year, with its calibre."""
    figure, calibre = split_calibre(name)
    if figure in FIGURES and name in KEYS and (calibre or name not in labels.FIELDS):
        return labels.figure(name)
    return _(WORDS[name]) if name in WORDS else labels.field(name)


def key_words(key: str) -> str:
    """A column's key in words: 销售收入 2024."""
    name, year = split_key(key)
    return f"{word(name)} {year}" if name and year else word(name or key)


def without_year(kind: str) -> frozenset[str]:
    """Figures that may stand without a year: those of now, and all where a column says the year of the row."""
    return yearly_fields() if WANTED[kind].undated else yearly_fields() & frozenset(SCALARS)


def if_complete() -> None:
    """Refuse to start when a column that a kind reads has no word."""
    known = {*WORDS, *labels.FIELDS, *yearly_fields()}
    missing = {name for wanted in WANTED.values() for name in wanted.fields} - known
    if missing:
        message = f"columns of imports without a word: {sorted(missing)}"
        raise RuntimeError(message)


def years(keys: list[str]) -> list[int]:
    """Years to choose from: the last ones, and those that the file has."""
    this = clock.today().year
    own = {year for key in keys if (year := split_key(key)[1])}
    return sorted({*range(this - _YEARS_BACK, this + 1), *own}, reverse=True)


if_complete()
