"""The filing of a track and year: its days, where they come from, and when the work for it has to begin.

Re-recognition is a full new application, filed in the window of the year in which the certificate ends
(国科发火〔2016〕32号). Whatever must be done first is counted back from that window, never from the end day.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from cultivate.errors import N_

#: where the days come from: the year's batches, the policy pack, or an earlier year moved on
BATCH, POLICY, EARLIER = "batch", "policy", "earlier"
BASES: dict[str, str] = {
    BATCH: N_("by the application batch"),
    POLICY: N_("by the policy pack"),
    EARLIER: N_("as in %(year)s, until the notice comes"),
}
#: days before the close on which people are told; the first comes while the last year of the ratio is still open
THRESHOLDS = (300, 180, 90, 30)


@dataclass(frozen=True, slots=True)
class Filing:
    """From the first day to the last on which applications of the year are taken in, over all its rounds."""

    track: str
    year: int
    opens_on: date
    closes_on: date
    basis: str
    basis_year: int
    """The year whose days these are: an earlier one for ``EARLIER``."""
    lead_days: int
    """How long what must be done first takes, before the window opens (the pack's ``renewal_lead``)."""

    @property
    def renewal_from(self) -> date:
        """The day on which renewals open: so long before the window, on 1 January of its year at the latest."""
        return min(self.opens_on - timedelta(days=self.lead_days), date(self.year, 1, 1))

    @property
    def told_from(self) -> date:
        """The day from which a certificate that ends in the year is on the work list."""
        return min(self.closes_on - timedelta(days=max(THRESHOLDS)), self.renewal_from)

    @property
    def figures_close_on(self) -> date:
        """The last day that still counts for the ratio over the closed years."""
        return date(self.year - 1, 12, 31)


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes 28 February."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
