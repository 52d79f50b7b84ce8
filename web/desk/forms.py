"""What a form of the desk carries. Refuses nothing: who reads a field says what it may be."""

import re
import unicodedata
from dataclasses import dataclass

#: names of our own fields look so
_NAME = re.compile(r"[a-z][a-z_-]{0,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Fields in the order in which they came; a name may come more than once."""

    pairs: tuple[tuple[str, str], ...]

    @property
    def names(self) -> frozenset[str]:
        """Names of fields that are filled in; what looks like none of ours is left out, and so is what comes after twenty."""
        seen = dict.fromkeys(name for name, value in self.pairs if value and _NAME.fullmatch(name))
        return frozenset(list(seen)[:20])

    def one(self, name: str) -> str:
        """The first of this name, NFC; "" when there is none."""
        return next((unicodedata.normalize("NFC", value) for key, value in self.pairs if key == name), "")

    def secret(self, name: str) -> str:
        """The same as it was typed."""
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> frozenset[str]:
        """All of this name."""
        return frozenset(value for key, value in self.pairs if key == name)

    def number(self, name: str) -> int:
        """A small whole number; 0 for what is none."""
        text = self.one(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
