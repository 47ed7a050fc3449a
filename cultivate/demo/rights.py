"""Intellectual property of the demonstration's firms; numbers hold FAKE, as credit codes do."""

from datetime import date, timedelta
from random import Random

from cultivate.domain.property_kinds import number_key

_SECOND = ("software", "software", "utility_model", "utility_model", "utility_model", "design")
_THINGS = ("控制方法", "检测装置", "数据处理系统", "成型工艺", "传感模块", "管理平台", "清洗设备", "诊断试剂")
_MOST = 8


class Rights:
    """Draws the rights of one firm after the other."""

    def __init__(self, rng: Random, today: date) -> None:
        """``today``: no right is granted later; one in ten is pending."""
        self._rng = rng
        self._today = today
        self._serial = 0

    def of(self, name: str, first: int, second: int, established: date) -> list[dict[str, object]]:
        """Columns of as many rights of class Ⅰ and Ⅱ as the firm says it has, at most eight of each."""
        kinds = ["invention"] * min(first, _MOST)
        kinds += [self._rng.choice(_SECOND) for _ in range(min(second, _MOST))]
        return [self._right(kind, name, established) for kind in kinds]

    def _right(self, kind: str, name: str, established: date) -> dict[str, object]:
        rng = self._rng
        self._serial += 1
        since = max(established, self._today - timedelta(days=3000))
        applied = since + timedelta(days=rng.randrange(max(1, (self._today - since).days)))
        granted = applied + timedelta(days=rng.randint(60, 900))
        software = kind == "software"
        number = (
            f"{applied.year}SRFAKE{self._serial:05d}"
            if software
            else f"ZL{applied.year}FAKE{self._serial:05d}"
        )
        return {
            "kind": kind,
            "number": number,
            "number_key": number_key(number),
            "title": f"{'试样' if software else '一种试样'}{rng.choice(_THINGS)}{'软件V1.0' if software else ''}",
            "applied_on": applied,
            "granted_on": granted if granted <= self._today else None,
            "owner": name,
            "obtained": "self" if rng.random() < 0.85 else "transfer",
            "note": "",
        }
