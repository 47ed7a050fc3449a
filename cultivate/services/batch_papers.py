"""Filling in the papers of a firm in an application batch: state, who brings it, by when, the file, a remark."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.actor import Actor
from cultivate.domain.batches import ASKED, MISSING, PAPER_STATES, RECEIVED, UNDECIDED
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict, Invalid, NotFound
from cultivate.models import BatchPaper
from cultivate.queries import attachments as files
from cultivate.queries import batch_entries, batch_papers
from cultivate.queries.batch_entries import EntryRow
from cultivate.services import attachments, audit, people

_REMARK = 500
#: the kind under which a file that comes in here stands among the firm's papers
_KIND = "application"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperData:
    """What a person says of a paper."""

    state: str
    owner_id: int | None = None
    due_on: date | None = None
    attachment_id: int | None = None
    remark: str = ""


def fill(session: Session, actor: Actor, paper_id: int, data: PaperData, version: int) -> int:
    """Write down how a paper stands; returns its entry. ``Conflict`` where somebody else was faster."""
    row, entry = _mine(session, actor, paper_id)
    if row.version != version:
        raise Conflict(
            N_("Somebody else changed this paper in the meantime. Look at it and send again."),
            current=batch_papers.get_paper(session, actor.scope, paper_id),
        )
    _check(session, actor, entry, row, data)
    before = {name: getattr(row, name) for name in asdict(data)}
    values = asdict(data) | {"remark": data.remark.strip()}
    changed = {
        name: [_said(before[name]), _said(value)] for name, value in values.items() if before[name] != value
    }
    if changed:
        _write(session, actor, row, values)
        audit.note(session, actor, "edit", "batch_paper", row.id, entry=entry.id, changed=changed)
    return entry.id


def attach(session: Session, actor: Actor, paper_id: int, name: str, stream: IO[bytes]) -> int:
    """Keep a file and hang it on the paper, which has then been received; returns the entry."""
    row, entry = _mine(session, actor, paper_id)
    found = attachments.attach(session, actor, entry.firm_id, _KIND, name, stream, row.title_zh[:_REMARK])
    state = RECEIVED if row.state in {MISSING, ASKED} else row.state
    _write(session, actor, row, {"attachment_id": found, "state": state})
    audit.note(session, actor, "edit", "batch_paper", row.id, entry=entry.id, attachment=found)
    return entry.id


def mark(session: Session, actor: Actor, entry_id: int, paper_ids: Sequence[int], state: str) -> int:
    """Put several papers of an entry into one state; returns how many changed."""
    actor.require(Act.FILL_PAPERS)
    batch_entries.get_entry(session, actor.scope, entry_id)
    if not paper_ids:
        raise Invalid(N_("Tick at least one paper."), field="paper", code="nothing-selected")
    changed = 0
    for paper_id in paper_ids:
        row, entry = _mine(session, actor, paper_id)
        if entry.id != entry_id:
            raise NotFound
        if row.state != state:
            _known_state(state)
            _write(session, actor, row, {"state": state})
            changed += 1
    if changed:
        audit.note(session, actor, "mark", "batch_entry", entry_id, state=state, papers=sorted(paper_ids))
    return changed


def _mine(session: Session, actor: Actor, paper_id: int) -> tuple[BatchPaper, EntryRow]:
    """The paper's row, locked, and its entry; papers of what has been decided stay as they were."""
    actor.require(Act.FILL_PAPERS)
    batch_papers.get_paper(session, actor.scope, paper_id)
    row = session.scalars(
        select(BatchPaper)
        .where(BatchPaper.id == paper_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    entry = batch_entries.get_entry(session, actor.scope, row.entry_id)
    if entry.state not in UNDECIDED:
        raise Invalid(
            N_("It has left the batch already; its papers stay as they were."), code="wrong-entry-state"
        )
    return row, entry


def _check(session: Session, actor: Actor, entry: EntryRow, row: BatchPaper, data: PaperData) -> None:
    _known_state(data.state)
    if data.owner_id is not None and data.owner_id != row.owner_id:
        people.require_works_at(session, data.owner_id, entry.street_id, entry.park_id, field="owner")
    if data.attachment_id is not None and data.attachment_id != row.attachment_id:
        file = files.get_paper(session, actor.scope, data.attachment_id)
        if file.firm_id != entry.firm_id:
            raise NotFound
    if len(data.remark) > _REMARK:
        raise Invalid(
            N_("The text is longer than %(longest)s characters."),
            field="remark",
            code="text-too-long",
            longest=_REMARK,
        )


def _known_state(state: str) -> None:
    if state not in PAPER_STATES:
        raise Invalid(N_("There is no such state."), field="state", code="state-unknown")


def _write(session: Session, actor: Actor, row: BatchPaper, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.by_id, row.changed_at = actor.user_id, clock.now()
    session.flush()


def _said(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
