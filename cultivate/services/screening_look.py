"""Looking at firms for a filing: whose facts or rules have changed, and where they stand now. Nothing is written.

What is asked and what is found are plain values, so that other processes can do the looking (``screening_crew``).
"""

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from cultivate.domain.policy.assess import assess
from cultivate.domain.policy.facts import read_facts
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.readiness import signals, stand
from cultivate.packs.gap_words import gaps_of
from cultivate.packs.policies import policy
from cultivate.queries import facts, policies
from cultivate.queries.facts import Known

_LARGEST = Decimal(10**9)


@dataclass(frozen=True, slots=True)
class Filing:
    """What is asked of every firm."""

    track: str
    year: int
    applied_on: date
    policy: str
    """The shipped pack."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some firms, and what is known of each: fingerprint, class, digest of its pack."""

    ids: Sequence[int]
    before: Mapping[int, tuple[str, str, str]]


class Looker:
    """Looks at one portion after the other by the same rules: a pack is composed once for a street and park."""

    def __init__(self, filing: Filing) -> None:
        """``filing`` is the same for all portions."""
        self._filing = filing
        self._base = policy(filing.policy)
        self._packs: dict[tuple[int, ...], Pack] = {}

    def look(self, session: Session, portion: Portion) -> list[dict[str, Any]]:
        """Rows of ``screening``, but for their time, of those firms whose facts or rules have changed."""
        found = []
        with _no_collection():
            for known in facts.waves(session, portion.ids, self._filing.applied_on, self._base.calibres):
                pack = self._pack(session, known.unit_ids)
                mark = fingerprint(pack, known)
                old = portion.before.get(known.firm_id)
                if old is None or old[0] != mark:
                    found.append(_row(self._filing, pack, known, mark))
        return found

    def _pack(self, session: Session, unit_ids: tuple[int, ...]) -> Pack:
        if unit_ids not in self._packs:
            filing = self._filing
            applied = policies.applying(session, filing.policy, filing.applied_on, unit_ids)
            self._packs[unit_ids] = applied.pack
        return self._packs[unit_ids]


@contextmanager
def _no_collection() -> Iterator[None]:
    """A portion makes a million small things without cycles; looking for cycles among them costs a third more."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def fingerprint(pack: Pack, known: Known) -> str:
    """Of the rules and all that is known, day of filing included; cheap, as every firm is asked for it each time.

    The facts are gathered in one order, so their text is the same while they are; where it is not (a figure that
    was given again in another order), the firm is merely looked at once more.
    """
    return hashlib.sha256(f"{pack.digest} {known.raw!r}".encode()).hexdigest()


def _row(filing: Filing, pack: Pack, known: Known, mark: str) -> dict[str, Any]:
    read = read_facts(known.raw)
    found = assess(pack, read)
    standing = stand(pack, found)
    seen = signals(read)
    close = standing.close
    return {
        "firm_id": known.firm_id,
        "track": filing.track,
        "filing_year": filing.year,
        "policy": pack.name,
        "digest": pack.digest,
        "fingerprint": mark,
        "verdict": found.verdict,
        "readiness": standing.readiness,
        "closeness": standing.order,
        "not_met": close.not_met,
        "unknown": close.unknown,
        "lacking": standing.lacking,
        "hardest": close.hardest,
        "money": _decimal(close.money),
        "people": min(close.people, 10**9),
        "days": min(close.days, 10**9),
        "points": close.points,
        "growth": _decimal(seen.growth),
        "rd_ratio": _decimal(seen.rd_ratio),
        "rd_year": seen.rd_year,
        "class1": seen.class1,
        "gaps": gaps_of(found),
    }


def _decimal(value: Fraction | None) -> Any:
    if value is None:
        return None
    exact = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.0001"))
    return max(min(exact, _LARGEST), -_LARGEST)
