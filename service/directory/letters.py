"""Scans of official letters: stored beside the files of tickets, durable before their row, given out as they were stored. Refuses what is
no scan, a change that there is not, and a file that is not as it was.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from hotline1022.core.acting import acting
from hotline1022.core.errors import NotFound
from hotline1022.db.unit import Database, Work
from hotline1022.directory.letters import check_room, kind_of
from hotline1022.directory.types import Letter, What
from hotline1022.tickets.attachments import Shelf, check_name
from hotline1022.web.directory_wire import LetterView
from hotline1022.web.tickets_wire import AttachmentFile, AttachmentView


class LettersDesk:
    """web.letters_port.LettersPort."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._database, self._shelf = database, shelf

    async def of(self, what: What, id: str) -> Sequence[LetterView]:
        """Of all changes of a thing, oldest first."""
        async with self._database.reading() as tx:
            return [view_of(one) for one in await tx.letters.of(what, id)]

    async def attach(self, change: int, *, name: str, data: bytes, by: str, at: datetime) -> LetterView:
        """Store a scan with a change; Invalid `letter-…`, `attachment-name`, Refused `letters-full`, NotFound `change-unknown`."""
        kind = kind_of(data)
        check_name(name, kind)
        async with self._database.reading() as tx:
            await _room(tx, change)
        id = secrets.token_hex(8)
        stored = await asyncio.to_thread(self._shelf.put, id, data)
        async with self._database.transaction() as tx:
            await _room(tx, change, lock=True)
            new = Letter(
                id=id,
                change=change,
                name=name,
                media_type=kind,
                size=stored.size,
                sha256=stored.sha256,
                path=stored.path,
                stored_at=at,
                stored_by=by,
            )
            await tx.letters.add(new)
            _tell(new)
        return view_of(new)

    async def file(self, id: str) -> AttachmentFile | None:
        """A scan, compared with its hash; Unavailable `attachment-damaged`."""
        async with self._database.reading() as tx:
            found = await tx.letters.one(id)
        if found is None:
            return None
        path = await asyncio.to_thread(self._shelf.find, found)
        view = AttachmentView(**{field.name: getattr(found, field.name) for field in fields(AttachmentView)})
        return AttachmentFile(view=view, path=path)


def _tell(new: Letter) -> None:
    """The entry of the audit says which bytes justify which change."""
    if (act := acting()) is not None:
        act.detail = {**act.detail, "change": new.change, "letter": new.id, "sha256": new.sha256}


def view_of(one: Letter) -> LetterView:
    """A scan as it is told: nothing of where it lies."""
    return LetterView(**{field.name: getattr(one, field.name) for field in fields(LetterView)})


async def _room(tx: Work, change: int, *, lock: bool = False) -> None:
    if not await tx.letters.changed(change, lock=lock):
        text = f"there is no change {change} of the directory; look in /api/directory/changes"
        raise NotFound(text, error_id="change-unknown")
    check_room(await tx.letters.count(change))
