"""How the rows of hand-outs and links compare with what the chain tells of them. Pure; a link that the chain does not tell of, or
tells otherwise of, opens nothing.

The chain names no recipient: an entry has the SHA-256 over all of its row. Entries from before there was one are compared by
what they say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline1022.audit.types import Entry, Fault, Finding, Kind, digest, written
from hotline1022.core.texts import one_form
from hotline1022.evidence.types import DownloadLink, HandOut

_DISCLOSURE = "disclosure:"
#: of an entry: the SHA-256 over its row
ROW = "row"
#: kinds that tell of links
OF_LINKS = (Kind.DISCLOSURE_LINKED, Kind.DISCLOSURE_WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldHandOut:
    """One hand-out as its entry tells of it; its row says the same."""

    seq: int
    disclosure: str
    at: datetime
    by: str
    #: of the package
    sha256: str
    #: over the row; "" = the entry is older than that
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLink:
    """One link as entries tell of it."""

    seq: int
    disclosure: str
    at: datetime
    by: str
    #: of the package that it leads to
    sha256: str
    #: as it is written down
    until: str
    row: str
    #: when its disclosure was taken back
    ended_at: datetime | None = None


def of_hand_out(one: HandOut) -> str:
    """SHA-256 over the row, hexadecimal; "" where it holds what no program of ours writes."""
    texts = {"disclosure": one.disclosure, "sha256": one.sha256, "to": one.received_by, "by": one.handed_by}
    return _over(texts, {"at": one.at}, {})


def of_link(one: DownloadLink) -> str:
    """The same of a link, but for what changes while it is used: how much was sent, and its end."""
    texts = {
        "id": one.id,
        "disclosure": one.disclosure,
        "key": one.key_sha256,
        "to": one.received_by,
        "by": one.made_by,
    }
    return _over(texts, {"at": one.made_at, "until": one.expires_at}, {"budget": one.budget})


def _over(texts: Mapping[str, str], times: Mapping[str, datetime], numbers: Mapping[str, int]) -> str:
    try:
        said = {name: one_form(text) for name, text in texts.items()}
        return digest({**said, **{name: written(at) for name, at in times.items()}, **numbers})
    except (TypeError, ValueError):
        return ""


def told_hand_outs(entries: Iterable[Entry]) -> list[ToldHandOut]:
    """All hand-outs that entries tell of, in their order."""
    return [
        ToldHandOut(
            seq=one.seq,
            disclosure=_about(one),
            at=one.at,
            by=one.actor,
            sha256=_text(one, "sha256"),
            row=_text(one, ROW),
        )
        for one in entries
        if one.kind == Kind.DISCLOSURE_HANDED_OUT
    ]


def told_links(entries: Iterable[Entry]) -> dict[str, ToldLink]:
    """All links that entries tell of, in the order of the chain, by id; one whose entry cannot be read as `entry-NUMBER`."""
    found: dict[str, ToldLink] = {}
    for one in entries:
        if one.kind == Kind.DISCLOSURE_LINKED:
            made = ToldLink(
                seq=one.seq,
                disclosure=_about(one),
                at=one.at,
                by=one.actor,
                sha256=_text(one, "sha256"),
                until=_text(one, "until"),
                row=_text(one, ROW),
            )
            found.setdefault(_text(one, "link") or f"entry-{one.seq}", made)
        elif one.kind == Kind.DISCLOSURE_WITHDRAWN:
            ended = _about(one)
            for id, link in found.items():
                if link.disclosure == ended and link.ended_at is None:
                    found[id] = replace(link, ended_at=one.at)
    return found


def as_told(told: ToldLink, row: DownloadLink) -> bool:
    """Whether the row of a link says what the chain tells of it, but for its end."""
    said = (told.disclosure, told.at, told.by, told.until)
    there = (row.disclosure, row.made_at, _form(row.made_by), row.expires_at.isoformat())
    return said == there and told.row in ("", of_link(row))


def compare_hand_outs(told: Sequence[ToldHandOut], rows: Sequence[HandOut]) -> list[Finding]:
    """What is wrong with the rows of hand-outs. A finding's name is that of the disclosure."""
    left, odd = list(told), []
    for row in rows:
        same = next((one for one in left if _is(one, row)), None)
        if same is None:
            odd.append(row)
        else:
            left.remove(same)
    found = []
    for row in odd:
        meant = next((one for one in left if one.disclosure == row.disclosure and _near(one, row)), None)
        if meant is None:
            text = f"no entry tells of the hand-out of the disclosure {row.disclosure} of {written(row.at)}"
            found.append(Finding(fault=Fault.HAND_OUT_ADDED, seq=0, name=row.disclosure, text=text))
            continue
        left.remove(meant)
        text = f"the row of the hand-out of the disclosure {row.disclosure} is not what entry {meant.seq} says"
        found.append(Finding(fault=Fault.HAND_OUT_CHANGED, seq=meant.seq, name=row.disclosure, text=text))
    for one in left:
        text = f"entry {one.seq} tells of a hand-out of the disclosure {one.disclosure}; the database has it no more"
        found.append(Finding(fault=Fault.HAND_OUT_DELETED, seq=one.seq, name=one.disclosure, text=text))
    return found


def _is(told: ToldHandOut, row: HandOut) -> bool:
    said = (told.disclosure, told.at, told.by, told.sha256)
    return said == (row.disclosure, row.at, _form(row.handed_by), row.sha256) and told.row in ("", of_hand_out(row))


def _near(told: ToldHandOut, row: HandOut) -> bool:
    """One thing of it was changed, or its recipient."""
    said, there = (told.at, told.by, told.sha256), (row.at, _form(row.handed_by), row.sha256)
    return sum(one == other for one, other in zip(said, there, strict=True)) >= 2


def compare_links(told: Mapping[str, ToldLink], rows: Sequence[DownloadLink]) -> list[Finding]:
    """What is wrong with the rows of links. A finding's name is that of the link."""
    there = {one.id: one for one in rows}
    found = []
    for id, one in told.items():
        row = there.get(id)
        if row is None:
            text = f"entry {one.seq} tells of the link {id} of the disclosure {one.disclosure}; the database has it no more"
            found.append(Finding(fault=Fault.LINK_DELETED, seq=one.seq, name=id, text=text))
        elif not as_told(one, row) or row.ended_at != one.ended_at:
            text = f"the row of the link {id} of the disclosure {one.disclosure} is not what entry {one.seq} says"
            found.append(Finding(fault=Fault.LINK_CHANGED, seq=one.seq, name=id, text=text))
    for id in sorted(there.keys() - told.keys()):
        text = f"no entry tells of the link {id} of the disclosure {there[id].disclosure}"
        found.append(Finding(fault=Fault.LINK_ADDED, seq=0, name=id, text=text))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A citizen's number went out of why a disclosure is asked for: its terms are others since."""

    seq: int
    disclosure: str
    before: str
    after: str


def erased_terms(entries: Iterable[Entry]) -> list[Erased]:
    """What entries `citizen-erased` tell of disclosures, in their order."""
    found = []
    for one in entries:
        reasons = one.told.get("reasons")
        for told in reasons if isinstance(reasons, list) else ():
            if isinstance(told, Mapping) and told.get("table") == "disclosure" and "terms" in told:
                texts = (str(told.get(name)) for name in ("id", "terms_before", "terms"))
                id, before, after = texts
                found.append(Erased(seq=one.seq, disclosure=id, before=before, after=after))
    return found


def terms_now(id: str, seq: int, terms: object, erased: Iterable[Erased]) -> object:
    """The terms that entry `seq` tells, as they are after what was erased since. One that began from others changes nothing: a
    row that somebody changed is not made good by an erasure.
    """
    for one in erased:
        if one.disclosure == id and one.seq > seq and one.before == terms:
            terms = one.after
    return terms


def _about(entry: Entry) -> str:
    return entry.subject.removeprefix(_DISCLOSURE)


def _text(entry: Entry, name: str) -> str:
    """ "" where somebody put something else there."""
    there = entry.told.get(name)
    return there if isinstance(there, str) else ""


def _form(text: object) -> object:
    return one_form(text) if isinstance(text, str) else text
