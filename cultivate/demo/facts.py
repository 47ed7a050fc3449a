"""What is said of a firm: name, code, figures, contact. Strong firms have the figures that recognition asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from cultivate.demo import stated
from cultivate.demo.names import FirmNames
from cultivate.demo.rights import Rights
from cultivate.demo.world import DemoFirm
from cultivate.domain.figures import PEOPLE_FIGURES, key_of, split_key
from cultivate.domain.stages import Stage

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_TITLES = ("先生", "女士", "经理", "总", "工")
_ROADS = ("稻香路", "云谷路", "听荷路", "枕河路", "望埠路", "晴川路", "丰和路", "百工路")
_CAPITALS = (50, 100, 200, 300, 500, 500, 500, 1000, 1000, 1000, 2000, 3000, 5000, 10000)
_SOURCES = {"accounting": "审计报告", "tax": "所得税汇算清缴申报表"}
YEARS_BACK = 4
#: share of the firms that nobody has served yet that are somebody else under another spelling
DOUBLES = 0.06


@dataclass(frozen=True, slots=True)
class Facts:
    """Columns of ``firm``, figures by year, and a former name with the day until which it held."""

    columns: dict[str, object]
    years: dict[int, dict[str, Decimal]]
    former_name: str | None
    renamed_on: date | None
    rights: list[dict[str, object]]
    stated: dict[str, object]


class FactBook:
    """Draws the facts of one firm after the other."""

    def __init__(self, rng: Random, today: date, street_names: dict[str, str]) -> None:
        """``street_names`` by unit code, for addresses."""
        self._rng = rng
        self._today = today
        self._streets = street_names
        self._names = FirmNames(rng)
        self._rights = Rights(rng, today)
        self._logged: dict[str, dict[str, object]] = {}

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
        if reached == {Stage.DISCOVER}:
            self._double(firm, columns)
        years = self._years(established, staff, strong=strong)
        name, first, second = str(columns["name"]), columns["class1_ip"], columns["class2_ip"]
        rights: list[dict[str, object]] = []
        if any("net_assets" in figures for figures in years.values()) and first is not None:
            rights = self._rights.of(name, int(str(first)), int(str(second)), established)
        told = stated.of(rng, strong=strong) if rights and rng.random() < 0.7 else {}
        return Facts(columns, years, former, renamed if former else None, rights, told)

    def _double(self, firm: DemoFirm, columns: dict[str, object]) -> None:
        """Now and then a firm was logged twice: another spelling, the same telephone, no code yet."""
        street, _ = firm.spot(self._today)
        earlier = self._logged.get(street)
        if earlier is not None and self._rng.random() < DOUBLES:
            same = {key: earlier[key] for key in ("contact_name", "contact_phone", "address", "field")}
            columns |= same | {"uscc": None, "name": str(earlier["name"]).replace("杭州", "杭州市", 1)}
        else:
            self._logged[street] = columns

    def _address(self, firm: DemoFirm) -> str:
        rng = self._rng
        street, _ = firm.spot(self._today)
        road = f"{rng.choice(_ROADS)}{rng.randint(1, 399)}号"
        return f"拱墅区{self._streets[street]}{road}{rng.randint(1, 12)}幢{rng.randint(1, 19)}0{rng.randint(1, 9)}室"

    def _years(self, established: date, staff: int, *, strong: bool) -> dict[int, dict[str, Decimal]]:
        """Sales are log-normal with some growth; R&D is a share of them. 万元, and people.

        A third of the firms has given everything that the rules ask for, a third the two figures of the roster,
        a third lacks one or the last year.
        """
        rng = self._rng
        if not strong and rng.random() < 0.12:
            return {}
        whole = rng.random() < (0.6 if strong else 0.3)
        late = not strong and not whole and rng.random() < 0.25
        sales = rng.lognormvariate(7.5 if strong else 6.7, 1.1)
        share = rng.uniform(0.045, 0.14) if strong else rng.uniform(0.012, 0.085)
        assets = sales * rng.uniform(0.4, 1.5)
        found: dict[int, dict[str, Decimal]] = {}
        for year in range(self._today.year - YEARS_BACK, self._today.year):
            sales *= rng.lognormvariate(0.08, 0.18)
            assets *= rng.lognormvariate(0.09, 0.15)
            if year < established.year or (late and year == self._today.year - 1):
                continue
            rd = sales * share * rng.uniform(0.85, 1.2)
            figures = {"sales": sales}
            if strong or whole or rng.random() < 0.85:
                figures["rd"] = rd
            if whole:
                figures |= self._whole(sales, rd, assets)
            found[year] = {key: _money(value) for key, value in figures.items()}
            if whole:
                found[year]["staff"] = Decimal(max(3, round(staff * rng.uniform(0.9, 1.05))))
        return _audited(found) if whole and rng.random() < 0.5 else found

    def _whole(self, sales: float, rd: float, assets: float) -> dict[str, float]:
        """What the application asks for beside sales and R&D; the tax return of a few tells another R&D."""
        rng = self._rng
        income = sales * rng.uniform(1.0, 1.08)
        figures = {
            "total_income": income,
            "hitech_income": income * rng.uniform(0.5, 0.95),
            "rd_domestic": rd * rng.uniform(0.9, 1.0),
            "net_assets": assets,
        }
        if rng.random() < 0.2:
            figures["rd@tax"] = rd * rng.uniform(0.7, 1.02)
        return figures


def _audited(years: dict[int, dict[str, Decimal]]) -> dict[int, dict[str, Decimal]]:
    """The same figures as the books have them: who sent an audit report has told the calibre."""
    return {
        year: {
            key if "@" in key or key in PEOPLE_FIGURES else key_of(key, "accounting"): value
            for key, value in figures.items()
        }
        for year, figures in years.items()
    }


def source_of(year: int, key: str) -> str:
    """The document that a figure was read from; nobody wrote it down where the calibre is not known."""
    return f"{year}年度{_SOURCES[split_key(key)[1]]}" if "@" in key else ""


def _money(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")
