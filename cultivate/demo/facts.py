"""What is said of a firm: name, code, figures, contact. Strong firms have the figures that recognition asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from cultivate.demo.names import FirmNames
from cultivate.demo.world import DemoFirm
from cultivate.domain.stages import Stage

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_TITLES = ("先生", "女士", "经理", "总", "工")
_ROADS = ("稻香路", "云谷路", "听荷路", "枕河路", "望埠路", "晴川路", "丰和路", "百工路")
_CAPITALS = (50, 100, 200, 300, 500, 500, 500, 1000, 1000, 1000, 2000, 3000, 5000, 10000)
YEARS_BACK = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """Columns of ``firm``, figures by year, and a former name with the day until which it held."""

    columns: dict[str, object]
    years: dict[int, tuple[Decimal, Decimal | None]]
    former_name: str | None
    renamed_on: date | None


class FactBook:
    """Draws the facts of one firm after the other."""

    def __init__(self, rng: Random, today: date, street_names: dict[str, str]) -> None:
        """``street_names`` by unit code, for addresses."""
        self._rng = rng
        self._today = today
        self._streets = street_names
        self._names = FirmNames(rng)

    def of(self, firm: DemoFirm) -> Facts:
        """The facts of a firm."""
        rng, names = self._rng, self._names
        field = names.field()
        reached = {step.to for candidacy in firm.candidacies for step in candidacy.steps}
        strong = bool(reached & {Stage.RECOMMEND, Stage.CERTIFY})
        established = firm.known_on - timedelta(
            days=round(rng.triangular(420 if strong else 150, 6200, 1500))
        )
        renamed = firm.known_on + timedelta(days=200) if rng.random() < 0.04 else None
        former = names.name(field) if renamed and renamed < self._today else None
        staff = max(3, round(rng.lognormvariate(3.6 if strong else 3.1, 0.8)))
        in_rd = rng.uniform(0.11, 0.45) if strong else rng.uniform(0.02, 0.32)
        columns: dict[str, object] = {
            "name": names.name(field),
            "uscc": names.code() if reached - {Stage.DISCOVER} or rng.random() < 0.82 else None,
            "established_on": established,
            "registered_capital": Decimal(rng.choice(_CAPITALS)),
            "field": field,
            "address": self._address(firm),
            "contact_name": rng.choice(_SURNAMES) + rng.choice(_TITLES),
            "contact_phone": f"0571-0000{rng.randrange(10_000):04d}",
            "staff": staff,
            "rd_staff": min(staff, max(1, round(staff * in_rd))),
            "class1_ip": rng.choice((0, 1, 1, 2, 3)) if strong else rng.choice((0, 0, 0, 0, 1)),
            "class2_ip": rng.randint(3, 24) if strong else rng.randint(0, 7),
        }
        if not strong and rng.random() < 0.18:
            columns |= {"staff": None, "rd_staff": None, "class1_ip": None, "class2_ip": None}
        return Facts(columns, self._years(established, strong=strong), former, renamed if former else None)

    def _address(self, firm: DemoFirm) -> str:
        rng = self._rng
        street, _ = firm.spot(self._today)
        road = f"{rng.choice(_ROADS)}{rng.randint(1, 399)}号"
        return f"拱墅区{self._streets[street]}{road}{rng.randint(1, 12)}幢{rng.randint(1, 19)}0{rng.randint(1, 9)}室"

    def _years(self, established: date, *, strong: bool) -> dict[int, tuple[Decimal, Decimal | None]]:
        """Sales are log-normal with some growth; R&D is a share of them. 万元."""
        rng = self._rng
        if not strong and rng.random() < 0.12:
            return {}
        sales = rng.lognormvariate(7.5 if strong else 6.7, 1.1)
        share = rng.uniform(0.055, 0.14) if strong else rng.uniform(0.012, 0.085)
        found: dict[int, tuple[Decimal, Decimal | None]] = {}
        for year in range(self._today.year - YEARS_BACK, self._today.year):
            sales *= rng.lognormvariate(0.08, 0.18)
            if year >= established.year:
                rd = sales * share * rng.uniform(0.85, 1.2)
                found[year] = (_money(sales), _money(rd) if strong or rng.random() < 0.85 else None)
        return found


def _money(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")
