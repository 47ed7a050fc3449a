"""Lists about certificates that were issued before: renames, cancellations, relocations. What they share.

A line is matched by certificate number, else by code, else by name; a near name goes to a person. What then
becomes of the firm each kind says for itself, from facts that it loads for all its firms at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock, packs
from cultivate.domain import firm_names, matching
from cultivate.domain.actor import Actor
from cultivate.domain.list_memory import asked_key
from cultivate.domain.matching import Match, NameIndex
from cultivate.domain.stages import Exit
from cultivate.domain.values import Clear, Problem, to_day, to_text
from cultivate.errors import N_, Invalid
from cultivate.models import Certificate, Firm, ImportBatch, ImportRow, StageMove, Transfer
from cultivate.queries.imports import BatchRow, RowView
from cultivate.services.imports import known_firms, memory, undo_firms, undo_moves
from cultivate.services.imports.check import check_list_row
from cultivate.services.imports.options import RENAMES, ImportOptions
from cultivate.services.imports.resolve_list import Decision
from cultivate.services.imports.verdict import (
    MATCHED,
    NOT_OURS,
    OURS,
    TO_DECIDE,
    UNMATCHED,
    InputRow,
    Verdict,
    kept,
    rejected,
)

#: in the order in which a reason is told: what the list says of itself
_REASONS = ("cancelled_year", "reason", "note")
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Notice:
    """A line. ``on`` is when it took effect, ``issued_on`` the certificate's own day, where the line has them."""

    name: str
    former_name: str
    uscc: str | None
    number: str
    on: date
    issued_on: date | None
    reason: str


@dataclass(slots=True)
class CheckedNotice:
    """A notice with what is wrong with its row (then nothing is done) and what is merely odd."""

    notice: Notice
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """Whose a line is: the firm, or candidates for a person, or (neither) nobody of ours."""

    firm_id: int | None = None
    candidates: tuple[int, ...] = ()
    by: str = "none"


def check_options(_session: Session, _actor: Actor, options: ImportOptions) -> None:
    """Refuse a list without track or day."""
    packs.track(options.track or "")
    if options.issued_on is None:
        message = N_("The day of the notice is needed: it stands in the notice, not in the list.")
        raise Invalid(message, field="issued_on", code="notice-day-missing")
    if options.issued_on > clock.today():
        raise Invalid(
            N_("The day of the notice lies in the future."), field="issued_on", code="day-in-future"
        )


def given_of(options: ImportOptions) -> tuple[str, date]:
    """Track and day of the notice, which ``check_options`` has asked for."""
    if options.track is None or options.issued_on is None:
        message = "a list without track or day passed the check of its options"
        raise ValueError(message)
    return options.track, options.issued_on


def check_row(cells: Mapping[str, str], options: ImportOptions) -> CheckedNotice:
    """A line alone, without the register. A day of its own goes before that of the notice."""
    track, given = given_of(options)
    today = clock.today()
    plain = {key: value for key, value in cells.items() if key != "issued_on"}
    entry = check_list_row(plain, track, given, today)
    problems = [problem for problem in entry.problems if problem.field != "issued_on"]
    days = {key: _day(cells, key, today, problems) for key in ("issued_on", "moved_on")}
    former = _text(cells, "former_name")
    notice = Notice(
        name=entry.entry.name,
        former_name=former,
        uscc=entry.entry.uscc,
        number=entry.entry.number,
        on=days["moved_on"] or given,
        issued_on=days["issued_on"],
        reason=_reason(cells),
    )
    if former:  # the old name alone identifies, too
        problems = [problem for problem in problems if problem.code != "name-missing"]
    return CheckedNotice(notice, problems)


def _day(cells: Mapping[str, str], key: str, today: date, problems: list[Problem]) -> date | None:
    found = to_day(cells.get(key, ""))
    if isinstance(found, Problem):
        problems.append(Problem(found.code, found.msgid, found.params, key))
        return None
    if found is None or isinstance(found, Clear):
        return None
    if found > today:
        message = N_("%(value)s lies in the future.")
        problems.append(Problem("date-invalid", message, {"value": found.isoformat()}, key))
    return found


def _text(cells: Mapping[str, str], key: str) -> str:
    text = to_text(cells.get(key, ""))
    return text if isinstance(text, str) else ""


def _reason(cells: Mapping[str, str]) -> str:
    """Why, in the list's own words."""
    told = [_text(cells, key) for key in _REASONS]
    year = told[0]
    if year.isdigit():
        told[0] = f"取消年度 {year}"
    return "；".join(text for text in told if text)[:_LONGEST_REASON]


def find(
    session: Session,
    actor: Actor,
    kind: str,
    track: str,
    rows: Sequence[InputRow],
    checked: Sequence[CheckedNotice],
) -> list[Found]:
    """Whose each line is. What a person said of this very line goes before everything."""

    @cache
    def index() -> NameIndex:
        return known_firms.name_index(session, actor.scope)

    @cache
    def remembered() -> dict[str, Decision]:
        return memory.decisions(session, track)

    numbers = [each.notice.number for each in checked if not each.problems]
    holders = memory.ever_holders(session, track, numbers)
    found = []
    for row, each in zip(rows, checked, strict=True):
        if each.problems or row.decision == NOT_OURS:
            found.append(Found(by="decided"))
        elif row.decision == OURS and row.firm_id is not None:
            found.append(Found(row.firm_id, by="decided"))
        else:
            match = _match(kind, each.notice, holders, index())
            found.append(
                _with_memory(match, kind, row, remembered) if match.firm_id is None else _sure(match)
            )
    return found


def _match(kind: str, notice: Notice, holders: Mapping[str, tuple[int, ...]], index: NameIndex) -> Match:
    names = (notice.former_name, notice.name) if kind == RENAMES else (notice.name, notice.former_name)
    return matching.match_notice(
        holders.get(notice.number, ()), notice.uscc, [name for name in names if name], index
    )


def _sure(match: Match) -> Found:
    return Found(match.firm_id, by=match.kind)


def _with_memory(match: Match, kind: str, row: InputRow, remembered: Any) -> Found:
    key = asked_key(kind, row.cells)
    decided = remembered().get(key) if key else None
    if decided is not None:
        return Found(decided.firm_id if decided.decision == OURS else None, by="decided")
    return Found(None, match.firm_ids if match.to_decide else (), by=match.kind)


def undecided(row: InputRow, found: Found) -> Verdict | None:
    """The verdict of a line that is nobody's, or that a person has to look at; ``None``: the firm is known."""
    if found.firm_id is not None:
        return None
    if found.candidates:
        return Verdict(row.number, TO_DECIDE, changes=[{"firm_id": firm_id} for firm_id in found.candidates])
    return Verdict(row.number, UNMATCHED)


class Once:
    """A firm has one line in a list: a second one is a mistake, or a second step that needs its own list."""

    def __init__(self) -> None:
        """Nobody has been seen yet."""
        self._rows: dict[object, int] = {}

    def refuse(self, row: InputRow, key: object) -> Verdict | None:
        """A rejection where an earlier row has taken the firm."""
        earlier = self._rows.setdefault(key, row.number)
        if earlier == row.number:
            return None
        return rejected(
            row.number, [Problem("duplicate-row", N_("The same firm as row %(row)s."), {"row": earlier})]
        )


def refused(row: InputRow, found: Found, *problems: Problem) -> Verdict:
    """A line that is not carried out, of a firm that is known."""
    verdict = rejected(row.number, problems)
    verdict.firm_id = found.firm_id
    return verdict


def unchanged(row: InputRow, firm_id: int | None, note: Problem | None = None) -> Verdict:
    """A line that says what is known."""
    return Verdict(row.number, "unchanged", firm_id, [kept(note, warning=True)] if note else [])


def effect(msgid: str, **params: str) -> dict[str, Any]:
    """What a line would bring about, to be told beside the row; ``stage`` and ``track`` are codes."""
    return {"effect": msgid, "params": params}


def report(_session: Session, _actor: Actor, batch: BatchRow, rows: Sequence[RowView]) -> dict[str, Any]:
    """Firms by credit code, as for a list of certificates."""
    matched = {row.firm.uscc for row in rows if row.firm is not None and row.outcome in {MATCHED, "update"}}
    return {
        "track": batch.track,
        "issued_on": batch.issued_on.isoformat() if batch.issued_on else None,
        "matched_firms": sorted(code for code in matched if code),
    }


def take_back(session: Session, actor: Actor, batch: ImportBatch, moment: datetime) -> int:
    """Moves, certificates, changes of street, names and new firms, in this order."""
    booked = undo_moves.take_back(session, actor.through("import"), batch, moment)
    _validate_again(session, batch)
    _stay(session, batch)
    undo_firms.take_back(session, actor, batch)
    return booked


def _validate_again(session: Session, batch: ImportBatch) -> None:
    """What the list revoked is valid again."""
    revoked = select(StageMove.candidacy_id).where(
        StageMove.import_batch_id == batch.id,
        StageMove.to_account == Exit.REVOKED,
        StageMove.reverses_id.is_(None),
    )
    for certificate in session.scalars(
        select(Certificate)
        .where(Certificate.candidacy_id.in_(revoked), Certificate.status == "revoked")
        .order_by(Certificate.id)
        .execution_options(populate_existing=True)
    ):
        certificate.status, certificate.revoked_on, certificate.revoked_reason = "valid", None, None
    session.flush()


def transfers_of(session: Session, batch: ImportBatch) -> list[Transfer]:
    """Changes of street that the import brought about, the last first."""
    changes = session.scalars(
        select(ImportRow.changes).where(ImportRow.batch_id == batch.id, ImportRow.outcome == MATCHED)
    )
    ids = [change["transfer"] for listed in changes for change in listed if "transfer" in change]
    return list(session.scalars(select(Transfer).where(Transfer.id.in_(ids)).order_by(Transfer.id.desc())))


def _stay(session: Session, batch: ImportBatch) -> None:
    """Firms lie again where they lay; the moves of their candidacies are taken back already."""
    for transfer in transfers_of(session, batch):
        firm = session.get_one(Firm, transfer.firm_id, populate_existing=True)
        transfer.reversed_at = clock.now()
        firm.street_id, firm.park_id = transfer.from_street_id, transfer.from_park_id
        firm.updated_at = clock.now()
    session.flush()


def same_name(name: str, other: str) -> bool:
    """Whether two names are one, blanks and width aside."""
    return firm_names.normalise(name) == firm_names.normalise(other)
