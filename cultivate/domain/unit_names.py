"""Finding a street or park by what people write for it: 东新, 东新街道, 拱墅区东新街道, or its code."""

import re
import unicodedata
from collections.abc import Iterable

_ABOVE = re.compile(r"^(?:浙江省|浙江)?(?:杭州市|杭州)?(?:拱墅区)?")
_STREET = "街道"
_SIGNS = re.compile(r"[·•・.\-—()\s]")


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _SIGNS.sub("", folded)


def _spellings(code: str, name: str) -> set[str]:
    whole = _fold(name)
    return {_fold(code), whole, whole.removesuffix(_STREET)}


class UnitNames:
    """Units of one register, each with ``code``, ``name`` and ``kind`` (``street``, ``park``, …)."""

    def __init__(self, units: Iterable[tuple[str, str, str]]) -> None:
        """Take ``(code, name, kind)`` of every unit that a file may name."""
        self._codes: dict[tuple[str, str], str] = {}
        for code, name, kind in units:
            for spelling in _spellings(code, name):
                self._codes[kind, spelling] = code
        #: what was asked before: a file names the same few units in every row
        self._asked: dict[tuple[str, str], str | None] = {}

    def find(self, text: str, kind: str) -> str | None:
        """The code of the unit of this kind that the text names."""
        key = kind, text
        if key not in self._asked:
            self._asked[key] = self._find(text, kind)
        return self._asked[key]

    def _find(self, text: str, kind: str) -> str | None:
        whole = _fold(text)
        without_above = _ABOVE.sub("", whole)
        for spelling in (whole, without_above, without_above.removesuffix(_STREET)):
            if code := self._codes.get((kind, spelling)):
                return code
        return None
