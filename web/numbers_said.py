"""Telephone numbers as an office here writes them: `0901 234 567`, `0274 3822 123`, masked ones `090****567`. For pages alone: programs
get E.164. Refuses to change what is no whole number.
"""

import phonenumbers
from phonenumbers import PhoneNumberFormat

from hotline1022.core.masking import STARS

_HOME, _CODE = "VN", 84


def said_number(number: str) -> str:
    """A number, masked or not, in E.164 or as it was dialled; one of another country with the code of its country. Short ones, words
    and what cannot be a number stay as they are.
    """
    if STARS in number:
        return f"0{number.removeprefix(f'+{_CODE}')}" if number.startswith(f"+{_CODE}") else number
    if not number.removeprefix("+").isdecimal():
        return number
    try:
        found = phonenumbers.parse(number, _HOME)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(found):
        return number
    here = found.country_code == _CODE
    return phonenumbers.format_number(found, PhoneNumberFormat.NATIONAL if here else PhoneNumberFormat.INTERNATIONAL)
