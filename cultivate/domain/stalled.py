"""Standing still: how long a stage may last, and why one that lasts longer may be left alone for a while."""

from collections.abc import Mapping
from dataclasses import dataclass

from cultivate.domain.stages import OPEN_STAGES


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidacy may stand for a while."""

    code: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        """In words."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class StallRules:
    """The pack: thresholds by track and stage, reasons by code, and how long a silence may last."""

    days: Mapping[str, Mapping[str, int]]
    reasons: Mapping[str, Reason]
    longest_silence: int

    def check(self, tracks: frozenset[str]) -> None:
        """Refuse a pack that leaves a track or a stage out, or names one that does not exist."""
        stages = set(OPEN_STAGES)
        wrong = [track for track, days in self.days.items() if set(days) != stages]
        if set(self.days) != tracks or wrong:
            message = f"stalled.toml must say days for {sorted(stages)} of {sorted(tracks)} and nothing else"
            raise ValueError(message)
        if min(self.longest_silence, *(limit for days in self.days.values() for limit in days.values())) < 1:
            message = "stalled.toml counts days from 1"
            raise ValueError(message)
