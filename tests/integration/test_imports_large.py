"""Large imports: what they send to the database and hold in memory, whatever the machine's mood."""

import tracemalloc

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cultivate.db import bulk
from cultivate.models import AuditEvent, Candidacy, Firm, FirmName, Posting, StageMove
from cultivate.services.verification import verify
from tests.fixtures import World, credit_code
from tests.import_files import csv, take_in


def roster(first: int, count: int) -> bytes:
    return csv(*((f"杭州甲{n}科技公司", credit_code(n), "湖墅", "", "") for n in range(first, first + count)))


def statements_of(session: Session, world: World, content: bytes) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        take_in(session, world.bureau, content)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_what_is_written_goes_by_thousands(session: Session, world: World) -> None:
    """Reads and writes: ten times the rows cost a few statements more, and nothing is left out."""
    few, many = (statements_of(session, world, roster(*which)) for which in ((1, 120), (1001, 1200)))
    assert many <= few + 25
    written = 1320
    for model, each in ((Firm, 1), (Candidacy, 2), (StageMove, 2), (Posting, 4)):
        assert session.scalar(select(func.count()).select_from(model)) == written * each, model
    trail = select(func.count()).select_from(AuditEvent).where(AuditEvent.verb == "register")
    assert session.scalar(trail) == written
    assert [check for check in verify(session) if not check.ok] == []


def test_memory_stays_within_some_kilobytes_a_row(session: Session, world: World) -> None:
    take_in(session, world.bureau, roster(1, 20))  # what is loaded once is not the rows'
    content = roster(1001, 1500)
    tracemalloc.start()
    try:
        take_in(session, world.bureau, content)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak / 1500 < 12_000


def test_rows_written_at_once_keep_the_constraints(session: Session, world: World) -> None:
    nobody = {"firm_id": [10**9], "name": ["旧名公司"], "name_key": ["旧名公司"]}
    with pytest.raises(IntegrityError):
        bulk.add(session, FirmName, nobody, {})


def test_ids_are_asked_for_in_runs() -> None:
    runs = [list(part) for part in bulk.parts([*range(1, 4001), 9000, 9500])]
    assert [each for part in runs for each in part] == [*range(1, 4001), 9000, 9500]
    assert str(bulk.among(Firm.id, [3, 4, 5])).count("BETWEEN") == 1
    assert str(bulk.among(Firm.id, [3, 5])).count("IN") == 1
