"""Registering and editing firms. Nothing is deleted here: an undone import or a merge leaves a tombstone."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import firm_names, search_text
from cultivate.domain.actor import Actor
from cultivate.domain.firm_data import SCALARS, UNSET, FirmData
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid
from cultivate.models import Firm, FirmName, OrgUnit
from cultivate.queries import firms as queries
from cultivate.services import audit, firm_figures, firm_rules, ledger, stages
from cultivate.services.firm_rules import InvalidFirm, Place

_PLAIN = tuple(key for key in SCALARS if key not in {"street", "park"})


def register(
    session: Session,
    actor: Actor,
    data: FirmData,
    *,
    tracks: Sequence[str] = (),
    confirm_name: bool = False,
    import_batch_id: int | None = None,
) -> int:
    """Write a new firm and open it on ``tracks``; returns its id.

    Raises ``InvalidFirm`` with every problem: a name is needed, the credit code must be proven and nobody
    else's, a firm of the same name must be confirmed to be another one, the street must be the actor's.
    """
    actor.require(Act.EDIT_FIRM)
    clean, problems = firm_rules.checked(data.over(FirmData(name=None)))
    place = _try_place(session, actor, clean, problems)
    if not problems:
        problems = firm_rules.duplicates(session, actor, clean, confirm_name=confirm_name)
    if problems or place is None:
        raise InvalidFirm(problems)
    firm = Firm(**new_row(actor, clean, place, import_batch_id))
    _insert(session, actor, firm, clean)
    _add_former_names(session, firm, clean.former_names, known=set())
    firm_figures.put(session, actor, firm, clean.years, import_batch_id=import_batch_id)
    _refresh_search(session, firm)
    session.flush()
    audit.note(
        session, actor, "register", "firm", firm.id, name=firm.name, uscc=firm.uscc, version=firm.version
    )
    for track in tracks:
        stages.open_candidacy(session, actor, firm.id, track)
    return firm.id


def update(
    session: Session,
    actor: Actor,
    firm_id: int,
    data: FirmData,
    version: int | None = None,
    *,
    confirm_name: bool = False,
    import_batch_id: int | None = None,
) -> bool:
    """Change what ``data`` speaks of; True when something was changed.

    Raises ``Conflict`` (``current``: the ``FirmDetail``) when ``version`` is stale, ``InvalidFirm`` otherwise. A
    new name keeps the old one as a former name; a code can be corrected, not taken away; street and park
    of a firm that stands in a stage change by a transfer only.
    """
    actor.require(Act.EDIT_FIRM)
    firm = stages.firm_in_scope(session, actor, firm_id)
    if version is not None and version != firm.version:
        raise Conflict(
            N_("Somebody else changed this firm in the meantime."),
            current=queries.get_firm(session, actor.scope, firm_id),
        )
    units = _codes(session, firm.street_id, firm.park_id)
    before = data_of(firm, units)
    after, problems = firm_rules.checked(data.over(before))
    problems += _code_removed(before, after)
    place = _changed_place(session, actor, firm, before, after, problems)
    if not problems and (after.uscc, after.name) != (before.uscc, before.name):
        problems = firm_rules.duplicates(
            session, actor, after, but=firm.id, confirm_name=confirm_name or not _renamed(before, after)
        )
    if problems:
        raise InvalidFirm(problems)
    changed = apply(session, actor, firm, (before, after), place, import_batch_id)
    session.flush()
    return changed


def apply(
    session: Session,
    actor: Actor,
    firm: Firm,
    change: tuple[FirmData, FirmData],
    place: Place | None = None,
    import_batch_id: int | None = None,
) -> bool:
    """Write a change that has been judged, with its trail; the one writer of edits, single and in bulk.

    The caller flushes.
    """
    before, after = change
    former = _new_former_names(session, firm, before, after)
    changes = differences(before, after) | ({"former_names": [None, list(former)]} if former else {})
    if not changes:
        return False
    for key, value in after.said():
        if key in _PLAIN:
            setattr(firm, key, value)
    firm.name_key = firm_names.normalise(firm.name)
    if place is not None:
        firm.street_id, firm.park_id = place.street_id, place.park_id
    firm_figures.put(session, actor, firm, after.years, import_batch_id=import_batch_id)
    firm.updated_at = clock.now()
    if former or not {"name", "uscc"}.isdisjoint(changes):
        _refresh_search(session, firm, former)
    details: dict[str, Any] = {"changes": changes, "version": firm.version + 1}
    if import_batch_id is not None:
        details["import_batch_id"] = import_batch_id
    for name in former:
        session.add(_former_name(firm.id, name, clock.today() if name == before.name else None))
    audit.note(session, actor, "edit", "firm", firm.id, **details)
    return True


def new_row(actor: Actor, data: FirmData, place: Place, import_batch_id: int | None) -> dict[str, Any]:
    """Columns of a new firm; ``data`` is judged and normalised."""
    now = clock.now()
    name = str(data.name)
    uscc = data.uscc if isinstance(data.uscc, str) else None
    return {
        **{key: None if getattr(data, key) is UNSET else getattr(data, key) for key in _PLAIN},
        "name_key": firm_names.normalise(name),
        "search_text": search_text.compose(name, data.former_names, uscc),
        "street_id": place.street_id,
        "park_id": place.park_id,
        "created_at": now,
        "updated_at": now,
        "created_by_id": actor.user_id,
        "import_batch_id": import_batch_id,
    }


def data_of(firm: Firm, units: dict[int, str]) -> FirmData:
    """A firm's row as ``FirmData``; ``units`` maps ids to codes."""
    return FirmData(
        **{key: getattr(firm, key) for key in _PLAIN},
        street=units[firm.street_id],
        park=units[firm.park_id] if firm.park_id else None,
        years=firm_figures.of(firm),
    )


def differences(before: FirmData, after: FirmData) -> dict[str, list[Any]]:
    """Fields that differ, each with its value before and after, as plain JSON values."""
    found = {
        key: [_json(getattr(before, key)), _json(value)]
        for key, value in after.said()
        if value != getattr(before, key)
    }
    for year, figures in sorted(after.years.items()):
        for name, value in figures.items():
            known = before.years.get(year, {}).get(name)
            if value != known:
                found[f"{name}_{year}"] = [_json(known), _json(value)]
    return found


def _try_place(session: Session, actor: Actor, data: FirmData, problems: list[Invalid]) -> Place | None:
    try:
        return firm_rules.place_of(session, actor, data)
    except Invalid as error:
        problems.append(error)
        return None


def _changed_place(
    session: Session, actor: Actor, firm: Firm, before: FirmData, after: FirmData, problems: list[Invalid]
) -> Place | None:
    """The new place, ``None`` where it stays; a refusal goes to ``problems``."""
    if (before.street, before.park) == (after.street, after.park):
        return None
    place = _try_place(session, actor, after, problems)
    ledger.begin(session)  # so that nobody opens it in the old street meanwhile
    if place is not None and firm_rules.has_live_candidacy(session, firm.id):
        problems.append(
            Invalid(
                N_(
                    "The firm stands in a stage. Use “transfer”, so that the counts of both streets stay right."
                ),
                field="street" if before.street != after.street else "park",
                code="use-transfer",
            )
        )
    return place


def _code_removed(before: FirmData, after: FirmData) -> list[Invalid]:
    if before.uscc and after.uscc is None:
        message = N_("A credit code can be corrected, not taken away.")
        return [Invalid(message, field="uscc", code="credit-code-removed")]
    return []


def _renamed(before: FirmData, after: FirmData) -> bool:
    """Whether the name is another one; blanks and width alone are a correction."""
    return firm_names.normalise(str(before.name)) != firm_names.normalise(str(after.name))


def _insert(session: Session, actor: Actor, firm: Firm, data: FirmData) -> None:
    """Write the row; who was faster with the same code in another process is named like any other owner."""
    try:
        with session.begin_nested():
            session.add(firm)
            session.flush()
    except IntegrityError as error:
        found = firm_rules.duplicates(session, actor, data, confirm_name=True)
        if not found:
            raise
        raise InvalidFirm(found) from error


def _new_former_names(session: Session, firm: Firm, before: FirmData, after: FirmData) -> list[str]:
    """The old name after a rename and the former names that were told, less those that are known."""
    told = ([str(before.name)] if _renamed(before, after) else []) + list(after.former_names)
    if not told:
        return []
    known = set(session.scalars(select(FirmName.name_key).where(FirmName.firm_id == firm.id)))
    return _unknown(told, known | {firm_names.normalise(str(after.name))})


def _add_former_names(session: Session, firm: Firm, names: Iterable[str], known: set[str]) -> None:
    for name in _unknown(names, known | {firm.name_key}):
        session.add(_former_name(firm.id, name, None))


def _unknown(names: Iterable[str], known: set[str]) -> list[str]:
    fresh = {firm_names.normalise(name): name for name in names}
    return [name for key, name in fresh.items() if key and key not in known]


def _former_name(firm_id: int, name: str, until: date | None) -> FirmName:
    return FirmName(firm_id=firm_id, name=name, name_key=firm_names.normalise(name), until=until)


def _refresh_search(session: Session, firm: Firm, former: Sequence[str] = ()) -> None:
    """Make the search text anew; ``former`` are the names that are yet to be written."""
    with session.no_autoflush:  # one flush an edit, so that the version grows by one
        known = session.scalars(
            select(FirmName.name).where(FirmName.firm_id == firm.id).order_by(FirmName.id)
        ).all()
    firm.search_text = search_text.compose(firm.name, [*known, *former], firm.uscc)


def _codes(session: Session, street_id: int, park_id: int | None) -> dict[int, str]:
    ids = [street_id] + ([park_id] if park_id else [])
    rows = session.execute(select(OrgUnit.id, OrgUnit.code).where(OrgUnit.id.in_(ids))).all()
    return {row.id: row.code for row in rows}


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value
