"""The citizen's telephone number in one form, whatever way it was written. Pure; refuses (`phone-masked`) what was masked for somebody who
may not see numbers, and nothing else: some numbers are none.
"""

import phonenumbers

from hotline1022.core.errors import Invalid, in_field

#: what stands for a digit that is hidden, here and where else people copy from
_HIDES = frozenset("*＊∗⁎•●∙⬤")


def phone_of(text: str) -> str:
    """E.164 where it can be a number of somebody (`0901 234 567` → `+84901234567`), else the text as it is."""
    text = text.strip()
    try:
        parsed = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(parsed):
        return text
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def masked(text: str) -> bool:
    """Whether digits of it are hidden, `090****567`."""
    return not _HIDES.isdisjoint(text)


def whole_phone(text: str) -> str:
    """As phone_of; Invalid `phone-masked` where digits are hidden: written down, the number would be lost."""
    if masked(text):
        with in_field("phone"):
            raise Invalid("this number is masked; write the whole one, or leave it out", error_id="phone-masked")
    return phone_of(text)
