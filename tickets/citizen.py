"""The citizen's telephone number in one form, whatever way it was written. Pure; refuses nothing: some numbers are none."""

import phonenumbers


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
