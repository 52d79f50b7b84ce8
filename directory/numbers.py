"""Telephone numbers of contact points: as people write them, to E.164. Refuses what would ring nobody, and 1022 itself."""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from hotline1022.core.errors import Invalid

COUNTRY = "VN"
#: 115, 1080: no E.164 form, dialled as they are
_SHORT = re.compile(r"1[0-9]{2,3}")
_SIGNS = re.compile(r"[\s().-]+")
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
#: behind the leading 0
LANDLINE_DIGITS, MOBILE_DIGITS = 10, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """By which numbers are read."""

    #: area code of the province without the leading 0; a number of 7 or 8 digits gets it
    area_code: str
    #: numbers of 1022 itself, in E.164 or short
    own: frozenset[str] = frozenset()

    def office(self, text: str) -> str:
        """A telephone number of any kind, or a short one such as 115; Invalid `number-invalid`."""
        bare = _bare(text)
        if _SHORT.fullmatch(bare):
            return self._strange(bare, text)
        if re.fullmatch(r"[2-9][0-9]{6,7}", bare):
            bare = f"0{self.area_code}{bare}"
        return self._strange(_e164(_parsed(bare, text)), text)

    def mobile(self, text: str) -> str:
        """A mobile's number; Invalid `number-invalid`, also for a landline."""
        number = _parsed(_bare(text), text)
        if phonenumbers.number_type(number) not in _MOBILE:
            raise _bad(text, "is no mobile: no SMS reaches it", "give a mobile, 0901 234 567")
        return self._strange(_e164(number), text)

    def _strange(self, number: str, text: str) -> str:
        if number in self.own:
            raise _bad(text, "is 1022 itself: a call there would go round in a circle", "give the agency's own number")
        return number


def _bare(text: str) -> str:
    bare = _SIGNS.sub("", text)
    if not re.fullmatch(r"\+?[0-9]{1,20}", bare):
        raise _bad(text, "has other signs than digits", "write 0274 3822 222, one number without an extension")
    return bare


def _parsed(bare: str, text: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(bare, COUNTRY)
    except phonenumbers.NumberParseException as error:
        raise _bad(text, "cannot be read as a number", "write it as it is dialled, 0274 3822 222") from error
    if number.country_code != phonenumbers.country_code_for_region(COUNTRY):
        raise _bad(text, "is in another country", "give a number in Viet Nam")
    if not phonenumbers.is_valid_number(number):
        raise _bad(text, _reason(str(number.national_number)), "count its digits, and check the area code")
    return number


def _reason(national: str) -> str:
    """Why the digits behind the country's code are no number."""
    wanted = LANDLINE_DIGITS if national.startswith("2") else MOBILE_DIGITS
    if len(national) == wanted:
        return "begins as no number of Viet Nam does"
    return "is too short" if len(national) < wanted else "is too long"


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _bad(text: str, reason: str, cure: str) -> Invalid:
    return Invalid(f"the number {text!r} {reason}; {cure}", error_id="number-invalid")
