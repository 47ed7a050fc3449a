from random import Random

from cultivate.demo.names import FIELD_WEIGHTS, TRADES, FirmNames, credit_code
from cultivate.demo.promises import apportion
from cultivate.domain.credit_code import is_valid


def test_every_code_holds_both_check_characters_and_the_body_fake():
    codes = [credit_code("330105", number) for number in (0, 1, 30, 31, 29_790, 29_791, 650_000)]
    assert all(is_valid(code) and code[8:12] == "FAKE" for code in codes)
    assert len(set(codes)) == len(codes)


def test_codes_never_meet_those_of_the_sample_lists():
    """The lists count FAKE0001 onwards."""
    assert all(credit_code("330105", number)[12].isalpha() for number in range(0, 60_000, 997))


def test_names_are_unique_and_so_are_brands():
    names = FirmNames(Random(1))
    drawn = [names.name(names.field()) for _ in range(5000)]
    assert len(set(drawn)) == 5000
    assert all(name.startswith(("杭州", "浙江")) and name.endswith("有限公司") for name in drawn)


def test_each_field_has_its_trades():
    assert TRADES.keys() == FIELD_WEIGHTS.keys()


def test_parts_in_proportion_add_up():
    assert apportion(10, {"a": 1.0, "b": 1.0, "c": 1.0}) == {"a": 4, "b": 3, "c": 3}
    assert sum(apportion(534, {str(n): 0.1 + n for n in range(18)}).values()) == 534
