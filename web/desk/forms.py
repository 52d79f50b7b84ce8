"""What a form of the desk carries. Refuses nothing: who reads a field says what it may be."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from hotline1022.core.errors import Invalid

#: bytes of all files of a form, of all its texts, and parts at most
FILES, TEXTS, PARTS = 4 * 1024 * 1024, 64 * 1024, 50
#: names of our own fields look so
_NAME = re.compile(r"[a-z][a-z_-]{0,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Fields in the order in which they came; a name may come more than once."""

    pairs: tuple[tuple[str, str], ...]
    #: files by the names of their fields
    files: Mapping[str, bytes] = field(default_factory=dict)

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


async def read_parts(request: web.Request) -> Form:
    """A form with files. Invalid `body-not-form`, `file-large`: what is too large is not read on."""
    if request.content_type != "multipart/form-data":
        raise _no_form()
    pairs: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    left = {True: FILES, False: TEXTS}
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or not part.name or len(pairs) + len(files) >= PARTS:
                raise _no_form()
            is_file = part.filename is not None
            data = bytearray()
            while piece := await part.read_chunk():
                left[is_file] -= len(piece)
                if left[is_file] < 0:
                    text = f"the file is too large; send at most {FILES >> 20} MiB"
                    raise Invalid(text, error_id="file-large")
                data += piece
            if is_file:
                files[part.name] = bytes(data)
            else:
                pairs.append((part.name, data.decode("utf-8")))
    except ValueError:
        raise _no_form() from None
    return Form(pairs=tuple(pairs), files=files)


def _no_form() -> Invalid:
    return Invalid("the body is not a form; open the page and use its buttons", error_id="body-not-form")
