"""Cursors: where the next page begins, opaque to whoever follows it."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from cultivate.errors import N_, Invalid

Row = TypeVar("Row")
LIMIT, MOST = 50, 200
_LARGEST = 2**63 - 1


def encode(position: int) -> str:
    """A position as the text that ``next`` carries."""
    return base64.urlsafe_b64encode(f"v1:{position}".encode()).decode().rstrip("=")


def decode(text: str | None) -> int:
    """The position, 0 without a cursor; ``Invalid`` for one that was never given out."""
    if text is None:
        return 0
    try:
        version, _, position = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        found = int(position)
    except (ValueError, binascii.Error) as error:
        raise _unknown() from error
    if version != "v1" or not 0 <= found <= _LARGEST or encode(found) != text:
        raise _unknown()
    return found


def _unknown() -> Invalid:
    return Invalid(
        N_("This is no cursor; take the one under “next”, as it stands."),
        field="cursor",
        code="cursor-unknown",
    )


def page(rows: Sequence[Row], cursor: str | None, limit: int) -> dict[str, Any]:
    """A page of a short list that is all in memory."""
    start = decode(cursor)
    end = start + limit
    return {"items": rows[start:end], "total": len(rows), "next": encode(end) if end < len(rows) else None}


def page_number(cursor: str | None, limit: int) -> int:
    """The numbered page that a cursor of ``encode(pages * limit)`` leads to; the limit must stay the same."""
    number, rest = divmod(decode(cursor), limit)
    if rest:
        raise _unknown()
    return number + 1
