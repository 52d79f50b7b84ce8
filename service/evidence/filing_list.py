"""Writes the list of filings into the chain before it is stamped, and finds it again for a package. Refuses a list that the chain
does not bear out.
"""

from dataclasses import dataclass
from datetime import datetime

from hotline1022.audit.listing import Listing, line, listing, listing_of
from hotline1022.audit.types import Entry, Fact, Head, Kind, Stamp
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A stamped list that has a filing."""

    entry: Entry
    stamp: Stamp
    #: its lines
    text: bytes


async def list_filings(database: Database, at: datetime) -> Head:
    """What is to be stamped: the new list, or where nothing was filed since the last stamped one, the chain's head."""
    async with database.reading() as tx:
        head = await tx.audit.head()
        after = max((one.until for one, _, _ in await _stamped(tx)), default=0)
        made = listing(after, head.seq, await _lines(tx, after, head.seq))
    if not made.count:
        return head
    async with database.transaction() as tx:
        detail = made.as_detail()
        fact = Fact(at=at, kind=Kind.CHAIN_LISTED, actor="service", subject="chain:listed", detail=detail)
        tx.audit.add(fact)
    async with database.reading() as tx:
        for one in reversed(await tx.audit.about("chain:listed", limit=20)):
            if one.detail == detail and one.at == at:
                return Head(seq=one.seq, sha256=one.sha256)
    raise Refused("the list of filings is not in the chain; run hotline1022 evidence verify", error_id="chain-broken")


async def find_listed(database: Database, stored: Entry) -> Listed | None:
    """The first stamped list with this filing; None when there is none yet. Refused `chain-broken`."""
    async with database.reading() as tx:
        for one, entry, stamp in await _stamped(tx):
            if not one.has(stored.seq):
                continue
            lines = await _lines(tx, one.after, one.until)
            if listing(one.after, one.until, lines) != one or line(stored.seq, stored.sha256) not in lines:
                text = f"entry {entry.seq} lists other filings than there are; run hotline1022 evidence verify"
                raise Refused(text, error_id="chain-broken")
            return Listed(entry=entry, stamp=stamp, text=b"".join(lines))
    return None


async def _stamped(tx: Work) -> list[tuple[Listing, Entry, Stamp]]:
    """Lists that a stamp vouches for, in their order: one a day."""
    stamps = {(one.seq, one.sha256): one async for one in tx.audit.stamps()}
    return [
        (said, one, stamps[one.seq, one.sha256])
        async for one in tx.audit.of_kind(Kind.CHAIN_LISTED)
        if (one.seq, one.sha256) in stamps and (said := listing_of(one)) is not None
    ]


async def _lines(tx: Work, after: int, until: int) -> list[bytes]:
    found = []
    async for one in tx.audit.of_kind(Kind.RECORDING_STORED, after):
        if one.seq > until:
            break
        found.append(line(one.seq, one.sha256))
    return found
