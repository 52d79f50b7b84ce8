"""What a form of the desk carries. Refuses what no browser sends; who reads a field says what it may be."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from hotline1022.core.errors import Invalid

#: bytes of all files of a form, of all its texts, and parts at most
FILES, TEXTS, PARTS = 10 * 1024 * 1024, 64 * 1024, 50
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

#: names of our own fields look so
_NAME = re.compile(r"[a-z][a-z_-]{0,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as a browser sends it."""

    field: str
    #: as it is called there, NFC
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Fields in the order in which they came; a name may come more than once."""

    pairs: tuple[tuple[str, str], ...]
    #: a field without a file is not among them
    files: tuple[Sent, ...] = ()

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

    def file(self, name: str) -> bytes:
        """The first file of this field; nothing when there is none."""
        return next((one.data for one in self.files if one.field == name), b"")

    def number(self, name: str, *, digits: int = 9) -> int:
        """A whole number of so many digits at most; 0 for what is none."""
        text = self.one(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else 0


def read_fields(content_type: str, raw: bytes, *, most: int = 400) -> list[tuple[str, str]]:
    """The fields of a form without files; Invalid `body-not-form`."""
    if content_type != URLENCODED:
        raise _no_form()
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=most, errors="strict")
    except ValueError:
        raise _no_form() from None


async def read_parts(request: web.Request) -> Form:
    """A form with files. Invalid `body-not-form`, `attachment-large`, and 413 for texts: what is too large is not read on."""
    pairs: list[tuple[str, str]] = []
    files: list[Sent] = []
    texts = sizes = count = 0
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            count += 1
            if not isinstance(part, BodyPartReader) or not part.name or count > PARTS:
                raise _no_form()
            data = bytearray()
            while piece := await part.read_chunk():
                data += piece
                if part.filename is None and texts + len(data) > TEXTS:
                    raise web.HTTPRequestEntityTooLarge(max_size=TEXTS, actual_size=texts + len(data))
                if part.filename is not None and sizes + len(data) > FILES:
                    text = f"the files are too large; send at most {FILES >> 20} MiB at once"
                    raise Invalid(text, error_id="attachment-large")
            if part.filename is None:
                texts += len(data)
                pairs.append((part.name, data.decode("utf-8")))
            elif part.filename or data:
                sizes += len(data)
                kind = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                name = unicodedata.normalize("NFC", part.filename)
                files.append(Sent(field=part.name, name=name, media_type=kind, data=bytes(data)))
    except (ValueError, RuntimeError, HttpProcessingError):  # what the library raises of headers and signs of parts
        raise _no_form() from None
    return Form(pairs=tuple(pairs), files=tuple(files))


def _no_form() -> Invalid:
    return Invalid("the body is not a form; open the page and use its buttons", error_id="body-not-form")
