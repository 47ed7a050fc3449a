"""The firm that stays: what it takes from the other, and the tombstone that leads to it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain import firm_names, search_text
from cultivate.domain.firm_data import SCALARS
from cultivate.errors import N_, Invalid
from cultivate.models import Firm, FirmName
from cultivate.services.merges.journal import Journal

KEPT, GONE = "kept", "gone"
#: what is chosen field by field; where a firm lies is changed by a transfer
FIELDS = tuple(key for key in SCALARS if key not in {"street", "park"})


def check(kept: Firm, gone: Firm, choices: Mapping[str, str], reason: str) -> None:
    """Two firms with codes of their own are most likely two: it needs a choice and a reason."""
    for key, choice in choices.items():
        if choice not in {KEPT, GONE}:
            raise Invalid(N_("Choose one of the two firms."), field=key, code="choice-unknown")
    if not (kept.uscc and gone.uscc) or kept.uscc == gone.uscc:
        return
    if "uscc" not in choices:
        message = N_(
            "The two have different credit codes: they are most likely two firms. Choose which code is right."
        )
        raise Invalid(message, field="uscc", code="two-codes")
    if not reason:
        message = N_("The two have different credit codes. Say why they are one firm all the same.")
        raise Invalid(message, field="reason", code="reason-missing")


def take_over(session: Session, journal: Journal, kept: Firm, gone: Firm, choices: Mapping[str, str]) -> None:
    """Bury the one, give the other its values. What the firm that stays does not know, it takes from the other."""
    values = _values(kept, gone, choices)
    names = _names(session, kept, gone, values.get("name", kept.name))
    code = values.get("uscc", kept.uscc)
    # first the tombstone: until then two living firms would bear one code
    journal.change(Firm, {"id": gone.id}, deleted_at=clock.now())
    name = values.get("name", kept.name)
    _take_names(session, journal, kept, gone, names)
    told = session.scalars(
        select(FirmName.name).where(FirmName.firm_id == kept.id).order_by(FirmName.id)
    ).all()
    journal.change(
        Firm,
        {"id": kept.id},
        **values,
        name_key=firm_names.normalise(name),
        search_text=search_text.compose(name, told, code),
    )


def _values(kept: Firm, gone: Firm, choices: Mapping[str, str]) -> dict[str, Any]:
    """Columns of the firm that stays that change."""
    found: dict[str, Any] = {}
    for key in FIELDS:
        mine, theirs = getattr(kept, key), getattr(gone, key)
        takes = choices.get(key) == GONE if key in choices else mine in {None, ""}
        if takes and theirs not in {None, ""} and theirs != mine:
            found[key] = theirs
    return found


def _names(session: Session, kept: Firm, gone: Firm, name: str) -> list[str]:
    """Names that become former ones: that of the firm that goes, or the one that was given up for it."""
    known = set(session.scalars(select(FirmName.name_key).where(FirmName.firm_id == kept.id)))
    known.add(firm_names.normalise(name))
    fresh = {firm_names.normalise(each): each for each in (kept.name, gone.name)}
    return [each for key, each in fresh.items() if key not in known]


def _take_names(session: Session, journal: Journal, kept: Firm, gone: Firm, names: list[str]) -> None:
    """Former names of the one that goes, and its own; a name that is known already stays with the tombstone."""
    known = set(session.scalars(select(FirmName.name_key).where(FirmName.firm_id == kept.id)))
    rows = session.execute(
        select(FirmName.id, FirmName.name_key).where(FirmName.firm_id == gone.id).order_by(FirmName.id)
    ).all()
    for row_id, key in rows:
        if key not in known:
            known.add(key)
            journal.change(FirmName, {"id": row_id}, firm_id=kept.id)
    for name in names:
        key = firm_names.normalise(name)
        if key in known:
            continue
        row = FirmName(firm_id=kept.id, name=name, name_key=key, until=_today())
        session.add(row)
        session.flush()
        journal.added(FirmName, {"id": row.id})


def _today() -> date:
    return clock.today()
