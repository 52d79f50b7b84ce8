"""Hides telephone numbers in what is logged: enough is left to recognise a call, too little to ring the person."""

import re

#: Numbers of up to this many digits are nobody's: 115, 1022, a line.
SHORT = 5
_STARS = "****"
_CALL_ID = r"\b[a-z][a-z0-9]{0,15}-[0-9]{9,11}\.[0-9]+"
_NUMBER = r"\+?[0-9]{7,}"
_IN_TEXT = re.compile(rf"(?P<keep>{_CALL_ID})|{_NUMBER}")


def mask(number: str) -> str:
    """One telephone number: `0901234567` → `090****567`, `+84901234567` → `+8490****567`; short numbers unchanged."""
    digits = re.sub(r"\D", "", number)
    if not number or (digits and len(digits) <= SHORT and re.fullmatch(r"\+?[0-9]+", number)):
        return number
    if len(digits) <= SHORT:
        return _STARS
    if len(digits) < 9:
        return _STARS + digits[-3:]
    head = f"+{digits[:4]}" if number.startswith("+") else digits[:3]
    return head + _STARS + digits[-3:]


def mask_recipient(recipient: str) -> str:
    """A number, or an address of email: `lan.nguyen@example.vn` → `l****@example.vn`."""
    name, at, host = recipient.rpartition("@")
    return f"{name[:1]}{_STARS}@{host}" if at else mask(recipient)


def mask_text(text: str) -> str:
    """Every run of 7 digits or more in free text masked; call ids, which hold a time, are kept."""
    return _IN_TEXT.sub(lambda found: found["keep"] or mask(found[0]), text)
