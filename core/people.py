"""What a person id, a PIN and a code for a pause look like: one rule for phone, API and command line.

Digits alone, as many as are keyed on a phone: the dialplan's Read() takes the same numbers of them. ASCII digits: those
of other scripts are refused.
"""

import re

from hotline1022.core.errors import Invalid

PERSON_DIGITS = (1, 8)
PIN_DIGITS = (4, 8)
PAUSE_DIGITS = (1, 1)


def pattern(digits: tuple[int, int]) -> str:
    """As a regular expression for the whole text."""
    low, high = digits
    return f"[0-9]{{{low},{high}}}" if low != high else f"[0-9]{{{low}}}"


def words(digits: tuple[int, int]) -> str:
    """As people read it."""
    low, high = digits
    return f"{low} to {high} digits" if low != high else f"{low} digit{'s' if low > 1 else ''}"


def fits(text: str, digits: tuple[int, int]) -> bool:
    """Whether the text is so many digits."""
    return re.fullmatch(pattern(digits), text) is not None


def check_person(person: str) -> str:
    """The id of a new person; Invalid `person-invalid`."""
    if not fits(person, PERSON_DIGITS):
        raise Invalid(f"{person!r} is no person id; use {words(PERSON_DIGITS)}", error_id="person-invalid")
    return person


def check_new_pin(pin: str) -> str:
    """A PIN that may be given to somebody; Invalid `pin-weak`. Never says the PIN."""
    if not fits(pin, PIN_DIGITS) or len(set(pin)) == 1:
        raise Invalid(
            f"a PIN must have {words(PIN_DIGITS)} that are not all the same; choose another", error_id="pin-weak"
        )
    return pin
