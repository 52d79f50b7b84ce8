"""Scans of the official letters that justify changes of the directory: what is one, told by its bytes. Refuses what is neither a PDF nor a
picture, whatever its name and its sender say.
"""

from hotline1022.core.errors import Invalid, Refused

#: bytes of one scan at most, and scans of one change
LARGEST = 10 * 1024 * 1024
MOST = 5
PDF, JPEG, PNG, WEBP, HEIC = "application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"
#: a PDF may have something else before its first line
_PDF_WITHIN = 1024
#: brands of a picture of a telephone, behind `ftyp`
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})


def kind_of(data: bytes) -> str:
    """Its media type; Invalid `letter-empty`, `letter-large`, `letter-kind`."""
    if not data:
        raise Invalid("the file is empty; choose it again", error_id="letter-empty")
    if len(data) > LARGEST:
        raise Invalid(f"the scan is too large; send at most {LARGEST >> 20} MiB", error_id="letter-large")
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return HEIC
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return PDF
    text = "the file is neither a PDF nor a picture (JPEG, PNG, WebP, HEIC); scan the letter as a PDF"
    raise Invalid(text, error_id="letter-kind")


def check_room(there: int) -> None:
    """Refused `letters-full`."""
    if there >= MOST:
        raise Refused(f"a change has at most {MOST} scans; put the pages into one PDF", error_id="letters-full")
