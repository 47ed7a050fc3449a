"""The unified social credit code (GB 32100-2015) with the organisation code inside it (GB 11714-1997).

Eighteen characters: registering department, kind of body, six digits of the registering district, the nine of
the organisation code (the last a check character of its own), and one check character over all. The letters
I, O, S, V and Z never occur. A wrong code is never repaired silently: where exactly one repair can be proved
by the check characters it is offered as a suggestion, otherwise nothing is.

The district digits say where a body was *first* registered; nothing may be inferred from them.
"""

import re
import unicodedata
from dataclasses import dataclass
from operator import mul

from cultivate.errors import N_

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_VALUE = {character: number for number, character in enumerate(ALPHABET)}

# GB 11714 counts letters straight through, A = 10 … Z = 35, unlike GB 32100.
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_VALUE = {
    character: number for number, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

_SHAPE = re.compile(r"[1-9ANY][1-9]\d{6}[0-9A-HJ-NPQRTUWXY]{8}[0-9X][0-9A-HJ-NPQRTUWXY]")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,3}|\d+\.\d+")
_OLD_NUMBER = re.compile(r"\d{13}|\d{15}")
_ORGANISATION = re.compile(r"[0-9A-Z]{8}[0-9X]")
_LOOK_ALIKES = str.maketrans("IOSZ", "1052")
_QUOTES = "'\"`´‘’“”"
_NO_CODE = frozenset({"", "/", "\\", "无", "暂无", "没有", "NONE", "N/A", "NULL"})

ERRORS = {
    "lost-digits": N_(
        "The code was turned into a number and has lost digits. Format the column as text and enter it again."
    ),
    "old-number": N_("This is an old registration number, not a unified social credit code."),
    "organisation-code": N_("This is a nine-character organisation code, not a unified social credit code."),
    "length": N_("A unified social credit code has 18 characters; this one has %(length)s."),
    "character": N_("The code holds a character that never occurs in a unified social credit code."),
    "check-digit": N_("The check digit of the code is wrong; probably a character was mistyped."),
}


@dataclass(frozen=True)
class CodeCheck:
    """What a cell said: a proven ``value``, or an ``error`` (key of ``ERRORS``) with perhaps a proven repair.

    A blank cell has neither value nor error: a lead may lack a code.
    """

    value: str | None = None
    error: str | None = None
    suggestion: str | None = None
    length: int = 0

    @property
    def msgid(self) -> str | None:
        """The English message of the error; takes ``length``."""
        return ERRORS[self.error] if self.error else None


def normalise(text: str) -> str:
    """Width, case, quotes, every kind of blank, dash and invisible character set right; no judgement."""
    if text.isascii() and text.isalnum():  # nothing to set right but the case, as nearly always
        plain = text.upper()
        return "" if plain in _NO_CODE else plain
    folded = unicodedata.normalize("NFKC", text).upper().strip().lstrip(_QUOTES)
    kept = "".join(c for c in folded if unicodedata.category(c) not in {"Cf", "Cc", "Zs", "Zl", "Zp", "Pd"})
    return "" if kept in _NO_CODE else kept


def is_valid(code: str) -> bool:
    """Whether a normalised text is a code that both standards accept."""
    return (
        bool(_SHAPE.fullmatch(code)) and code[17] == check_character(code) and _organisation_holds(code[8:17])
    )


def check_character(code: str) -> str:
    """The 18th character that the first 17, all of the alphabet, call for."""
    return ALPHABET[-sum(map(mul, map(_VALUE.__getitem__, code[: len(_WEIGHTS)]), _WEIGHTS)) % 31]


def organisation_check_character(body: str) -> str:
    """The ninth character that the first eight of an organisation code call for (ten is written X)."""
    letters = map(_ORGANISATION_VALUE.__getitem__, body[: len(_ORGANISATION_WEIGHTS)])
    return "0123456789X"[-sum(map(mul, letters, _ORGANISATION_WEIGHTS)) % 11]


def check(text: str) -> CodeCheck:
    """Judge what a cell or a form field says."""
    code = normalise(text)
    if not code:
        return CodeCheck()
    if is_valid(code):
        return CodeCheck(value=code)
    error = _error(code)
    suggestion = _suggest(code) if error in {"length", "character"} else None
    return CodeCheck(error=error, suggestion=suggestion, length=len(code))


def _organisation_holds(body: str) -> bool:
    return body[8] == organisation_check_character(body)


def _error(code: str) -> str:
    # A spreadsheet keeps 15 significant digits, so an all-digit code that went through it ends in 000.
    if _SCIENTIFIC.fullmatch(code) or (len(code) == 18 and code.isdigit() and code.endswith("000")):
        return "lost-digits"
    if _OLD_NUMBER.fullmatch(code):
        return "old-number"
    if _ORGANISATION.fullmatch(code) and _organisation_holds(code):
        return "organisation-code"
    if len(code) != 18:
        return "length"
    return "check-digit" if all(character in _VALUE for character in code) else "character"


def _suggest(code: str) -> str | None:
    """The one repair that the check characters prove: look-alike letters, or one character too many."""
    repaired = code.translate(_LOOK_ALIKES)
    candidates = {repaired, *(code[:place] + code[place + 1 :] for place in range(len(code)))}
    proven = {candidate for candidate in candidates if is_valid(candidate)}
    return proven.pop() if len(proven) == 1 else None
