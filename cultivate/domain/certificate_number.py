"""Numbers of high-tech certificates: ``GR`` + year + two digits of the province + six of a serial.

``GF`` marks re-examined ones of before 2016, ``GS`` is seen in fast lanes. Authorities change such things, so
an unusual number is a warning for a person to look at and never a reason to refuse.
"""

import re
import unicodedata

from cultivate.errors import N_

_PATTERN = re.compile(r"G[RFS](\d{4})(\d{2})\d{6}")
_FIRST_YEAR = 2008
_ZHEJIANG = "33"


def normalise(text: str) -> str:
    """Width, case and blanks set right."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def warning(text: str, *, track: str, issued_year: int | None = None) -> str | None:
    """An English message where the number looks unusual; tracks without a known pattern have none."""
    if track != "hnte":
        return None
    match = _PATTERN.fullmatch(normalise(text))
    if match is None:
        return N_("The certificate number does not look like GR, a year and eight digits.")
    if int(match[1]) < _FIRST_YEAR or (
        issued_year is not None and not -1 <= issued_year - int(match[1]) <= 1
    ):
        return N_("The year in the certificate number does not fit the day of issue.")
    return None if match[2] == _ZHEJIANG else N_("The certificate number is of another province.")
