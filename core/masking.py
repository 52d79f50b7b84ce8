"""Hides telephone numbers in what is logged: enough is left to recognise a call, too little to ring the person."""

import re

#: Numbers of up to this many digits are nobody's: 115, 1022, a line.
SHORT = 5
#: what stands for the digits that are hidden
STARS = "****"
_CALL_ID = r"\b[a-z][a-z0-9]{0,15}-[0-9]{9,11}\.[0-9]+"
_NUMBER = r"\+?[0-9]{7,}"
#: what people put between the digits of a number, on one line: blanks, dots, dashes, brackets, signs that nobody sees
_BETWEEN = r"(?:[^\S\r\n]|[.()\-\u2010-\u2015\u00b7\u200b\u2060\ufeff]){0,3}"


def _more(least: int, most: int) -> str:
    return rf"(?:{_BETWEEN}[0-9]){{{least},{most}}}"


#: numbers in groups, as they are written here: `0901 234 567`, `(0274) 3.822.333`, `+84 90-123-4567`; a citizen's twelve digits too
_GROUPED = "|".join(
    (
        rf"\+{_BETWEEN}[1-9]{_more(7, 13)}",
        rf"(?:00{_BETWEEN})?84{_BETWEEN}(?:\(?0\)?{_BETWEEN})?[2-9]{_more(8, 8)}",
        rf"0{_BETWEEN}[35789]{_more(8, 8)}",
        rf"0{_BETWEEN}2{_more(8, 9)}",
        rf"0{_more(8, 11)}",
    )
)
#: and are none: a day with a year, a time of day before a day
_DAY = r"[0-9]{1,2}[.\- ][0-9]{1,2}[.\- ](?:19|20)[0-9]{2}(?![0-9])"
_CLOCK = r"[0-2][0-9]\.[0-5][0-9][^\S\r\n]"
#: nor the middle of an amount, 5.012.345.678, or of a time, 09:00
_BEGINS = rf"(?<![0-9])(?<![0-9][.,:])(?!{_DAY}|{_CLOCK})\(?"
_PHONE = rf"{_BEGINS}(?:{_GROUPED})(?![0-9])"
_IN_NAME = re.compile(_PHONE)
_IN_TEXT = re.compile(rf"(?P<keep>{_CALL_ID})|{_PHONE}|{_NUMBER}")


def mask(number: str) -> str:
    """One telephone number: `0901234567` → `090****567`, `+84901234567` → `+8490****567`; short numbers unchanged."""
    digits = re.sub(r"\D", "", number)
    if not number or (digits and len(digits) <= SHORT and re.fullmatch(r"\+?[0-9]+", number)):
        return number
    if len(digits) <= SHORT:
        return STARS
    if len(digits) < 9:
        return STARS + digits[-3:]
    head = f"+{digits[:4]}" if number.startswith("+") else digits[:3]
    return head + STARS + digits[-3:]


def mask_recipient(recipient: str) -> str:
    """A number, or an address of email: `lan.nguyen@example.vn` → `l****@example.vn`."""
    name, at, host = recipient.rpartition("@")
    return f"{name[:1]}{STARS}@{host}" if at else mask(recipient)


def mask_text(text: str) -> str:
    """Every telephone number in free text masked, in groups or not, and every run of 7 digits or more; call ids, which hold a time,
    are kept, and so are days, times and amounts.
    """
    return _IN_TEXT.sub(lambda found: found["keep"] or mask(found[0]), text)


def mask_name(name: str) -> str:
    """The name of a file with what can only be a telephone number masked: cameras write the day into it, `IMG_20261130_101010.jpg`."""
    return _IN_NAME.sub(lambda found: mask(found[0]), name)
