"""How fast one may ask: a bucket a person, refilled steadily, in the memory of each process.

It keeps one runaway program from taking the service from everybody; who guesses tokens gets a small bucket.
"""

from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from time import monotonic

from cultivate.errors import N_, TooMany

MOST_KEYS = 10_000


@dataclass
class Throttle:
    """``burst`` requests at once, then ``a_second``."""

    burst: float
    a_second: float
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, key: str) -> None:
        """Take one from the bucket, or raise ``TooMany`` with the seconds until the next."""
        with self._lock:
            level = self._level(key)
            if level < 1:
                wait = max(1, ceil((1 - level) / self.a_second))
                raise TooMany(
                    N_("Too many requests. Try again in %(seconds)s seconds."), retry_after=wait, seconds=wait
                )
            if len(self._buckets) >= MOST_KEYS:
                self._buckets.clear()
            self._buckets[key] = (level - 1, monotonic())

    def _level(self, key: str) -> float:
        level, at = self._buckets.get(key, (self.burst, 0.0))
        return min(self.burst, level + (monotonic() - at) * self.a_second)
