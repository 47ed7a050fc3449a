"""The kind ``properties``: intellectual property, one right a row."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain import property_kinds
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Act
from cultivate.domain.property_kinds import number_key
from cultivate.domain.values import Clear, Problem, is_blank, to_day, to_text
from cultivate.errors import N_, Invalid
from cultivate.models import ImportBatch, ImportRow, IntellectualProperty
from cultivate.queries import properties as queries
from cultivate.queries.properties import PropertyRow
from cultivate.services import properties
from cultivate.services.imports.kind import Kind
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.options import PROPERTIES, ImportOptions
from cultivate.services.imports.touched import EDITED, refuse
from cultivate.services.imports.verdict import (
    CREATE,
    DUPLICATE,
    REJECTED,
    UNCHANGED,
    UPDATE,
    InputRow,
    Verdict,
    kept,
    kept_invalid,
    rejected,
)
from cultivate.services.imports.whose import Whose, find
from cultivate.services.properties import FIELDS, PropertyData

_TEXTS = {"property_title": ("title", 200), "owner": ("owner", 200), "note": ("note", 500)}
_DAYS = {"applied_on": "applied_on", "granted_on": "granted_on", "ends_on": "ends_on"}
#: fields of a right as columns of the file, for the words of a change
COLUMNS = {"kind": "property_kind", "number": "property_number", "title": "property_title"}


def _no_options(_session: Session, _actor: Actor, _options: ImportOptions) -> None:
    """The file says everything."""


def _judge(
    session: Session, actor: Actor, _options: ImportOptions, rows: Sequence[InputRow]
) -> list[Verdict]:
    found = find(session, actor.scope, rows)
    ids = sorted({whose.firm.id for whose in found if whose.firm is not None})
    known = _known(session, ids)
    owners = _owners(session, [number_key(row.cells.get("property_number", "")) for row in rows])
    seen: dict[tuple[int, str], int] = {}
    return [_verdict(row, whose, known, owners, seen) for row, whose in zip(rows, found, strict=True)]


def _known(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], PropertyRow]:
    found: dict[tuple[int, str], PropertyRow] = {}
    for part in chunks(ids):
        for row in queries.list_of_firms(session, part):
            found[row.firm_id, number_key(row.number)] = row
    return found


def _owners(session: Session, keys: Sequence[str]) -> dict[str, set[int]]:
    """By number, whose it is in the register, wherever they lie; nobody is named."""
    found: dict[str, set[int]] = {}
    for part in chunks(sorted({key for key in keys if key})):
        rows = session.execute(
            select(IntellectualProperty.number_key, IntellectualProperty.firm_id).where(
                IntellectualProperty.number_key.in_(part), IntellectualProperty.deleted_at.is_(None)
            )
        )
        for key, firm_id in rows:
            found.setdefault(key, set()).add(firm_id)
    return found


def _verdict(
    row: InputRow,
    whose: Whose,
    known: Mapping[tuple[int, str], PropertyRow],
    owners: Mapping[str, set[int]],
    seen: dict[tuple[int, str], int],
) -> Verdict:
    values, problems = _read(row.cells)
    if whose.problems or problems or whose.firm is None:
        return rejected(row.number, [*whose.problems, *problems])
    key = (whose.firm.id, number_key(values["number"]))
    earlier = seen.setdefault(key, row.number)
    if earlier != row.number:
        problem = Problem("duplicate-row", N_("The same right as row %(row)s."), {"row": earlier})
        return Verdict(row.number, DUPLICATE, problems=[kept(problem, warning=True)])
    found = _against(row.number, whose.firm.id, values, known.get(key))
    if found.outcome != REJECTED:
        found.problems += [
            kept(warning, warning=True)
            for warning in [*whose.warnings, *_odd(values, whose.firm.id, key[1], owners)]
        ]
    return found


def _against(number: int, firm_id: int, said: Mapping[str, Any], row: PropertyRow | None) -> Verdict:
    if row is None:
        data = PropertyData(**{key: value for key, value in said.items() if value is not None})
        wrong = _wrong(data)
        if wrong is not None:
            found = rejected(number, [])
            found.problems = [kept_invalid(wrong)]
            return found
        return Verdict(number, CREATE, firm_id, content=(None, data))
    merged = {key: getattr(row, key) for key in FIELDS} | dict(said)
    changes = [
        {"field": COLUMNS.get(key, key), "before": _plain(getattr(row, key)), "after": _plain(value)}
        for key, value in merged.items()
        if getattr(row, key) != value and key != "number"
    ]
    merged["number"] = row.number
    if not changes:
        return Verdict(number, UNCHANGED, firm_id)
    return Verdict(number, UPDATE, firm_id, changes=changes, content=(row, PropertyData(**merged)))


def _wrong(data: PropertyData) -> Invalid | None:
    try:
        properties.check_days(data)
    except Invalid as error:
        return error
    return None


def _odd(values: Mapping[str, Any], firm_id: int, key: str, owners: Mapping[str, set[int]]) -> list[Problem]:
    found: list[Problem] = []
    odd = property_kinds.oddity(values["kind"], values["number"])
    if odd is not None:
        found.append(Problem("number-unusual", odd, field="property_number"))
    if owners.get(key, set()) - {firm_id}:
        message = N_("This number is on the list of another firm of the register as well.")
        found.append(Problem("number-elsewhere", message, field="property_number"))
    return found


def _read(cells: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """What the cells say, by field of a right; a blank cell says nothing."""
    problems: list[Problem] = []
    number, kind = cells.get("property_number", ""), cells.get("property_kind", "")
    found: dict[str, Any] = {"number": "".join(number.split()), "kind": property_kinds.find_kind(kind)}
    if not number_key(number):
        problems.append(Problem("number-missing", N_("The row has no number."), field="property_number"))
    if found["kind"] is None:
        message = N_("“%(value)s” is no kind of intellectual property that is known here.")
        problems.append(Problem("kind-unknown", message, {"value": kind[:60]}, "property_kind"))
    for column, (field, longest) in _TEXTS.items():
        text = to_text(cells.get(column, ""), longest=longest)
        if isinstance(text, Problem):
            problems.append(Problem(text.code, text.msgid, text.params, column))
        elif text is not None:
            found[field] = "" if isinstance(text, Clear) else text
    for column, field in _DAYS.items():
        day = to_day(cells.get(column, ""))
        if isinstance(day, Problem):
            problems.append(Problem(day.code, day.msgid, day.params, column))
        elif day is not None:
            found[field] = None if isinstance(day, Clear) else day
    obtained = cells.get("obtained", "")
    if not is_blank(obtained):
        found["obtained"] = property_kinds.find_obtained(obtained) or ""
    return found, problems


def _write(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
    importer = actor.through("import")
    for verdict in verdicts:
        if verdict.outcome == CREATE and verdict.firm_id is not None:
            _, data = verdict.content
            key = properties.add(session, importer, verdict.firm_id, data, batch.id)
            verdict.changes = [{"property_id": key, "version": 1}]
        elif verdict.outcome == UPDATE:
            row, data = verdict.content
            properties.change(session, importer, row.id, row.version, data)
            before = {name: _plain(getattr(row, name)) for name in FIELDS}
            verdict.changes.append({"property_id": row.id, "version": row.version + 1, "values": before})
    return 0


def _marks(session: Session, batch: ImportBatch) -> list[tuple[int, dict[str, Any]]]:
    """Firm and what undo needs, of each row that was written."""
    rows = session.execute(
        select(ImportRow.firm_id, ImportRow.changes)
        .where(ImportRow.batch_id == batch.id, ImportRow.outcome.in_((CREATE, UPDATE)))
        .order_by(ImportRow.number)
    )
    return [(firm_id, mark) for firm_id, changes in rows for mark in changes if "property_id" in mark]


def _refuse_touched(session: Session, batch: ImportBatch) -> None:
    """Raise ``ImportTouched`` where a right of the batch was changed or taken off since."""
    marks = _marks(session, batch)
    versions: dict[int, int] = {}
    for part in chunks([mark["property_id"] for _firm, mark in marks]):
        rows = session.execute(
            select(IntellectualProperty.id, IntellectualProperty.version).where(
                IntellectualProperty.id.in_(part), IntellectualProperty.deleted_at.is_(None)
            )
        )
        versions.update((key, version) for key, version in rows)
    refuse(
        session,
        ((firm, EDITED) for firm, mark in marks if versions.get(mark["property_id"]) != mark["version"]),
    )


def _take_back(session: Session, actor: Actor, batch: ImportBatch, _moment: datetime) -> int:
    importer = actor.through("import")
    for _firm_id, mark in _marks(session, batch):
        if "values" in mark:
            values: dict[str, Any] = {
                key: date.fromisoformat(value) if key in _DAYS and value else value
                for key, value in mark["values"].items()
            }
            properties.change(session, importer, mark["property_id"], mark["version"], PropertyData(**values))
        else:
            properties.remove(session, importer, mark["property_id"], mark["version"])
    return 0


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


KIND = Kind(
    code=PROPERTIES,
    label=N_("Intellectual property"),
    act=Act.IMPORT_FIRMS,
    outcomes=(CREATE, UPDATE, UNCHANGED, DUPLICATE, REJECTED),
    written=frozenset({CREATE, UPDATE}),
    check_options=_no_options,
    judge=_judge,
    write=_write,
    refuse_touched=_refuse_touched,
    take_back=_take_back,
)
