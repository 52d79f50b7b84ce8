"""The one form of a text that is compared with what was written elsewhere. Refuses nothing."""

import unicodedata


def one_form(text: str) -> str:
    """NFC, without what no database keeps: the audit's chain has its texts so."""
    return unicodedata.normalize("NFC", text).replace("\x00", "")
