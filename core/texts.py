"""The one form of a text that is compared with what was written elsewhere, and what no text of people has. Refuses nothing."""

import unicodedata


def one_form(text: str) -> str:
    """NFC, without what no database keeps: the audit's chain has its texts so."""
    return unicodedata.normalize("NFC", text).replace("\x00", "")


def tidy(text: str, *, lines: bool = False, tabs: bool = False) -> str | None:
    """NFC without spaces around; None where there are control characters or half characters. `lines`: line ends may be in it, and tabs
    become blanks; `tabs`: they stay, as in a document whose every sign counts.
    """
    if lines:
        text = text.replace("\r\n", "\n")
        text = text if tabs else text.replace("\t", " ")
    refused = {c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    if refused - ({"\n"} if lines else set()) - ({"\t"} if lines and tabs else set()):
        return None
    return unicodedata.normalize("NFC", text).strip()
