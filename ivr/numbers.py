"""Numbers in Vietnamese: as words, and as the list of sound files that Asterisk's own Vietnamese grammar would play.

Chosen of the accepted forms: nghìn (not ngàn), lẻ (not linh), mốt, tư and lăm after mươi. Refuses more than 999 999.
"""

from hotline1022.core.errors import Invalid

LARGEST = 999_999
DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
#: the last digit after mươi, where it is spoken differently
AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}


def spell(n: int) -> str:
    """`n` from 0 to 999 999 in words: 1 005 → một nghìn không trăm lẻ năm."""
    if not 0 <= n <= LARGEST:
        raise Invalid(f"{n} cannot be spoken; give a number from 0 to {LARGEST}")
    return " ".join(_words(n))


def _words(n: int) -> list[str]:
    if n < 10:
        return [DIGITS[n]]
    if n < 20:
        return ["mười", *([AFTER_TENS[5] if n == 15 else DIGITS[n - 10]] if n > 10 else [])]
    if n < 100:
        tens, last = divmod(n, 10)
        return [DIGITS[tens], "mươi", *([AFTER_TENS.get(last, DIGITS[last])] if last else [])]
    if n < 1_000:
        hundreds, rest = divmod(n, 100)
        return [DIGITS[hundreds], "trăm", *(["lẻ"] if 0 < rest < 10 else []), *(_words(rest) if rest else [])]
    thousands, rest = divmod(n, 1_000)
    filling = ["không", "trăm"] if 0 < rest < 100 else []
    filling += ["lẻ"] if 0 < rest < 10 else []
    return [*_words(thousands), "nghìn", *filling, *(_words(rest) if rest else [])]


def number_sounds() -> dict[str, str]:
    """Every sound file of Asterisk's Vietnamese number grammar (main/say.c) with the words it speaks."""
    sounds = {f"digits/{n}": spell(n) for n in range(20)}
    sounds.update({f"digits/{n}": spell(n) for n in range(20, 100, 10)})
    sounds.update({f"digits/{n}a": word for n, word in AFTER_TENS.items()})
    sounds.update(
        {
            "digits/hundred": "trăm",
            "digits/odd": "lẻ",
            "digits/0-hundred": "không trăm",
            "digits/0-hundred-odd": "không trăm lẻ",
            "digits/thousand": "nghìn",
            "digits/million": "triệu",
            "digits/minus": "âm",
            "digits/h": "thứ",
            "digits/star": "sao",
            "digits/pound": "thăng",
        }
    )
    return sounds


def number_prompts(n: int) -> tuple[str, ...]:
    """The sound files that speak `n` (a position, a number of minutes), as Asterisk's SayNumber plays them."""
    if not 0 <= n <= LARGEST:
        raise Invalid(f"{n} cannot be spoken; give a number from 0 to {LARGEST}")
    return tuple(f"digits/{piece}" for piece in _pieces(n))


def _pieces(n: int) -> list[str]:
    if n < 20:
        return [str(n)]
    if n < 100:
        last = n % 10
        return [str(n - last), *([f"{last}a" if last in AFTER_TENS else str(last)] if last else [])]
    if n < 1_000:
        hundreds, rest = divmod(n, 100)
        return [str(hundreds), "hundred", *(["odd"] if 0 < rest < 10 else []), *(_pieces(rest) if rest else [])]
    thousands, rest = divmod(n, 1_000)
    filling = ["0-hundred-odd"] if 0 < rest < 10 else ["0-hundred"] if 0 < rest < 100 else []
    return [*_pieces(thousands), "thousand", *filling, *(_pieces(rest) if rest else [])]


def month_prompts(month: int) -> tuple[str, ...]:
    """The sound files that speak a month behind tháng: the fourth is tháng tư, the others are as numbers."""
    return ("digits/4a",) if month == 4 else number_prompts(month)


def digit_prompts(code: str) -> tuple[str, ...]:
    """The sound files that speak a code digit by digit: a ticket code, a telephone number."""
    if not code.isascii() or not code.isdigit():
        raise Invalid(f"{code!r} cannot be spoken digit by digit; give digits only")
    return tuple(f"digits/{digit}" for digit in code)
