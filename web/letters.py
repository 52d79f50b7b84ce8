"""Answers about scans of official letters. Refuses files outside the folder of attachments: what a browser names is an id, never a path."""

from aiohttp import web

from hotline1022.core.errors import Invalid, NotFound
from hotline1022.web.directory_wire import LetterList, LetterQuery, LetterView
from hotline1022.web.route import Ask
from hotline1022.web.tickets import stored_file
from hotline1022.web.tickets_wire import AttachQuery
from hotline1022.web.uploads import read_upload

#: bytes of a scan at most, as directory/letters.py stores them
LARGEST = 10 * 1024 * 1024


async def list_letters(ask: Ask) -> LetterList:
    """Those of one thing."""
    query: LetterQuery = ask.query
    return LetterList(letters=tuple(await ask.ports.letters.of(query.what, query.id)))


async def attach_letter(ask: Ask) -> LetterView:
    """A scan comes to a change."""
    query: AttachQuery = ask.query
    data = await read_upload(ask.request, LARGEST, _too_large)
    change = int(ask.path["change"])
    return await ask.ports.letters.attach(change, name=query.name, data=data, by=ask.by, at=ask.ports.clock())


def _too_large() -> Invalid:
    return Invalid(f"the scan is too large; send at most {LARGEST >> 20} MiB", error_id="letter-large")


async def get_letter(ask: Ask) -> web.StreamResponse:
    """The file as it was stored, to be saved and never shown by the browser."""
    found = await ask.ports.letters.file(ask.path["letter"])
    if found is None:
        raise NotFound("there is no such scan; look in /api/directory/letters", error_id="letter-unknown")
    return await stored_file(found, ask.ports.attachments_root)
