"""Answers about the catalogue of recordings. Refuses cursors it did not make, and words that would tell who a citizen is to whoever may
neither hear recordings nor see numbers; which ones somebody of an agency reaches, recording_rights.py says, and who looks for a
number, number_search.py.
"""

import base64
import binascii
import re
from dataclasses import replace

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Invalid
from hotline1022.core.folding import fold
from hotline1022.recordings.types import CatalogueFilter
from hotline1022.web.errors import Forbidden
from hotline1022.web.number_search import check_number
from hotline1022.web.recording_rights import check_ticket, of_tickets, only_own, recording_for
from hotline1022.web.recordings_wire import RecordingDetail, RecordingPage, RecordingQuery
from hotline1022.web.route import Ask

#: places that the database can have
_LARGEST = 2**63
#: digits of a number, or of a part of one, however they are grouped; words are found whole, so fewer find nobody
_NUMBER = re.compile(r"[0-9](?:[^\w]{0,3}[0-9]){5,}")


async def search_recordings(ask: Ask) -> RecordingPage:
    """One page of the catalogue."""
    query: RecordingQuery = ask.query
    if only_own(ask.asker, Permission.LOOK):
        return await _of_own_ticket(ask, query)
    if query.since and query.until and query.since >= query.until:
        raise Invalid("since is not before until; exchange them")
    if query.number is not None and not ask.asker.may(Permission.LISTEN):
        ask.asker.demand(Permission.NUMBERS)
    if query.words:
        if not ask.asker.may(Permission.LISTEN):
            ask.asker.demand(Permission.NUMBERS)
        check_words(query.words, numbers=ask.sees_numbers)
    before = read_place(query.cursor) if query.cursor else None
    whole = await check_number(ask, query.number or "", "GET /api/recordings")
    return await ask.ports.catalogue.search(
        CatalogueFilter(
            number=query.number or "",
            whole_number=whole,
            since=query.since,
            until=query.until,
            person=query.person or "",
            line=query.line or "",
            agency=query.agency or "",
            category=query.category or "",
            code=query.ticket or "",
            words=query.words or "",
            open_words=not ask.sees_numbers,
            shortest_ms=query.longer_ms,
            longest_ms=query.shorter_ms,
            state=query.state,
            kind=query.kind,
            before=before,
            limit=query.limit,
        )
    )


async def _of_own_ticket(ask: Ask, query: RecordingQuery) -> RecordingPage:
    """Those of one ticket of the own agency: by nothing else are they looked for."""
    code = query.ticket or ""
    await check_ticket(ask, code, Permission.LOOK)
    before = read_place(query.cursor) if query.cursor else None
    page = await ask.ports.catalogue.search(CatalogueFilter(code=code, before=before, limit=query.limit))
    return replace(page, recordings=tuple(of_tickets(one, {code}) for one in page.recordings))


def check_words(words: str, *, numbers: bool) -> None:
    """Forbidden `search-number` for what is no word but a number, whatever digits it is written with: it would find nothing."""
    if not numbers and _NUMBER.search(fold(words)):
        raise Forbidden("a search by number needs the permission numbers", error_id="search-number")


async def show_recording(ask: Ask) -> RecordingDetail:
    """One recording."""
    return await recording_for(ask, ask.path["recording"], Permission.LOOK)


def write_place(place: int) -> str:
    """An opaque name of a place in the catalogue."""
    return base64.urlsafe_b64encode(f"p{place}".encode()).decode().rstrip("=")


def read_place(text: str) -> int:
    """The place that the cursor names; Invalid when this API did not make it."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        digits = plain.removeprefix("p")
        if not plain.startswith("p") or not digits.isdecimal() or int(digits) >= _LARGEST:
            raise ValueError(plain)
    except (ValueError, binascii.Error):
        raise Invalid("cursor is not one of ours; take it from next of the page before") from None
    return int(digits)
