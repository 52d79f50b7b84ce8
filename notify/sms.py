"""The text of an SMS: GSM-7 without marks or UCS-2, and how many parts are billed. Pure; refuses nothing, replaces instead.

Sources: 3GPP TS 23.038 (the alphabet), TS 23.040 (160 and 153, 70 and 67: six bytes of a part say to which it belongs).
"""

import unicodedata

import phonenumbers

from hotline1022.notify.types import Encoding

#: code 0x00 to 0x7F; ESC (0x1B) leads to the table below
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: character → code after ESC
EXTENDED = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_CODES = {character: code for code, character in enumerate(BASIC) if character != "\x1b"}
#: what office programs write by themselves, and what does not come apart into letter and mark
_PLAIN = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "‘": "'",
        "’": "'",
        "‚": "'",
        "′": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "•": "-",
        "₫": "d",
        "×": "x",
        "\t": " ",
    }
)
#: units of a message that fits into one, and of each part of a longer one
LENGTHS = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}
#: the country that SMS go to: Việt Nam
_HOME = 84


def plain(text: str) -> str:
    """Vietnamese without marks, in letters that GSM-7 has; a letter that it has not is `?`."""
    bare = unicodedata.normalize("NFD", text.translate(_PLAIN))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    spaced = (" " if unicodedata.category(c) in ("Zs", "Zl", "Zp") else c for c in bare)
    return "".join(map(_known, spaced))


def _known(character: str) -> str:
    if character in _CODES or character in EXTENDED:
        return character
    wide = unicodedata.normalize("NFKD", character).replace("⁄", "/")
    wide = "".join(c for c in wide if c in _CODES)
    return "" if unicodedata.category(character) in ("Cf", "Cc", "Mn") else wide or "?"


def written(text: str, encoding: Encoding) -> str:
    """The text as it goes over the air."""
    return plain(text) if encoding is Encoding.GSM7 else unicodedata.normalize("NFC", text)


def units(text: str, encoding: Encoding) -> int:
    """Septets of GSM-7, of which extension characters take two, or 16-bit units of UCS-2."""
    return sum(_width(character, encoding) for character in text)


def _width(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if character in EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def split(text: str, encoding: Encoding) -> tuple[str, ...]:
    """The parts of an SMS that is written so; no character is ever torn, an empty text is one part."""
    whole, each = LENGTHS[encoding]
    if units(text, encoding) <= whole:
        return (text,)
    parts: list[str] = []
    begun, used = 0, 0
    for place, character in enumerate(text):
        width = _width(character, encoding)
        if used + width > each:
            parts.append(text[begun:place])
            begun, used = place, 0
        used += width
    return (*parts, text[begun:])


def encode(text: str, encoding: Encoding) -> bytes:
    """A part as SMPP carries it: a septet a byte, or UTF-16 with the high byte first."""
    if encoding is Encoding.UCS2:
        return text.encode("utf-16-be", "replace")
    coded = bytearray()
    for character in text:
        coded += bytes((0x1B, EXTENDED[character])) if character in EXTENDED else bytes((_CODES.get(character, 0x3F),))
    return bytes(coded)


def decode_gsm7(coded: bytes) -> str:
    """What `encode` wrote; a code that means nothing is a space, as the standard wants it."""
    after = {code: character for character, code in EXTENDED.items()}
    text, escaped = "", False
    for code in coded:
        if escaped:
            text, escaped = text + after.get(code, " "), False
        elif code == 0x1B:
            escaped = True
        else:
            text += BASIC[code] if code < len(BASIC) else " "
    return text


def mobile(number: str) -> str:
    """The number in E.164 if we send SMS to it; "" for a landline, a short number, one abroad, or none.

    Anybody may call with a number of another country, made up: an SMS there costs many times the price, to whomever sells it.
    """
    try:
        parsed = phonenumbers.parse(number, "VN")
    except phonenumbers.NumberParseException:
        return ""
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if parsed.country_code != _HOME or not phonenumbers.is_valid_number(parsed):
        return ""
    if phonenumbers.number_type(parsed) not in kinds:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
