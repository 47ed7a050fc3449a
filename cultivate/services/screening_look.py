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
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.readiness import signals, stand
from cultivate.packs.gap_words import gaps_of
from cultivate.packs.policies import policy
from cultivate.queries import fact_marks, facts, policies
from cultivate.queries.facts import Known

_LARGEST = Decimal(10**9)
#: to be raised when the same rules and facts are answered otherwise: then everybody is looked at anew
_ENGINE = 2


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
    """Some firms to be looked at, each with the fingerprint of what was known of it when that was decided."""

    marks: Mapping[int, str]


class Looker:
    """Looks at one portion after the other by the same rules: a pack is composed once for a street and park."""

    def __init__(self, filing: Filing) -> None:
        """``filing`` is the same for all portions."""
        self._filing = filing
        self._base = policy(filing.policy)
        self._packs: dict[tuple[int, ...], Pack] = {}

    def marks(self, session: Session, firm_ids: Sequence[int]) -> dict[int, str]:
        """Fingerprints of the firms that are there: whoever has another one than last time has changed."""
        return {
            known.firm_id: fingerprint(self._pack(session, known.unit_ids), known.text)
            for known in fact_marks.texts(session, firm_ids, self._filing.applied_on)
        }

    def look(self, session: Session, portion: Portion) -> list[dict[str, Any]]:
        """Rows of ``screening``, but for their time.

        A fact that came after the fingerprint was formed is seen here, and once more the next time.
        """
        filing = self._filing
        with _no_collection():
            return [
                _row(filing, self._pack(session, known.unit_ids), known, portion.marks[known.firm_id])
                for known in facts.waves(session, portion.marks, filing.applied_on, self._base.calibres)
            ]

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


def fingerprint(pack: Pack, text: str) -> str:
    """Of the rules and of all that is known, the day of filing included."""
    return hashlib.sha256(f"{_ENGINE} {pack.digest} {text}".encode()).hexdigest()


def _row(filing: Filing, pack: Pack, known: Known, mark: str) -> dict[str, Any]:
    read = known.facts
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
