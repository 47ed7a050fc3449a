"""Several processes look at firms where there are several processors: one alone needs half a millisecond a firm.

Each opens the database for itself and reads; only the process that asked writes. Few firms, one processor, or a
process that may have no children: the same is done here.
"""

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import make_url

from cultivate.db.engine import Database
from cultivate.services.screening_look import Filing, Looker, Portion

#: fewer are looked at before a second process has started
WORTH_A_CREW = 10_000
MOST = 8

Found = tuple[Portion, list[dict[str, Any]]]


@contextmanager
def looking(database: Database, filing: Filing, portions: Sequence[Portion]) -> Iterator[Iterator[Found]]:
    """Each portion, in its order, with what was found of it."""
    size = _size(sum(len(portion.marks) for portion in portions))
    if size < 2:
        yield _alone(database, filing, portions)
        return
    pool = ProcessPoolExecutor(
        size,
        multiprocessing.get_context("spawn"),  # this process has threads, which a fork would tear apart
        _begin,
        (database.engine.url.render_as_string(hide_password=False), filing),
    )
    try:
        yield _together(pool, portions, ahead=2 * size)
    finally:
        pool.shutdown(cancel_futures=True)


def _size(firms: int) -> int:
    if firms < WORTH_A_CREW or multiprocessing.current_process().daemon:
        return 1
    return min(os.cpu_count() or 1, MOST)


def _alone(database: Database, filing: Filing, portions: Sequence[Portion]) -> Iterator[Found]:
    looker = Looker(filing)
    for portion in portions:
        with database.reading() as session:
            found = looker.look(session, portion)
        yield portion, found


def _together(pool: ProcessPoolExecutor, portions: Sequence[Portion], ahead: int) -> Iterator[Found]:
    """A few portions ahead of the writer, so that neither waits and little is held."""
    waiting: deque[tuple[Portion, Future[list[dict[str, Any]]]]] = deque()
    for portion in portions:
        waiting.append((portion, pool.submit(_look, portion)))
        if len(waiting) > ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


#: of a process of the crew: its database, and what it looks for
_mine: dict[str, Any] = {}


def _begin(url: str, filing: Filing) -> None:
    gc.disable()  # it lives for one run, and makes hardly a cycle
    _mine.update(database=Database(make_url(url)), looker=Looker(filing))


def _look(portion: Portion) -> list[dict[str, Any]]:
    database: Database = _mine["database"]
    looker: Looker = _mine["looker"]
    with database.reading() as session:
        return looker.look(session, portion)
