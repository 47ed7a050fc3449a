"""The columns of the lists: one table each; page, choice of columns and export read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cultivate import packs
from cultivate.domain.scope import Scope
from cultivate.errors import N_
from cultivate.queries import list_details
from cultivate.queries.list_details import Detail
from cultivate.queries.units import Unit

FIRMS, PIPELINE = "firms", "pipeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. The firm's name is none: it stands first in every list and cannot be left out."""

    key: str
    label: str
    kind: str = "text"
    """How it is shown: text, day, moment, number, amount, place, ways, stage, words, next."""
    attr: str = ""
    """Of the row; of the detail where ``needs`` says which one. The key where it is not said."""
    needs: str = ""
    default: bool = False
    sorts: tuple[str, str] | None = None
    """Sort keys, ascending and descending."""
    first: str = "ascending"
    """Which order a first click on its head asks for."""
    contacts: bool = False
    """Only for those who see contacts in full."""
    track: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A row with the values of the columns that are shown, in their order."""

    row: Any
    values: tuple[Any, ...]


def firm_columns() -> dict[str, Column]:
    """Columns of the register, by key, in their usual order; each track has its stage."""
    return _by_key(
        [
            Column(key="uscc", label=N_("Credit code"), kind="code", default=True),
            Column(
                key="place",
                label=N_("Street · park"),
                kind="place",
                default=True,
                sorts=("street", "-street"),
            ),
            *(Column(key=code, label=code, kind="ways", default=True, track=code) for code in packs.tracks()),
            Column(key="tags", label=N_("Tags"), kind="words", needs="tags", default=True),
            Column(key="field", label=N_("Field of technology"), default=True),
            Column(
                key="established",
                label=N_("Established"),
                kind="day",
                attr="established_on",
                default=True,
                sorts=("-established", "established"),
            ),
            Column(
                key="updated",
                label=N_("Changed"),
                kind="moment",
                attr="updated_at",
                default=True,
                sorts=("-updated", "updated"),
                first="descending",
            ),
            Column(key="charged", label=N_("In charge"), kind="words", needs="charged"),
            Column(key="served", label=N_("Last service"), kind="day", attr="served_on", needs="served"),
            Column(key="ends", label=N_("Certificate ends"), kind="day", attr="ends_on", needs="ends"),
            *(column for column in _of_firm() if column.key not in {"uscc", "field", "established", "tags"}),
        ]
    )


def pipeline_columns() -> dict[str, Column]:
    """Columns of the pipeline, by key, in their usual order."""
    return _by_key(
        [
            Column(
                key="place",
                label=N_("Street · park"),
                kind="place",
                default=True,
                sorts=("street", "-street"),
            ),
            Column(key="stage", label=N_("Stage"), kind="stage", attr="account", default=True),
            Column(
                key="days",
                label=N_("Days in stage"),
                kind="days",
                attr="in_stage",
                default=True,
                sorts=("-since", "since"),
                first="descending",
            ),
            Column(key="readiness", label=N_("Readiness"), kind="words", needs="readiness", default=True),
            Column(key="served", label=N_("Last service"), kind="day", attr="served_on", default=True),
            Column(key="next", label=N_("Next step"), kind="next", default=True),
            Column(key="in_charge", label=N_("In charge"), default=True, sorts=("in_charge", "-in_charge")),
            Column(key="since", label=N_("In the stage since"), kind="day"),
            Column(key="ends", label=N_("Certificate ends"), kind="day", attr="ends_on", needs="ends"),
            *_of_firm(),
        ]
    )


def _of_firm() -> list[Column]:
    """What both lists can show of a firm."""
    return [
        Column(key="uscc", label=N_("Credit code"), kind="code", needs="firm"),
        Column(key="tags", label=N_("Tags"), kind="words", needs="tags"),
        Column(key="field", label=N_("Field of technology"), needs="firm"),
        Column(key="established", label=N_("Established"), kind="day", attr="established_on", needs="firm"),
        Column(
            key="capital",
            label=N_("Registered capital (10,000 yuan)"),
            kind="amount",
            attr="registered_capital",
            needs="firm",
        ),
        Column(key="staff", label=N_("Staff"), kind="number", needs="firm"),
        Column(key="rd_staff", label=N_("R&D staff"), kind="number", needs="firm"),
        Column(key="class1_ip", label=N_("Class I intellectual property"), kind="number", needs="firm"),
        Column(key="class2_ip", label=N_("Class II intellectual property"), kind="number", needs="firm"),
        Column(key="years", label=N_("Years with figures"), kind="words", needs="years"),
        Column(key="contact", label=N_("Contact"), attr="contact_name", needs="firm", contacts=True),
        Column(key="phone", label=N_("Phone"), attr="contact_phone", needs="firm", contacts=True),
        Column(key="address", label=N_("Address"), needs="firm"),
        Column(key="note", label=N_("Note"), needs="firm"),
    ]


def _by_key(columns: Iterable[Column]) -> dict[str, Column]:
    return {column.key: column for column in columns}


def of_area(area: str) -> dict[str, Column]:
    """The table of a list."""
    return firm_columns() if area == FIRMS else pipeline_columns()


def offered(area: str, scope: Scope) -> list[Column]:
    """What this reader may choose from."""
    return [column for column in of_area(area).values() if scope.contacts or not column.contacts]


def chosen(area: str, scope: Scope, text: str) -> list[Column]:
    """The columns of ``cols=``, in its order; the usual ones where it names none that there is."""
    known = {column.key: column for column in offered(area, scope)}
    asked = [known[key] for key in dict.fromkeys(text.split(",")) if key in known]
    return asked or [column for column in known.values() if column.default]


def fill(
    session: Session,
    scope: Scope,
    area: str,
    rows: Sequence[Any],
    columns: Sequence[Column],
    places: Mapping[int, Unit],
) -> list[Shown]:
    """The rows with their values; one query a kind of detail, however many rows."""
    found = list_details.details(
        session, scope, [_firm_id(area, row) for row in rows], {column.needs for column in columns}
    )
    return [
        Shown(row, tuple(_value(column, row, found[_firm_id(area, row)], places) for column in columns))
        for row in rows
    ]


def _firm_id(area: str, row: Any) -> int:
    return int(row.id if area == FIRMS else row.firm_id)


def _value(column: Column, row: Any, detail: Detail, places: Mapping[int, Unit]) -> Any:
    if column.track is not None:
        return tuple(way.stage for way in row.candidacies if way.track == column.track)
    if column.kind == "place":
        return _place(row, places)
    if column.kind == "next":
        return row
    return getattr(detail if column.needs else row, column.attr or column.key)


def _place(row: Any, places: Mapping[int, Unit]) -> tuple[Unit, ...]:
    """Street, and park where there is one; the register's rows carry units, the pipeline's their ids."""
    if hasattr(row, "street"):
        return (row.street, row.park) if row.park else (row.street,)
    ids = (row.street_id, row.park_id) if row.park_id else (row.street_id,)
    return tuple(places[unit_id] for unit_id in ids)
