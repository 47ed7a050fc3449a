"""Invented names and credit codes of firms.

A name is place + brand + trade + form. Brands are syllables that no sample list uses, and no brand occurs
twice, so that a near name in a demonstration is near on purpose. Codes carry the body ``FAKE`` and hold both
check characters.
"""

from random import Random

from cultivate.domain.credit_code import ALPHABET, check_character, organisation_check_character

_SYLLABLES = (
    "芃苒荇莞葭蓁蘅岑峄崧嶂泠洄浠淇渌溱滢澍玥珂琚琰瑛瑄璞曦暄晔昶昱煦熠炜棣桢楷槿樾"
    "钊铄镝霈霄霆骁骧翀翮翯翙弢彦笈筠箴笛禾穗谷稷畦圃垣域坤"
)
_PLACES = ("杭州",) * 7 + ("浙江",) * 3
_FORMS = ("有限公司",) * 8 + ("股份有限公司",) * 2
#: field of 国家重点支持的高新技术领域 -> words of the trade
TRADES: dict[str, tuple[str, ...]] = {
    "电子信息": (
        "软件",
        "信息技术",
        "网络科技",
        "数据技术",
        "智能科技",
        "电子",
        "微电子",
        "通信技术",
        "信息安全技术",
    ),
    "生物与新医药": ("生物科技", "医药科技", "医疗器械", "基因技术", "诊断技术", "制药"),
    "航空航天": ("航空科技", "无人机技术", "航天电子"),
    "新材料": ("新材料", "高分子材料", "纳米材料", "复合材料", "表面技术"),
    "高技术服务": ("检测技术", "设计", "工程技术", "供应链科技", "文化科技", "科技服务", "数字传媒"),
    "新能源与节能": ("新能源科技", "节能科技", "储能技术", "氢能科技", "光伏科技"),
    "资源与环境": ("环境科技", "环保工程", "水务科技", "生态科技", "固废技术"),
    "先进制造与自动化": (
        "自动化设备",
        "机器人技术",
        "仪器仪表",
        "智能装备",
        "机械",
        "电气",
        "精密制造",
        "传感技术",
    ),
}
#: how often a field occurs, of 100
FIELD_WEIGHTS: dict[str, int] = {
    "电子信息": 34,
    "生物与新医药": 10,
    "航空航天": 2,
    "新材料": 9,
    "高技术服务": 17,
    "新能源与节能": 7,
    "资源与环境": 7,
    "先进制造与自动化": 14,
}
#: where firms were first registered, of 100; digits of a code say no more than that
_DISTRICTS = {"330105": 70, "330103": 13, "330100": 7, "330106": 4, "330104": 3, "330108": 2, "330000": 1}


class FirmNames:
    """A sequence of names and codes without repetition."""

    def __init__(self, rng: Random) -> None:
        """All draws come from ``rng``."""
        self._rng = rng
        self._brands: set[str] = set()
        self._codes = 0

    def field(self) -> str:
        """One of the eight fields."""
        return self._rng.choices(list(FIELD_WEIGHTS), list(FIELD_WEIGHTS.values()))[0]

    def name(self, field: str) -> str:
        """A new name of a firm in that field."""
        return (
            self._rng.choice(_PLACES)
            + self._brand()
            + self._rng.choice(TRADES[field])
            + self._rng.choice(_FORMS)
        )

    def _brand(self) -> str:
        length = 2 if self._rng.random() < 0.2 else 3
        while True:
            brand = "".join(self._rng.choices(_SYLLABLES, k=length))
            if brand not in self._brands and len(set(brand)) == length:
                self._brands.add(brand)
                return brand
            length = 3

    def code(self) -> str:
        """The next code: ``9133 0105 FAKE A000`` and so on, with its check characters."""
        district = self._rng.choices(list(_DISTRICTS), list(_DISTRICTS.values()))[0]
        number, self._codes = self._codes, self._codes + 1
        return credit_code(district, number)


def credit_code(district: str, number: int) -> str:
    """The ``number``-th code of the demonstration, registered in ``district``; a letter starts its serial.

    Sample lists count ``FAKE0001`` onwards in digits, so the two never meet.
    """
    letters = ALPHABET[10:]
    body = "FAKE" + letters[number // 31**3 % len(letters)] + _base31(number % 31**3)
    first = "91" + district + body + organisation_check_character(body)
    return first + check_character(first)


def _base31(number: int) -> str:
    return "".join(ALPHABET[number // 31**power % 31] for power in (2, 1, 0))
