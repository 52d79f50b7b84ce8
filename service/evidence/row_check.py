"""Holds rows of holds, disclosures, hand-outs and links against what the chain tells of them. Changes nothing."""

from collections.abc import Mapping
from operator import attrgetter, itemgetter

from hotline1022.audit.disclosed import (
    OF_LINKS,
    compare_hand_outs,
    compare_links,
    erased_terms,
    terms_now,
    told_hand_outs,
    told_links,
)
from hotline1022.audit.holds import compare_holds
from hotline1022.audit.types import Entry, Fault, Finding, Kind
from hotline1022.db.unit import Database, Work
from hotline1022.evidence.types import Disclosure, State

_DISCLOSURE = "disclosure:"
#: what an entry says of the state from then on
_STATES: Mapping[Kind, State] = {
    Kind.DISCLOSURE_REQUESTED: State.REQUESTED,
    Kind.DISCLOSURE_CHANGED: State.REQUESTED,
    Kind.DISCLOSURE_APPROVED: State.APPROVED,
    Kind.DISCLOSURE_REFUSED: State.REFUSED,
    Kind.DISCLOSURE_PACKED: State.PACKED,
    Kind.DISCLOSURE_HANDED_OUT: State.HANDED_OUT,
    Kind.DISCLOSURE_WITHDRAWN: State.WITHDRAWN,
    Kind.DISCLOSURE_EXPIRED: State.EXPIRED,
}


class RowCheck:
    """Looks at all of them: there are as many as there were letters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self) -> list[Finding]:
        """What is wrong."""
        found = await self._once()
        if not found:
            return []
        # what was written between our questions is told apart from a changed row by asking again
        again = {(one.fault, one.name, one.seq) for one in await self._once()}
        return [one for one in found if (one.fault, one.name, one.seq) in again]

    async def _once(self) -> list[Finding]:
        async with self._database.reading() as tx:
            found = compare_holds(await tx.holds.told(), await tx.holds.rows(), await tx.holds.marked())
            return [*found, *await _disclosures(tx), *await _handed_out(tx)]


async def _handed_out(tx: Work) -> list[Finding]:
    """Who received a package, and the links to packages."""
    outs = told_hand_outs([entry async for entry in tx.audit.of_kind(Kind.DISCLOSURE_HANDED_OUT)])
    of_links = [entry for kind in OF_LINKS async for entry in tx.audit.of_kind(kind)]
    links = told_links(sorted(of_links, key=attrgetter("seq")))
    found = compare_hand_outs(outs, await tx.disclosures.every_hand_out())
    return found + compare_links(links, await tx.disclosures.every_link())


async def _disclosures(tx: Work) -> list[Finding]:
    last: dict[str, Entry] = {}
    asked: dict[str, object] = {}
    packed: dict[str, object] = {}
    terms: dict[str, tuple[int, object]] = {}
    for kind in _STATES:
        async for entry in tx.audit.of_kind(kind):
            id = entry.subject.removeprefix(_DISCLOSURE)
            if id not in last or last[id].seq < entry.seq:
                last[id] = entry
            if kind is Kind.DISCLOSURE_REQUESTED:
                asked[id] = entry.told.get("recordings")
            elif kind is Kind.DISCLOSURE_PACKED:
                packed[id] = entry.told.get("sha256")
            if "terms" in entry.told:
                terms[id] = max(terms.get(id, (0, "")), (entry.seq, entry.told["terms"]), key=itemgetter(0))
    erased = erased_terms([entry async for entry in tx.audit.of_kind(Kind.CITIZEN_ERASED)])
    terms = {id: (seq, terms_now(id, seq, told, erased)) for id, (seq, told) in terms.items()}
    found = []
    async for id, one in tx.disclosures.each():
        if id not in last:
            found.append(_finding(0, id, f"no entry tells of the disclosure {id}"))
        elif text := _differs(one, last.pop(id), asked.get(id), packed.get(id), terms.get(id)):
            found.append(_finding(0, id, f"the row of the disclosure {id} {text}"))
    for id, entry in sorted(last.items()):
        text = f"entry {entry.seq} tells of the disclosure {id}; the database has it no more"
        found.append(_finding(entry.seq, id, text))
    return found


def _differs(
    row: Disclosure | None, last: Entry, asked: object, packed: object, terms: tuple[int, object] | None
) -> str:
    """In words; "" = it does not."""
    if row is None:
        return "cannot be read"
    told = _STATES[Kind(last.kind)]
    if row.state is not told:
        return f"says {row.state}; by entry {last.seq} it is {told}"
    if list(row.request.recordings) != asked:
        return "is about other recordings than were asked for"
    if terms is not None and row.request.terms != terms[1]:
        return f"asks for something else than entry {terms[0]} says"
    if row.sha256 and row.sha256 != packed:
        return "names another package than was packed"
    return ""


def _finding(seq: int, id: str, text: str) -> Finding:
    return Finding(fault=Fault.DISCLOSURE, seq=seq, name=id, text=text)
