"""Ids, versions and page numbers that forms and addresses bring back."""

from collections.abc import Iterable

#: fewer digits than this fit the largest column
LONGEST = 19


def whole(text: str) -> int:
    """For ``request.args.get(…, type=whole)``: plain digits that a column can hold, or ``ValueError``.

    ``int`` takes more than any column does, and ``isdigit`` takes ² for a digit, which ``int`` does not.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < LONGEST):
        raise ValueError(text)
    return int(text)


def number_of(text: str | None) -> int | None:
    """The same, ``None`` for anything else."""
    try:
        return whole(text or "")
    except ValueError:
        return None


def numbers_of(texts: Iterable[str]) -> list[int]:
    """Those that are numbers."""
    return [number for number in map(number_of, texts) if number is not None]
