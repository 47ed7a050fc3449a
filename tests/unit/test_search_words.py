"""What is typed, cut, ranked and marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivate.domain import search_grams, search_marks, search_rank, search_text
from cultivate.domain.search_grams import Entry
from cultivate.domain.search_rank import By

NAME = "杭州云创科技有限公司"
letters = st.text("云创杭州科技ab1", min_size=1, max_size=14)


def text_of(*names: str, uscc: str | None = None) -> str:
    return search_text.compose(names[0], names[1:], uscc)


@given(letters, st.data())
def test_what_is_in_a_text_has_its_grams_there(piece: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(piece) - 1))
    word = piece[start : data.draw(st.integers(start + 1, len(piece)))]
    grams = search_grams.of_entry(Entry(f"甲\n{piece}", None, None, 1, None))
    assert set(search_grams.of_word(word)) <= grams
    if piece.startswith(word):
        assert search_grams.start_of(word) in grams


@given(letters, letters)
def test_a_word_that_is_one_gram_is_where_its_gram_is(piece: str, word: str) -> None:
    grams = search_grams.of_entry(Entry(piece, None, None, 1, None))
    if search_grams.is_whole(word):
        assert (search_grams.of_word(word)[0] in grams) == (word in piece)


def test_no_gram_reaches_from_a_name_into_its_sound() -> None:
    assert not {"司h", "技\nk"} & search_grams.of_entry(Entry(text_of("云创公司"), None, None, 1, None))


def test_contacts_are_kept_apart_and_places_too() -> None:
    grams = search_grams.of_entry(Entry("甲", "王 小明", "0571-8800 1234", 7, 9))
    assert not {"王小", "0571", "7"} & grams
    assert {*search_grams.contact(["王小", "5718"]), search_grams.place(7), search_grams.place(9)} <= grams


def test_who_cannot_be_found_has_no_gram() -> None:
    assert search_grams.of_entry(None) == set()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("云创　半山", ["云创", "半山"]),
        (" ＨＺＹＣ ", ["hzyc"]),
        ("（浙江）", ["(浙江)"]),
        ("138-0013-8000", ["13800138000"]),
        ("0571-88001234", ["057188001234"]),
        ("A-B", ["a-b"]),
        ("\u200b \x00", []),
    ],
)
def test_what_is_typed_is_folded(typed: str, words: list[str]) -> None:
    assert search_text.words(typed) == words


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9133O1O5FAKE", "91330105fake"),
        ("云创 9I33O105", "云创 91330105"),
        ("hzyc", None),
        ("zhongou", None),
        ("91330105", None),
    ],
)
def test_letters_that_no_code_holds_are_read_as_digits(typed: str, read: str | None) -> None:
    assert search_text.reread(typed) == read


@pytest.mark.parametrize(
    ("word", "by"),
    [
        (NAME, By.EXACT),
        ("91330105fake0001x0", By.EXACT),
        ("杭州云", By.START),
        ("913301", By.START),
        ("云创", By.NAME),
        ("老名", By.FORMER),
        ("hzyc", By.INITIALS),
        ("hangzhouyun", By.SOUND),
        ("laoming", By.SOUND),
        ("yunchuang", By.PART),
        ("王", By.CONTACT),
    ],
)
def test_a_word_says_what_it_found(word: str, by: By) -> None:
    text = text_of(NAME, "老名有限公司", uscc="91330105FAKE0001X0")
    assert search_rank.found_by(word, text.split("\n")) == by


def test_the_worst_word_counts_first() -> None:
    text = text_of(NAME)
    assert search_rank.rank(["云创", "keji"], text) > search_rank.rank(["云创", "科技"], text)
    assert search_rank.rank(["杭州云创", "科技有限公司"], text).worst == By.EXACT


def test_both_readings_are_found() -> None:
    text = text_of("杭州长乐科技")
    assert all(word in text for word in ("changle", "zhangyue", "hzcl", "hzzy"))
    assert text_of("重庆云创").split("\n") == ["重庆云创", "chongqingyunchuang", "cqyc"]


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        (["云创"], ["云创"]),
        (["hzyc"], ["杭州云创"]),
        (["yunchu"], ["云创"]),
        (["yc", "yxgs"], ["云创", "有限公司"]),
        (["王"], []),
    ],
)
def test_what_was_found_is_marked(words: list[str], marked: list[str]) -> None:
    pieces = search_marks.marked("杭州云创（A）科技有限公司", words)
    assert "".join(text for text, _ in pieces) == "杭州云创（A）科技有限公司"
    assert [text for text, hit in pieces if hit] == marked
