"""Kinds of intellectual property and the class in which they count for a high-tech enterprise.

Classes are those of the guideline 国科发火〔2016〕195号 (domain facts §1.2): Ⅰ类 may be used again and again, Ⅱ类
for one application only; a trade mark counts in neither, though the provincial track takes it.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cultivate.errors import N_

FIRST, SECOND, NONE = 1, 2, 0
CLASS_LABELS = {FIRST: N_("class Ⅰ"), SECOND: N_("class Ⅱ"), NONE: N_("no class")}


@dataclass(frozen=True, slots=True)
class PropertyKind:
    """A kind: its class, its Chinese name as certificates print it, and other spellings in lists."""

    code: str
    rank: int
    label: str
    name_zh: str
    words: str = ""


KINDS: dict[str, PropertyKind] = {
    kind.code: kind
    for kind in (
        PropertyKind(
            "invention", FIRST, N_("Invention patent"), "发明专利", "发明 授权发明 国防专利 国防发明专利"
        ),
        PropertyKind("plant_variety", FIRST, N_("New plant variety"), "植物新品种"),
        PropertyKind("crop_variety", FIRST, N_("National crop variety"), "国家级农作物品种", "农作物品种"),
        PropertyKind("new_drug", FIRST, N_("National new drug"), "国家新药", "新药"),
        PropertyKind(
            "protected_medicine",
            FIRST,
            N_("Protected Chinese medicine, grade one"),
            "国家一级中药保护品种",
            "中药保护品种",
        ),
        PropertyKind(
            "ic_layout",
            FIRST,
            N_("Integrated circuit layout"),
            "集成电路布图设计专有权",
            "集成电路布图设计 集成电路 布图设计",
        ),
        PropertyKind("utility_model", SECOND, N_("Utility model"), "实用新型", "实用新型专利 实用"),
        PropertyKind("design", SECOND, N_("Design"), "外观设计", "外观设计专利 外观 外观专利"),
        PropertyKind(
            "software", SECOND, N_("Software copyright"), "软件著作权", "软著 计算机软件著作权 著作权 软件"
        ),
        PropertyKind("trademark", NONE, N_("Trade mark"), "商标", "注册商标"),
    )
}
OBTAINED: dict[str, str] = {
    "self": N_("own research"),
    "transfer": N_("transferred"),
    "gift": N_("given"),
    "merger": N_("by merger"),
}
_OBTAINED_WORDS = {
    "self": "自主研发 自主 原始取得 自研 独立研发",
    "transfer": "受让 转让 继受取得 购买",
    "gift": "受赠 赠与",
    "merger": "并购 合并",
}
#: what an export says; the import reads it back
OBTAINED_ZH = {"self": "自主研发", "transfer": "受让", "gift": "受赠", "merger": "并购"}
_BY_WORD = {
    word: kind.code for kind in KINDS.values() for word in (kind.name_zh, kind.code, *kind.words.split())
}
_OBTAINED_BY_WORD = {word: code for code, words in _OBTAINED_WORDS.items() for word in (code, *words.split())}
#: the third digit of a patent's number says what it is
_PATENT_DIGIT = {
    "1": "invention",
    "2": "utility_model",
    "3": "design",
    "8": "invention",
    "9": "utility_model",
}
_PATENT = re.compile(r"((?:19|20)\d{2})(\d)(\d{7})\.?([0-9X])")
_SOFTWARE = re.compile(r"(?:19|20)\d{2}SR\w{5,9}")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def number_key(text: str) -> str:
    """What numbers are compared by: width, case, blanks, a leading ZL and the dot before the check digit gone."""
    folded = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return re.sub(r"[.．\-—]", "", folded.removeprefix("ZL"))


def find_kind(text: str) -> str | None:
    """The kind that a cell names (发明专利, 软著), if it names one."""
    folded = "".join(unicodedata.normalize("NFKC", text).lower().split())
    folded = re.sub(r"\(.*\)$|权$(?<!著作权)(?<!专有权)", "", folded) or folded
    return _BY_WORD.get(folded) or _BY_WORD.get(folded.removesuffix("证书"))


def find_obtained(text: str) -> str | None:
    """How it was obtained, if the cell says so."""
    folded = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return _OBTAINED_BY_WORD.get(folded)


def oddity(kind: str, number: str) -> str | None:
    """What is odd about a number of this kind, as a msgid; people mend it or leave it, it is never refused."""
    key = number_key(number)
    patent = _PATENT.fullmatch(key)
    if kind in set(_PATENT_DIGIT.values()):
        return _patent_oddity(kind, patent)
    if kind == "software" and patent is None and not _SOFTWARE.fullmatch(key):
        return N_("A software copyright's number looks like 2025SR0123456.")
    return None


def _patent_oddity(kind: str, patent: "re.Match[str] | None") -> str | None:
    if patent is None:
        return N_("A patent's number has twelve digits and a check digit, such as ZL202310123456.7.")
    if _PATENT_DIGIT.get(patent[2]) != kind:
        return N_("By its number this is a patent of another kind.")
    digits = f"{patent[1]}{patent[2]}{patent[3]}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
    if patent[4] != ("X" if check == 10 else str(check)):
        return N_("The check digit of the patent's number is wrong: look for a mistyped digit.")
    return None


def count_classes(kinds: Iterable[str]) -> tuple[int, int]:
    """How many of class Ⅰ and of class Ⅱ."""
    ranks = [KINDS[kind].rank for kind in kinds if kind in KINDS]
    return ranks.count(FIRST), ranks.count(SECOND)
