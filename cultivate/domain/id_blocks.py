"""Sets of ids in blocks of 65,536, each block as bytes that a database keeps and that meet in microseconds.

A thin block is its ids in order, two bytes each (little endian, counted within the block); a full one is a bitmap
of 8,192 bytes. The length tells which: a list never grows as long as a bitmap.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import compress

SPAN = 65_536
_BITMAP = SPAN // 8
#: the list that would be as long as a bitmap
_FULL = _BITMAP // 2
_SET = bytes.maketrans(b"01", b"\x00\x01")
EMPTY = b""


def place(number: int) -> tuple[int, int]:
    """Block of an id, and the id within it."""
    return divmod(number, SPAN)


def pack(ids: Iterable[int]) -> bytes:
    """A block of these ids, which are counted within the block."""
    wanted = set(ids)
    if len(wanted) < _FULL:
        return _little(array("H", sorted(wanted))).tobytes()
    return _number_of(wanted).to_bytes(_BITMAP, "little")


def members(block: bytes) -> Sequence[int]:
    """The ids of a block, in order."""
    if len(block) != _BITMAP:
        found = array("H")
        found.frombytes(block)
        return _little(found)
    bits = bin(int.from_bytes(block, "little"))[:1:-1].encode().translate(_SET)
    return list(compress(range(len(bits)), bits))


def count(block: bytes) -> int:
    """How many ids."""
    if len(block) != _BITMAP:
        return len(block) // 2
    return int.from_bytes(block, "little").bit_count()


def both(one: bytes, other: bytes) -> bytes:
    """The ids of both; a thin result of two bitmaps stays a bitmap, which every function here takes."""
    if len(one) == len(other) == _BITMAP:
        return (int.from_bytes(one, "little") & int.from_bytes(other, "little")).to_bytes(_BITMAP, "little")
    if len(one) == _BITMAP:
        one, other = other, one
    if len(other) == _BITMAP:
        kept = [number for number in members(one) if other[number >> 3] >> (number & 7) & 1]
    else:
        kept = sorted(set(members(one)) & set(members(other)))
    return _little(array("H", kept)).tobytes()


def either(one: bytes, other: bytes) -> bytes:
    """The ids of one or the other."""
    if not one or not other:
        return one or other
    if len(one) == len(other) == _BITMAP:
        return (int.from_bytes(one, "little") | int.from_bytes(other, "little")).to_bytes(_BITMAP, "little")
    if len(one) != _BITMAP and len(other) != _BITMAP:
        return pack([*members(one), *members(other)])
    thin, full = (one, other) if len(other) == _BITMAP else (other, one)
    return (int.from_bytes(full, "little") | _number_of(members(thin))).to_bytes(_BITMAP, "little")


def without(one: bytes, taken: Iterable[int]) -> bytes:
    """The block less these ids."""
    gone = set(taken)
    return pack(number for number in members(one) if number not in gone) if gone else one


def _number_of(ids: Iterable[int]) -> int:
    bits = bytearray(_BITMAP)
    for number in ids:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def _little(ids: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        ids.byteswap()
    return ids
