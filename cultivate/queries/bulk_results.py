"""What became of a bulk act: kept under the key of its form, for the person who sent it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate.domain.actor import Actor
from cultivate.errors import NotFound
from cultivate.models import Firm, IdempotencyKey
from cultivate.queries.candidacies import firm_within
from cultivate.queries.picked import Picked

_KEY = re.compile(r"(undo-)?[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefusedFirm:
    """A row that was refused; without a name where the firm is not the reader's to see."""

    firm_id: int
    candidacy_id: int | None
    name: str | None
    reasons: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows refused for the same reasons."""

    code: str
    reasons: tuple[dict[str, Any], ...]
    """The same for all rows; empty where the rows' words differ (each names its own day)."""
    rows: tuple[RefusedFirm, ...]


@dataclass(frozen=True, slots=True)
class FirmName:
    """A firm and its name."""

    firm_id: int
    name: str


def name_of(key: str) -> str:
    """The name under which a form's key is kept: apart from those that programs choose."""
    if not _KEY.fullmatch(key):
        raise NotFound
    return f"bulk:{key}"


def get_answer(session: Session, actor: Actor, key: str) -> dict[str, Any]:
    """What was kept, or ``NotFound``: somebody else's key is no key."""
    answer: dict[str, Any] | None = session.scalar(
        select(IdempotencyKey.answer).where(
            IdempotencyKey.user_id == actor.user_id,
            IdempotencyKey.key == name_of(key),
            IdempotencyKey.status == 200,
        )
    )
    if answer is None:
        raise NotFound
    return answer


def groups_of(session: Session, actor: Actor, answer: dict[str, Any]) -> list[Group]:
    """The refused rows by reason, the most frequent first."""
    names = _names(session, actor, [row["firm"] for row in answer["refused"]])
    by_code: dict[tuple[str, ...], list[RefusedFirm]] = {}
    for row in answer["refused"]:
        refused = RefusedFirm(row["firm"], row["candidacy"], names.get(row["firm"]), tuple(row["reasons"]))
        by_code.setdefault(tuple(reason["code"] for reason in refused.reasons), []).append(refused)
    groups = [_group(codes[0], rows) for codes, rows in by_code.items()]
    return sorted(groups, key=lambda group: -len(group.rows))


def _group(code: str, rows: Sequence[RefusedFirm]) -> Group:
    first = rows[0].reasons
    same = all(row.reasons == first for row in rows)
    return Group(code, first if same else (), tuple(rows))


def done_firms(session: Session, actor: Actor, answer: dict[str, Any], limit: int) -> list[FirmName]:
    """The first firms that passed, in the list's order."""
    ids = list(dict.fromkeys(row["firm"] for row in answer["done"]))[:limit]
    names = _names(session, actor, ids)
    return [FirmName(firm_id, names[firm_id]) for firm_id in ids if firm_id in names]


def refused_rows(answer: dict[str, Any]) -> list[Picked]:
    """The refused ones, to go on with: as they stand now, so no version is asked."""
    return [
        Picked(row["firm"], {row["candidacy"]: None} if row["candidacy"] else {}, seen=False)
        for row in answer["refused"]
    ]


def _names(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        statement = select(Firm.id, Firm.name).where(
            Firm.id.in_(ids[start : start + 500]), firm_within(actor.scope)
        )
        found.update((firm_id, name) for firm_id, name in session.execute(statement.order_by(Firm.id)))
    return found
