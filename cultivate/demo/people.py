"""Who works in the district: one account per role under a plain name, and the others of the offices.

All are invented; their addresses end in example.com and reach nobody.
"""

from dataclasses import dataclass

from cultivate.domain.permissions import Role
from cultivate.queries.units import Unit

#: the accounts that ``cultivate demo`` prints, one a role
NAMED = ("admin", "bureau", "leader", "caseworker")
CASEWORKER_UNIT = "330105001"
NAMED_CASEWORKER = "caseworker"
#: who has left: one handed everything over to ``caseworker``, one left firms behind
LEFT_TO, LEFT_BEHIND = "left1", "left2"
BUREAU_UNIT = "330105-kjj"
#: streets with a second caseworker, parks with one of their own
_TWO = ("330105009", "330105010")
_LEFT_UNIT = "330105011"
_PARKS = ("330105-p02", "330105-p03", "330105-p08")
_NAMES = (
    "许之遥",
    "苏晚晴",
    "顾明澈",
    "罗以宁",
    "秦书言",
    "方思齐",
    "叶知秋",
    "韩若谷",
    "邵子墨",
    "唐一诺",
    "戴云舒",
    "袁清和",
    "夏星野",
    "蒋闻溪",
    "贺南乔",
    "倪可期",
    "汤景行",
    "柏疏桐",
    "温如言",
    "简宁远",
    "卓然之",
    "骆青禾",
    "季同尘",
    "祝长风",
    "万里程",
    "晏初霁",
    "尤在渊",
)


@dataclass(frozen=True, slots=True)
class Person:
    """An account to be made."""

    username: str
    display_name: str
    role: str
    unit: str | None
    active: bool = True

    @property
    def email(self) -> str:
        """An address of a domain that is kept for examples."""
        return address(self.username)


def address(username: str) -> str:
    """Mail to it reaches nobody."""
    return f"{username}@example.com"


def people(units: list[Unit]) -> list[Person]:
    """Everybody, the four named accounts first."""
    made = [
        Person("admin", "系统管理员", Role.ADMIN, None),
        Person("bureau", "周予安", Role.BUREAU, BUREAU_UNIT),
        Person("leader", "陆知行", Role.LEADER, None),
        Person("caseworker", _NAMES[0], Role.CASEWORKER, CASEWORKER_UNIT),
        Person("bureau2", "沈望舒", Role.BUREAU, BUREAU_UNIT),
        Person("bureau3", "程亦山", Role.BUREAU, BUREAU_UNIT),
        Person("leader2", "江予白", Role.LEADER, None),
        Person(LEFT_TO, "钱未央", Role.CASEWORKER, CASEWORKER_UNIT, active=False),
        Person(LEFT_BEHIND, "孟初晴", Role.CASEWORKER, _LEFT_UNIT, active=False),
    ]
    names = iter(_NAMES[1:])
    for unit in units:
        login = "".join(unit.name_en.split()[:-1]).lower()
        if unit.kind == "street" and unit.code != CASEWORKER_UNIT:
            made.append(Person(login, next(names), Role.CASEWORKER, unit.code))
        if unit.code in _TWO:
            made.append(Person(f"{login}2", next(names), Role.CASEWORKER, unit.code))
        if unit.code in _PARKS:
            made.append(Person(login, next(names), Role.CASEWORKER, unit.code))
    return made


class Staff:
    """Whose work a firm is."""

    def __init__(self, people_by_id: dict[int, Person]) -> None:
        """Ids come from the database."""
        self._of_unit: dict[str, list[int]] = {}
        self._bureau: list[int] = []
        self._by_name = {person.username: (user_id, person) for user_id, person in people_by_id.items()}
        for user_id, person in people_by_id.items():
            if not person.active:
                continue
            if person.role == Role.BUREAU:
                self._bureau.append(user_id)
            elif person.role == Role.CASEWORKER and person.unit:
                self._of_unit.setdefault(person.unit, []).append(user_id)

    def caseworker(self, street: str, park: str | None, number: int) -> int:
        """Of the park's caseworkers for every second firm there, else of the street's."""
        in_park = self._of_unit.get(park or "", [])
        chosen = in_park if in_park and number % 2 else self._of_unit[street]
        return chosen[number % len(chosen)]

    def bureau(self, number: int) -> int:
        """One of the bureau's people."""
        return self._bureau[number % len(self._bureau)]

    def named(self, username: str) -> int:
        """Somebody by the name of their account."""
        return self._by_name[username][0]

    def unit_of(self, username: str) -> str:
        """Code of the unit that they work for, or did."""
        return self._by_name[username][1].unit or ""
