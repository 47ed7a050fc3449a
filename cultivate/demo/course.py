"""The numbers behind the demonstration: what came in, what was aimed at, when lists were issued.

Numbers are for a district of 6,000 firms and scale with the size that is asked for. The stocks at the close
of 2020 are those of the plan; what follows is made up so that the district ends near its promises and short
of them.
"""

from dataclasses import dataclass
from datetime import date

#: size for which the numbers below are given
FULL_SIZE = 6000
#: share of the firms that the tracks may draw on; the others are registered and nothing more
IN_A_TRACK = 0.97
OPENING = date(2020, 12, 31)
FIRST_YEAR = 2021


@dataclass(frozen=True)
class Course:
    """One track through the years; sequences start with 2021, their last value goes on."""

    track: str
    opening: int
    """In force when the books were opened."""
    opening_discover: int
    opening_serve: int
    opening_issues: tuple[date, ...]
    """Days of issue of those, in equal parts."""
    intake: tuple[int, ...]
    """Firms found in the year."""
    goals: tuple[int, ...]
    """In force at the close of the year."""
    jitter: int
    """How far from the goal a seed may lead."""
    growth: int
    """Added to the last goal for each year after it."""
    lists: tuple[date, ...]
    """Day of issue of the year's list; that of 2026 is supposed."""
    list_recorded_after: int
    """Days until the list is in the book."""
    season: tuple[tuple[int, int], tuple[int, int]]
    """First and last day (month, day) on which firms are put forward."""
    pass_rate: float
    strangers: int
    """Firms on the year's list that were never cultivated."""
    revocations: int
    screened: float
    """Share of the found that even the weakest firms reach ``serve`` with; strong ones 0.34 more."""
    gives_up: float
    """Share of the served that leave within about a year unless they are put forward."""
    known_firms: float
    """Share of the intake that is in the register already, for the other track or from before."""

    def of_year(self, values: tuple[int, ...], year: int) -> int:
        """A sequence's value for a year."""
        return values[min(year - FIRST_YEAR, len(values) - 1)]

    def goal(self, year: int) -> int:
        """In force at the close of ``year``."""
        beyond = max(0, year - FIRST_YEAR - len(self.goals) + 1)
        return self.of_year(self.goals, year) + beyond * self.growth

    def list_day(self, year: int) -> date:
        """Day of issue of the year's list; for years not known yet, a usual day."""
        index = year - FIRST_YEAR
        return self.lists[index] if index < len(self.lists) else self.lists[-1].replace(year=year)


HNTE = Course(
    track="hnte",
    opening=466,
    opening_discover=330,
    opening_serve=260,
    opening_issues=(date(2018, 11, 30), date(2019, 12, 4), date(2020, 12, 1)),
    intake=(420, 480, 560, 660, 820, 1440),
    goals=(541, 626, 722, 829, 945, 990),
    jitter=8,
    growth=35,
    lists=(
        date(2021, 12, 16),
        date(2022, 12, 24),
        date(2023, 12, 8),
        date(2024, 12, 6),
        date(2025, 12, 19),
        date(2026, 12, 4),
    ),
    list_recorded_after=3,
    season=((5, 6), (7, 24)),
    pass_rate=0.76,
    strangers=4,
    revocations=2,
    screened=0.26,
    gives_up=0.62,
    known_firms=0.66,
)
PTSME = Course(
    track="ptsme",
    opening=1285,
    opening_discover=300,
    opening_serve=260,
    opening_issues=(date(2017, 12, 28), date(2018, 12, 27), date(2019, 12, 27), date(2020, 12, 28)),
    intake=(440, 500, 560, 640, 760, 1080),
    goals=(1502, 1731, 1978, 2231, 2484, 2690),
    jitter=18,
    growth=180,
    lists=(
        date(2021, 12, 28),
        date(2022, 12, 27),
        date(2023, 12, 28),
        date(2024, 12, 30),
        date(2025, 12, 30),
        date(2026, 12, 29),
    ),
    list_recorded_after=0,
    season=((3, 8), (11, 6)),
    pass_rate=0.9,
    strangers=10,
    revocations=8,
    screened=0.44,
    gives_up=0.3,
    known_firms=0.36,
)
COURSES = (HNTE, PTSME)

#: how many of 100 firms lie in a street
STREETS: dict[str, int] = {
    "330105001": 4,
    "330105002": 5,
    "330105003": 4,
    "330105004": 2,
    "330105005": 4,
    "330105007": 3,
    "330105008": 9,
    "330105009": 14,
    "330105010": 11,
    "330105011": 8,
    "330105012": 3,
    "330105013": 3,
    "330105014": 3,
    "330105015": 2,
    "330105016": 4,
    "330105017": 5,
    "330105018": 6,
    "330105019": 10,
}
#: how many of 100 firms of a street lie in a park there
PARKS: dict[str, dict[str, int]] = {
    "330105003": {"330105-p01": 35},
    "330105005": {"330105-p01": 30},
    "330105008": {"330105-p02": 14, "330105-p04": 34},
    "330105009": {"330105-p02": 36, "330105-p03": 28},
    "330105010": {"330105-p05": 30, "330105-p06": 18},
    "330105011": {"330105-p07": 40},
    "330105018": {"330105-p08": 34},
    "330105019": {"330105-p08": 30, "330105-p06": 18},
    "330105017": {"330105-p04": 20},
    "330105002": {"330105-p01": 30},
}
