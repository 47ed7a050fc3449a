"""Saying how far a long act has come, while it goes on.

Services say it wherever they are (``say``, ``counted``); who started the act listens (``shown``). The row that a
page asks for is written in a transaction of its own, so that it is seen before the act's commit. On SQLite
nobody else can write while the act does: then the last word stands, and the page says how long ago it was said.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.db.upsert import insert_for
from cultivate.domain.actor import Actor
from cultivate.extensions import database
from cultivate.models import Progress

READING, CHECKING, COMPARING, WRITING = "reading", "checking", "comparing", "writing"
ASSESSING = "assessing"

Listener = Callable[[str, int, int], None]
Item = TypeVar("Item")

_EVERY_ROWS = 200
_EVERY_SECONDS = 0.5
_LONGEST_LABEL = 255

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


_USUAL = gc.get_threshold()
_SELDOM = 100_000
_seldom: ContextVar[bool] = ContextVar("seldom", default=False)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Inside the block the collector of cycles looks at every 100,000 new objects, not at every 700.

    An import makes millions that all live until its end, and none of them a cycle: to look at them over and over
    takes a fifth of its time. Should two threads overlap, the first to end only makes the other slower.
    """
    if _seldom.get():
        yield
        return
    token = _seldom.set(True)
    gc.set_threshold(_SELDOM, *_USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)
        _seldom.reset(token)


def say(phase: str, done: int = 0, total: int = 0) -> None:
    """Where the act is now; nothing happens where nobody listens."""
    listener = _listener.get()
    if listener is not None:
        listener(phase, done, total)


def counted(phase: str, items: Iterable[Item], total: int) -> Iterator[Item]:
    """The items as they are, telling every few hundred of them how many are done."""
    for done, item in enumerate(items):
        if done % _EVERY_ROWS == 0:
            say(phase, done, total)
        yield item


@contextmanager
def heard(listener: Listener) -> Iterator[None]:
    """Inside the block ``listener`` is told."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def shown(actor: Actor, key: str, label: str) -> Iterator[None]:
    """Inside the block the row ``key`` tells how far the act is; it goes when the act fails.

    An act that succeeds takes the row away by its own transaction (``finish``).
    """
    plain = "".join(character for character in label if character.isprintable())  # file names may hold a NUL
    with heard(_Writer(actor, key, plain[:_LONGEST_LABEL])):
        try:
            yield
        except BaseException:
            give_up(key)
            raise


def give_up(key: str) -> None:
    """Take the row away after the act has failed and its transaction is over."""
    database().try_to_write(lambda session: finish(session, key))


def finish(session: Session, key: str) -> None:
    """Take the row away: the act is done."""
    session.execute(delete(Progress).where(Progress.key == key))


class _Writer:
    """Writes the row, at most twice a second and at each new phase."""

    def __init__(self, actor: Actor, key: str, label: str) -> None:
        self._actor, self._key, self._label = actor, key, label
        self._phase, self._at = "", 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        if phase == self._phase and time.monotonic() - self._at < _EVERY_SECONDS:
            return
        self._phase, self._at = phase, time.monotonic()
        values = {
            "label": self._label,
            "phase": phase,
            "done": done,
            "total": total,
            "by_id": self._actor.user_id,
            "updated_at": clock.now(),
        }

        def write(session: Session) -> None:
            statement = insert_for(session, Progress).values(key=self._key, **values)
            session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))

        database().try_to_write(write)
