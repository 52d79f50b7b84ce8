"""What the API needs of scans of official letters; the composition root hands it in. Errors as in ports.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hotline1022.directory.types import What
from hotline1022.web.directory_wire import LetterView
from hotline1022.web.tickets_wire import AttachmentFile


class LettersPort(Protocol):
    """Scans, each with the change of the directory that it justifies."""

    async def of(self, what: What, id: str) -> Sequence[LetterView]:
        """Of all changes of a thing, oldest first."""
        ...

    async def attach(self, change: int, *, name: str, data: bytes, by: str, at: datetime) -> LetterView:
        """Store one; Invalid `letter-kind`, `letter-empty`, `letter-large`, `attachment-name`, Refused `letters-full`, NotFound
        `change-unknown`.
        """
        ...

    async def file(self, id: str) -> AttachmentFile | None:
        """The file, compared with its hash; Unavailable `attachment-damaged`."""
        ...
