"""A track: what a firm is cultivated for. The rows come from ``packs/tracks.toml``."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Track:
    """One row of the pack; ``validity_years`` 0 means in force until revoked."""

    code: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    validity_years: int
    certificate_pattern: str
    certificate_hint_zh: str
    certificate_hint_en: str

    def name(self, language: str) -> str:
        """Full name."""
        return self.name_en if language == "en" else self.name_zh

    def short(self, language: str) -> str:
        """Short name, as in a chip or a subject line."""
        return self.short_en if language == "en" else self.short_zh

    def valid_through(self, issued_on: date) -> date | None:
        """Last day in force: issued 2023-12-08, valid through 2026-12-08; ``None`` without a fixed end.

        A 29 February ends on 28 February.
        """
        if not self.validity_years:
            return None
        try:
            return issued_on.replace(year=issued_on.year + self.validity_years)
        except ValueError:
            return issued_on.replace(year=issued_on.year + self.validity_years, day=28)

    def lapses_on(self, issued_on: date) -> date | None:
        """The day on which ``certify -> expired`` is effective: the day after the last."""
        last = self.valid_through(issued_on)
        return None if last is None else last + timedelta(days=1)
