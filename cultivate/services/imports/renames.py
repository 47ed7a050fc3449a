"""The kind ``renames``: old name → new name. The certificate keeps its number and validity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cultivate.domain import firm_names
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import FirmData
from cultivate.domain.permissions import Act
from cultivate.domain.values import Problem
from cultivate.errors import N_
from cultivate.models import Firm, FirmName, ImportBatch
from cultivate.services import certificate_edits, firms
from cultivate.services.imports import notices, undo_firms
from cultivate.services.imports.deciding import decider
from cultivate.services.imports.kind import Kind
from cultivate.services.imports.known_firms import chunks
from cultivate.services.imports.notices import CheckedNotice, Found, Notice, Once
from cultivate.services.imports.options import RENAMES, ImportOptions
from cultivate.services.imports.touched import refuse_edited
from cultivate.services.imports.verdict import (
    REJECTED,
    TO_DECIDE,
    UNCHANGED,
    UNMATCHED,
    UPDATE,
    InputRow,
    Verdict,
    rejected,
)


@dataclass(frozen=True, slots=True)
class _Named:
    """A firm's names: the present one, and the keys of those that it bore."""

    name: str
    former: frozenset[str]


def _judge(session: Session, actor: Actor, options: ImportOptions, rows: Sequence[InputRow]) -> list[Verdict]:
    checked = [_check(row, options) for row in rows]
    track, _ = notices.given_of(options)
    found = notices.find(session, actor, RENAMES, track, rows, checked)
    names = _names(session, [each.firm_id for each in found if each.firm_id is not None])
    bearers = _bearers(session, [each.notice.name for each in checked if each.notice.name])
    firm_once, name_once = Once(), Once()

    def verdict(row: InputRow, each: CheckedNotice, whose: Found) -> Verdict:
        if each.problems:
            return rejected(row.number, each.problems)
        waiting = notices.undecided(row, whose)
        if waiting is not None or whose.firm_id is None:
            return waiting or Verdict(row.number, UNMATCHED)
        found = _renamed(row, each.notice, whose, names[whose.firm_id], bearers)
        if found.outcome != UPDATE:
            return found
        new = firm_names.normalise(each.notice.name)
        return firm_once.refuse(row, whose.firm_id) or name_once.refuse(row, new) or found

    return [verdict(*line) for line in zip(rows, checked, found, strict=True)]


def _check(row: InputRow, options: ImportOptions) -> CheckedNotice:
    each = notices.check_row(row.cells, options)
    new, old = each.notice.name, each.notice.former_name
    if not each.problems and not (new and old):
        message = N_("A rename needs the old name and the new one.")
        each.problems.append(Problem("name-missing", message, field="name" if old else "former_name"))
    elif new and old and notices.same_name(new, old):
        message = N_("The old name and the new one are the same.")
        each.problems.append(Problem("row-inconsistent", message, field="name"))
    return each


def _renamed(
    row: InputRow, notice: Notice, whose: Found, known: _Named, bearers: dict[str, dict[int, str]]
) -> Verdict:
    """What the rename changes in the firm's names."""
    new, old = firm_names.normalise(notice.name), firm_names.normalise(notice.former_name)
    current = firm_names.normalise(known.name)
    added = [] if old in known.former | {current} or not old else [notice.former_name]
    if new == current:
        if not added:
            return notices.unchanged(row, whose.firm_id)
        return _update(row, whose, [{"field": "former_names", "before": None, "after": added}], notice)
    if new in known.former:
        message = N_("It bore this name once and is called %(name)s now: the register knows a later one.")
        return notices.unchanged(
            row, whose.firm_id, Problem("renamed-since", message, {"name": known.name}, "name")
        )
    others = {firm_id: name for firm_id, name in bearers.get(new, {}).items() if firm_id != whose.firm_id}
    if others:
        message = N_(
            "The new name belongs to another firm of the register: %(name)s. "
            "Perhaps the firm is in twice; look at the duplicates."
        )
        return notices.refused(
            row, whose, Problem("name-taken", message, {"name": next(iter(others.values()))}, "name")
        )
    left = [known.name] if current not in known.former else []
    changes: list[dict[str, object]] = [
        {"field": "name", "before": known.name, "after": notice.name},
        {"field": "former_names", "before": None, "after": [*left, *added]},
    ]
    return _update(row, whose, changes, notice)


def _update(row: InputRow, whose: Found, changes: list[dict[str, object]], notice: Notice) -> Verdict:
    changes = [change for change in changes if change["after"]]
    return Verdict(row.number, UPDATE, whose.firm_id, changes=changes, content=notice)


def _names(session: Session, ids: Sequence[int]) -> dict[int, _Named]:
    found: dict[int, _Named] = {}
    for part in chunks(sorted(set(ids))):
        former: dict[int, set[str]] = {}
        for firm_id, key in session.execute(
            select(FirmName.firm_id, FirmName.name_key).where(FirmName.firm_id.in_(part))
        ):
            former.setdefault(firm_id, set()).add(key)
        for firm_id, name in session.execute(select(Firm.id, Firm.name).where(Firm.id.in_(part))):
            found[firm_id] = _Named(name, frozenset(former.get(firm_id, ())))
    return found


def _bearers(session: Session, names: Sequence[str]) -> dict[str, dict[int, str]]:
    """Living firms by the normalised name that they bear now."""
    found: dict[str, dict[int, str]] = {}
    for part in chunks(sorted({firm_names.normalise(name) for name in names})):
        rows = session.execute(
            select(Firm.name_key, Firm.id, Firm.name)
            .where(Firm.name_key.in_(part), Firm.deleted_at.is_(None))
            .order_by(Firm.id)
        )
        for key, firm_id, name in rows:
            found.setdefault(key, {})[firm_id] = name
    return found


def _write(session: Session, actor: Actor, batch: ImportBatch, verdicts: Sequence[Verdict]) -> int:
    """Write the names; returns how many firms were renamed."""
    actor.require(Act.IMPORT_LISTS)
    written = 0
    for verdict in verdicts:
        if verdict.outcome != UPDATE or verdict.firm_id is None:
            continue
        after = {change["field"]: change["after"] for change in verdict.changes}
        data = FirmData(former_names=tuple(after.get("former_names", ())))
        if "name" in after:
            data = FirmData(name=after["name"], former_names=data.former_names)
        firms.update(
            session,
            actor.through("list"),
            verdict.firm_id,
            data,
            confirm_name=True,
            import_batch_id=batch.id,
        )
        _until(session, verdict.firm_id, data.former_names, verdict.content.on)
        certificate_edits.note_rename_reported(session, verdict.firm_id, verdict.content.on)
        written += 1
    return written


def _until(session: Session, firm_id: int, names: Sequence[str], day: date) -> None:
    """The names ended on the day of the notice, not on the one on which we learned of it."""
    session.execute(
        update(FirmName)
        .where(
            FirmName.firm_id == firm_id,
            FirmName.name_key.in_([firm_names.normalise(name) for name in names]),
        )
        .values(until=day)
        .execution_options(synchronize_session="fetch")
    )


def _take_back(session: Session, actor: Actor, batch: ImportBatch, _moment: datetime) -> int:
    undo_firms.take_back(session, actor, batch)
    return 0


KIND = Kind(
    code=RENAMES,
    label=N_("Renames"),
    act=Act.IMPORT_LISTS,
    outcomes=(UPDATE, UNCHANGED, TO_DECIDE, UNMATCHED, REJECTED),
    written=frozenset({UPDATE}),
    check_options=notices.check_options,
    judge=_judge,
    write=_write,
    refuse_touched=refuse_edited,
    take_back=_take_back,
    report=notices.report,
    decide=decider(_judge, _write),
)
