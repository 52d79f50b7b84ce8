"""Text as it is searched: without marks and case, whatever way it was typed. Pure; refuses nothing."""

import unicodedata

#: letters that have no mark to drop
_LETTERS = str.maketrans({"đ": "d", "Đ": "d"})


def fold(text: str) -> str:
    """`Đường  Lê Lợi` → `duong le loi`, also where the marks are characters of their own."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.translate(_LETTERS).casefold().split())
