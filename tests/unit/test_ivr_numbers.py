"""Numbers in Vietnamese, in words and in Asterisk's pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Invalid
from hotline1022.ivr.numbers import LARGEST, digit_prompts, number_prompts, number_sounds, spell


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "không"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (99, "chín mươi chín"),
        (100, "một trăm"),
        (101, "một trăm lẻ một"),
        (105, "một trăm lẻ năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm lẻ năm"),
        (1_022, "một nghìn không trăm hai mươi hai"),
        (2_300, "hai nghìn ba trăm"),
        (15_015, "mười lăm nghìn không trăm mười lăm"),
        (100_005, "một trăm nghìn không trăm lẻ năm"),
        (999_999, "chín trăm chín mươi chín nghìn chín trăm chín mươi chín"),
    ],
)
def test_numbers_in_words(n: int, words: str) -> None:
    assert spell(n) == words


@pytest.mark.parametrize(
    ("n", "pieces"),
    [
        (0, ["0"]),
        (21, ["20", "1a"]),
        (22, ["20", "2"]),
        (105, ["1", "hundred", "odd", "5"]),
        (1_005, ["1", "thousand", "0-hundred-odd", "5"]),
        (1_050, ["1", "thousand", "0-hundred", "50"]),
    ],
)
def test_the_pieces_are_those_of_asterisk(n: int, pieces: list[str]) -> None:
    assert number_prompts(n) == tuple(f"digits/{piece}" for piece in pieces)


@given(st.integers(0, LARGEST))
def test_the_pieces_speak_the_words(n: int) -> None:
    sounds = number_sounds()
    assert " ".join(sounds[piece] for piece in number_prompts(n)) == spell(n)


def test_no_two_numbers_sound_the_same() -> None:
    assert len({spell(n) for n in range(20_000)}) == 20_000


@pytest.mark.parametrize("n", [-1, LARGEST + 1])
def test_what_is_out_of_range_is_refused(n: int) -> None:
    with pytest.raises(Invalid):
        spell(n)
    with pytest.raises(Invalid):
        number_prompts(n)


def test_a_code_digit_by_digit() -> None:
    assert digit_prompts("0274") == ("digits/0", "digits/2", "digits/7", "digits/4")
    for wrong in ("", "12a", "١٢", "1 2"):
        with pytest.raises(Invalid):
            digit_prompts(wrong)
