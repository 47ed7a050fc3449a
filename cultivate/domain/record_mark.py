"""The mark that an exported line carries: which record it is, and in which version it was taken.

It stands in the last column (记录号), as ``12345-7``: a firm without a credit code is known again by it, and a
line that is older than its record is told from one that is not.
"""

import re

_MARK = re.compile(r"(\d{1,15})-(\d{1,9})")


def make(firm_id: int, version: int) -> str:
    """The mark of a record."""
    return f"{firm_id}-{version}"


def read(text: str) -> tuple[int, int] | None:
    """Id and version; ``None`` for what is no mark, a date that a spreadsheet made of it among them."""
    match = _MARK.fullmatch("".join(text.split()))
    return (int(match[1]), int(match[2])) if match else None
