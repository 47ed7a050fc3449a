"""What a column holds, told by its content where its title says nothing.

A guess is a proposal to a person, never acted on alone: a column of telephone numbers may be anybody's.
"""

import re
from collections.abc import Callable, Mapping

from cultivate.domain import credit_code
from cultivate.domain.values import Problem, compact, text_of, to_day, to_phone
from cultivate.spreadsheets.header import Header
from cultivate.spreadsheets.table import Table
from cultivate.spreadsheets.wanted import WANTED

_SAMPLE = 200
_FEWEST = 1
_MOST_OF = 0.6
_NEARLY_ALL = 0.85

_CODE_LENGTH = 18
_FIRM = re.compile(r"(?:公司|合伙\)|厂|研究院|事务所|合作社|工作室|经营部)(?:\(.*\))?$")
_STREET = re.compile(r"\w{1,10}(?:街道|镇|乡)")
_CERTIFICATE = re.compile(r"GR\d{10,12}|20\d{2}33\d{6,10}[A-Z]?", re.IGNORECASE)
_MOBILE = re.compile(r"(?:\+?86)?1\d{10}|0\d{2,3}-?\d{7,8}")
_ADDRESS = re.compile(r".*(?:路|街|弄|巷|大道|号|幢|室|楼|座).*\d.*|.*\d.*(?:号|幢|室|楼|座|层).*")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤俞"
)
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,3}")


def _is_code(text: str) -> bool:
    return len(credit_code.normalise(text)) == _CODE_LENGTH and credit_code.check(text).msgid is None


def _is_day(text: str) -> bool:
    found = to_day(text)
    return found is not None and not isinstance(found, Problem) and not text.isdigit()


def _is_phone(text: str) -> bool:
    found = to_phone(text)
    return isinstance(found, str) and _MOBILE.fullmatch(found.replace(" ", "")) is not None


def _is_person(text: str) -> bool:
    return _PERSON.fullmatch(text) is not None and text[0] in _SURNAMES


#: field, what its values look like, and the share that must; the first that fits counts
_TESTS: tuple[tuple[str, Callable[[str], bool], float], ...] = (
    ("uscc", _is_code, _MOST_OF),
    ("certificate_number", lambda text: _CERTIFICATE.fullmatch(compact(text)) is not None, _MOST_OF),
    ("name", lambda text: _FIRM.search(compact(text)) is not None, _MOST_OF),
    ("contact_phone", _is_phone, _MOST_OF),
    ("issued_on", _is_day, _NEARLY_ALL),
    ("established_on", _is_day, _NEARLY_ALL),
    ("street", lambda text: _STREET.fullmatch(compact(text)) is not None, _MOST_OF),
    ("contact_name", _is_person, _NEARLY_ALL),
    ("address", lambda text: _ADDRESS.fullmatch(text) is not None, _MOST_OF),
)


def guess_columns(
    header: Header, table: Table, kind: str, recognisers: Mapping[str, Callable[[str], bool]]
) -> dict[int, str]:
    """Keys by index for columns of unknown title, each field once and only what the kind reads."""
    taken = {column.field for column in header.columns if column.field}
    wanted = WANTED[kind].fields
    tests = [(name, test, _MOST_OF) for name, test in recognisers.items()] + list(_TESTS)
    found: dict[int, str] = {}
    for column in header.columns:
        texts = [] if column.field else _texts(header, table, column.index)
        for name, test, share in tests if len(texts) >= _FEWEST else ():
            if name in wanted and name not in taken and _fits(texts, test, share):
                found[column.index] = name
                taken.add(name)
                break
    return found


def is_numeric(header: Header, table: Table, index: int) -> bool:
    """Whether a column holds amounts or counts: which figure they are only a person can say."""
    texts = _texts(header, table, index)
    if texts == [str(number) for number in range(1, len(texts) + 1)]:
        return False  # the rows' own numbers
    return len(texts) >= _FEWEST and _fits(
        texts, lambda text: _AMOUNT.fullmatch(compact(text)) is not None, 0.8
    )


_AMOUNT = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:万元|元|亿元|万|亿|人)?")


def _texts(header: Header, table: Table, index: int) -> list[str]:
    lines = table.lines[header.last + 1 : header.last + 1 + _SAMPLE]
    return [text for line in lines if index < len(line.cells) and (text := text_of(line.cells[index]))]


def _fits(texts: list[str], test: Callable[[str], bool], share: float) -> bool:
    return sum(1 for text in texts if test(text)) >= share * len(texts)
