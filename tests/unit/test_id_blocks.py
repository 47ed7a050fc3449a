"""Blocks of ids are sets, whatever form they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivate.domain import id_blocks

thin = st.sets(st.integers(0, id_blocks.SPAN - 1), max_size=40)
#: thick enough for a bitmap, made of few draws
full = st.builds(lambda step, some: set(range(0, id_blocks.SPAN, step)) | some, st.integers(1, 14), thin)
blocks = st.one_of(thin, full)


@given(blocks)
def test_what_is_packed_is_there_in_order(ids: set[int]) -> None:
    block = id_blocks.pack(ids)
    assert list(id_blocks.members(block)) == sorted(ids)
    assert id_blocks.count(block) == len(ids)


@given(blocks, blocks)
def test_they_meet_and_join_as_sets_do(one: set[int], other: set[int]) -> None:
    packed = id_blocks.pack(one), id_blocks.pack(other)
    assert set(id_blocks.members(id_blocks.both(*packed))) == one & other
    assert set(id_blocks.members(id_blocks.either(*packed))) == one | other
    assert set(id_blocks.members(id_blocks.without(packed[0], other))) == one - other


@given(full, full, thin)
def test_what_meets_can_meet_again(one: set[int], other: set[int], third: set[int]) -> None:
    met = id_blocks.both(id_blocks.pack(one), id_blocks.pack(other))
    assert id_blocks.count(met) == len(one & other)
    assert set(id_blocks.members(id_blocks.both(met, id_blocks.pack(third)))) == one & other & third
    assert set(id_blocks.members(id_blocks.either(met, id_blocks.pack(third)))) == (one & other) | third


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, id_blocks.SPAN])
def test_no_size_is_taken_for_the_other_form(size: int) -> None:
    ids = range(size)
    assert list(id_blocks.members(id_blocks.pack(ids))) == list(ids)


def test_an_id_has_its_place() -> None:
    assert id_blocks.place(65_535) == (0, 65_535)
    assert id_blocks.place(65_536) == (1, 0)
