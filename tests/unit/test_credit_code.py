"""The credit code: real codes pass, each kind of damage is told apart, repairs are offered only where proven."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from cultivate.domain import credit_code
from cultivate.domain.credit_code import (
    ALPHABET,
    check,
    check_character,
    normalise,
    organisation_check_character,
)

REAL = [
    "91330105MA2KCLP6X2",
    "913301053281951475",
    "91330105311263043J",
    "91330105MA2H2DUJ92",
    "91330106MA2B1C4UXN",
    "91330105MA7C4PL8XP",
    "91330105MA2AXB069W",
    "91330600MA2BEJ8XXJ",
    "91330100MA27YTKRXE",
    "91330000143853115H",
]


@st.composite
def codes(draw: st.DrawFn) -> str:
    """A code that both standards accept."""
    district = draw(st.text("0123456789", min_size=6, max_size=6))
    body = draw(st.text(ALPHABET, min_size=8, max_size=8))
    first = f"91{district}{body}{organisation_check_character(body)}"
    return first + check_character(first)


@pytest.mark.parametrize("code", REAL)
def test_real_codes_pass(code: str) -> None:
    assert check(code).value == code


@pytest.mark.parametrize(
    "text",
    [
        "９１３３０１０５ＭＡ２ＫＣＬＰ６Ｘ２",
        " 91330105ma2kclp6x2 ",
        "91330105M\u200bA2KCLP6X2",
        "9133 0105 MA2K\u00a0CLP6 X2",
        "'91330105MA2KCLP6X2",
        "\ufeff91330105-MA2KCLP6X-2",
        "91330105MA2K\nCLP6X2",
        "\u300091330105MA2KCLP6X2\u3000",
    ],
)
def test_width_case_and_blanks_are_set_right(text: str) -> None:
    assert check(text).value == "91330105MA2KCLP6X2"


@pytest.mark.parametrize("text", ["", "  ", "无", "/", "—", "-", "\u200b", "n/a"])
def test_a_blank_is_neither_value_nor_error(text: str) -> None:
    found = check(text)
    assert (found.value, found.error, found.msgid) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "error", "suggestion"),
    [
        ("913330383MA2HBRJ43K", "length", "91330383MA2HBRJ43K"),  # 19 characters, one 3 too many
        ("9133O105MA2KCLP6X2", "character", "91330105MA2KCLP6X2"),
        ("9I33OIO5MA2KCLP6X2", "character", "91330105MA2KCLP6X2"),
        ("91330105MAZKCLP6X2", "character", "91330105MA2KCLP6X2"),
        ("9133010S3281951475", "character", "913301053281951475"),
        ("91330105MA2N9GHI03", "character", None),  # the repair does not pass the check
        ("91330105VA2KCLP6X2", "character", None),  # V stands for no one thing
        ("91330105MA2KCLP6X3", "check-digit", None),
        ("91330105MA2KCLP6X", "length", None),
        ("9.13301053281951e+17", "lost-digits", None),
        ("9.1330105E+17", "lost-digits", None),
        ("913301053281951000", "lost-digits", None),
        ("913301053281951475.0", "lost-digits", None),
        ("330105000012345", "old-number", None),
        ("MA2KCLP6-X", "organisation-code", None),
        ("杭州云创科技有限公司", "length", None),
    ],
)
def test_damage_is_told_apart(text: str, error: str, suggestion: str | None) -> None:
    found = check(text)
    assert (found.value, found.error, found.suggestion) == (None, error, suggestion)
    assert found.msgid in credit_code.ERRORS.values()


def test_two_possible_repairs_are_no_repair() -> None:
    """Dropping one of two equal neighbours gives one code, not two; only distinct codes compete."""
    assert check("911330105MA2KCLP6X2").suggestion == "91330105MA2KCLP6X2"


@given(codes())
def test_made_codes_pass_here_and_in_stdnum(code: str) -> None:
    assert check(code).value == code
    assert uscc.is_valid(code)


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_substitution_is_detected(code: str, place: int, character: str) -> None:
    changed = code[:place] + character + code[place + 1 :]
    assert (check(changed).value is None) == (changed != code)


@given(st.text())
def test_normalising_twice_changes_nothing_and_nothing_breaks(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    found = check(text)
    assert found.suggestion is None or credit_code.is_valid(found.suggestion)
