"""What a form of the desk carries. Refuses what no browser sends; who reads a field says what it may be."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from hotline1022.core.errors import Invalid
from hotline1022.web.desk.kept import SECRETS

#: bytes of all files of a form, of all its texts, and parts at most: texts are larger than any that is taken, so that whoever pasted
#: too much is told by how much and gets it back
FILES, TEXTS, PARTS = 10 * 1024 * 1024, 512 * 1024, 50
#: bytes of files that are read, and thrown away where they are too many: for what was typed behind them, and because a browser
#: that still sends hears no answer
READ = 4 * FILES
#: fields of a form without files at most
FIELDS = 1000
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

#: what was sent with a request, once it was read; None while it is
SENT: web.RequestKey[object] = web.RequestKey("sent", object)

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
    #: there were files, which together were too large: they are not here, the texts are
    too_large: bool = False

    @property
    def has_files(self) -> bool:
        """Whether files were chosen."""
        return bool(self.files) or self.too_large

    def check_files(self) -> None:
        """Invalid `attachment-large`."""
        if self.too_large:
            text = f"the files are too large; send at most {FILES >> 20} MiB at once"
            raise Invalid(text, error_id="attachment-large")

    @property
    def typed(self) -> tuple[tuple[str, str], ...]:
        """What may stand in a form again."""
        return tuple((name, value) for name, value in self.pairs if name not in SECRETS)

    @property
    def firsts(self) -> dict[str, str]:
        """Of each name the first value, as it was typed."""
        return dict(reversed(self.pairs))

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


def read_fields(content_type: str, raw: bytes, *, most: int = FIELDS) -> list[tuple[str, str]]:
    """The fields of a form without files; Invalid `body-not-form`."""
    if content_type != URLENCODED:
        raise _no_form()
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=most, errors="strict")
    except ValueError:
        raise _no_form() from None


async def read_texts(request: web.Request) -> bytes:
    """A form without files as it was sent; 413 for one that is larger than TEXTS."""
    return await request.clone(client_max_size=TEXTS).read()


async def read_form(request: web.Request, *, most: int = FIELDS) -> Form:
    """A form with files or without. Invalid `body-not-form`, and 413 for texts that are too large."""
    if request.content_type == MULTIPART:
        return await _read_parts(request)
    return Form(pairs=tuple(read_fields(request.content_type, await read_texts(request), most=most)))


async def _read_parts(request: web.Request) -> Form:
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
                if part.filename is None:
                    texts += len(piece)
                    if texts > TEXTS:
                        raise web.HTTPRequestEntityTooLarge(max_size=TEXTS, actual_size=texts)
                else:
                    sizes += len(piece)
                    if sizes > READ:
                        return Form(pairs=tuple(pairs), too_large=True)
                    if sizes > FILES:
                        files.clear()
                        data.clear()
                        continue
                data += piece
            if part.filename is None:
                pairs.append((part.name, data.decode("utf-8")))
            elif (part.filename or data) and sizes <= FILES:
                kind = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                name = unicodedata.normalize("NFC", part.filename)
                files.append(Sent(field=part.name, name=name, media_type=kind, data=bytes(data)))
    except (ValueError, RuntimeError, HttpProcessingError):  # what the library raises of headers and signs of parts
        raise _no_form() from None
    return Form(pairs=tuple(pairs), files=tuple(files), too_large=sizes > FILES)


def _no_form() -> Invalid:
    return Invalid("the body is not a form; open the page and use its buttons", error_id="body-not-form")
