"""The one form of a text that is compared with what was written elsewhere, and what no text of people has. Refuses nothing."""

import unicodedata


def one_form(text: str) -> str:
    """NFC, without what no database keeps: the audit's chain has its texts so."""
    return unicodedata.normalize("NFC", text).replace("\x00", "")


def tidy(text: str, *, lines: bool = False) -> str | None:
    """NFC without spaces around; None where there are control characters or half characters. `lines`: line ends may be in it."""
    if lines:
        text = text.replace("\r\n", "\n").replace("\t", " ")
    refused = {c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    if refused - ({"\n"} if lines else set()):
        return None
    return unicodedata.normalize("NFC", text).strip()
