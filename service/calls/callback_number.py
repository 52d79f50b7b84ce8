"""Which number may be dialled for a citizen: one of Viet Nam that somebody can have. Refuses (`number-not-callable`) the rest: withheld
ones, short ones, numbers abroad, services that cost, and 1022 itself.
"""

from collections.abc import Collection

import phonenumbers
from phonenumbers import PhoneNumberType

from hotline1022.core.errors import Refused
from hotline1022.service.cascades.plan import dialled

COUNTRY = "VN"
_SOMEBODYS = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def to_dial(text: str, own: Collection[str]) -> str:
    """The digits to dial, `0901234567`, from a number in any way of writing; `own`: 1022's in E.164."""
    try:
        number = phonenumbers.parse(text, COUNTRY)
    except phonenumbers.NumberParseException:
        raise _not_callable() from None
    here = number.country_code == phonenumbers.country_code_for_region(COUNTRY)
    if not here or not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _SOMEBODYS:
        raise _not_callable()
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if written in own:
        raise _not_callable()
    return dialled(written)


def _not_callable() -> Refused:
    """The number is not in the message: it goes into logs."""
    return Refused(
        "this number cannot be called: withheld, abroad, or no number of Viet Nam; look for another one in the ticket",
        error_id="number-not-callable",
    )
