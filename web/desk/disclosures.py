"""Disclosures as the office sees them: all of them, one with what may be done with it now, and each step. Refuses by the page itself,
with the reason: whoever asked does not allow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import HotlineError, Invalid, NotFound
from hotline1022.core.words import day_written
from hotline1022.evidence.types import LONGEST, State
from hotline1022.web.desk import seen
from hotline1022.web.desk.disclosure_new import LIST, actor_of
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.parts_form import offset
from hotline1022.web.desk.recordings import row_of
from hotline1022.web.desk.render import show, told_id
from hotline1022.web.disclosure import wanted
from hotline1022.web.disclosure_wire import Decision, DisclosureView, LinkMade, PackingView
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.types import WorkState

#: what may be done from which state; the service has the table itself, and refuses what is not in it
_DECIDE = frozenset({State.REQUESTED})
_CHANGE = frozenset({State.REQUESTED, State.APPROVED, State.PACKED})
_WITHDRAW = frozenset({State.REQUESTED, State.APPROVED, State.PACKED, State.HANDED_OUT})
_HAND_OUT = frozenset({State.PACKED, State.HANDED_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which ones."""

    state: Annotated[str, Rule(doc="a state")] = ""
    words: Annotated[str, Rule(doc="in the unit or the letter's number, without marks and case", high=200)] = ""
    cursor: Annotated[str, Rule(pattern=r"([A-Za-z0-9_-]{8,120})?")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureDone:
    """What was just done."""

    done: Annotated[str, Rule(doc="a word of the page")] = ""


async def list_disclosures(ask: Ask) -> web.Response:
    """Newest first."""
    query: ListQuery = ask.query
    state = next((one for one in State if one == query.state), None)
    asked = query.words.strip()
    found = await ask.ports.disclosures.list(wanted(state, asked, query.cursor or None))
    kept = {"state": state.value if state else "", "words": asked}
    rows = [
        {
            "id": one.id,
            "unit": one.unit,
            "letter": one.letter,
            "day": day_written(one.letter_date),
            "state": one.state.value,
            "asked_by": seen.who(one.asked_by),
            "asked_at": seen.instant(one.asked_at),
            "recordings": len(one.recordings),
            "excerpt": bool(one.parts),
        }
        for one in found.disclosures
    ]
    states = [one.value for one in State]
    return show(
        ask,
        "disclosures",
        rows=rows,
        asked=kept,
        states=states,
        unreadable=found.unreadable,
        first=f"{LIST}?{urlencode(kept)}" if query.cursor else "",
        next=f"{LIST}?{urlencode(kept | {'cursor': found.next})}" if found.next else "",
    )


async def show_disclosure(ask: Ask) -> web.Response:
    """One."""
    query: DisclosureDone = ask.query
    return await _page(ask, said=words().texts.get(f"disclosure.done-{query.done}", ""))


async def decide(ask: Ask) -> web.Response:
    """Allow, refuse, take back."""
    form: Form = ask.body
    id, wanted = ask.path["disclosure"], form.one("decision")
    decision = next((one for one in Decision if one == wanted), None)
    typed = {"decision": wanted, "words": form.one("words").strip()}
    try:
        if decision is None:
            raise Invalid("nothing is decided; use a button of the page", error_id="decision-unknown")
        given = (decision, typed["words"], form.one("terms"), actor_of(ask), ask.ports.clock())
        await ask.ports.disclosures.decide(id, *given)
    except HotlineError as error:
        return await _page(ask, error, typed=typed)
    return see(f"{LIST}/{id}?done={decision.value}")


async def pack(ask: Ask) -> web.Response:
    """Have the package made; the page tells how far it is."""
    try:
        await ask.ports.packs.begin(ask.path["disclosure"], actor_of(ask))
    except HotlineError as error:
        return await _page(ask, error)
    return see(f"{LIST}/{ask.path['disclosure']}")


async def hand_out(ask: Ask) -> web.Response:
    """Who receives it: by hand."""
    form: Form = ask.body
    received_by = form.one("received_by").strip()
    try:
        given = (received_by, actor_of(ask), ask.ports.clock())
        await ask.ports.disclosures.hand_out(ask.path["disclosure"], *given)
    except HotlineError as error:
        return await _page(ask, error, typed={"received_by": received_by})
    return see(f"{LIST}/{ask.path['disclosure']}?done=handed-out")


async def link(ask: Ask) -> web.Response:
    """Who receives it: by a link, whose address is on this page alone."""
    form: Form = ask.body
    received_by = form.one("received_by").strip()
    try:
        given = (received_by, actor_of(ask), ask.ports.clock())
        made = await ask.ports.disclosures.link(ask.path["disclosure"], *given)
    except HotlineError as error:
        return await _page(ask, error, typed={"link_to": received_by})
    return await _page(ask, made=made)


async def _page(
    ask: Ask,
    error: HotlineError | None = None,
    *,
    said: str = "",
    typed: Mapping[str, str] | None = None,
    made: LinkMade | None = None,
) -> web.Response:
    assert ask.signed is not None
    one = await ask.ports.disclosures.get(ask.path["disclosure"])
    names = await seen.names_of(ask)
    rows = [row_of(ask, (await ask.ports.catalogue.get(id)).recording, names) for id in one.recordings]
    decides = ask.signed.may(Permission.DISCLOSE)
    packing = await ask.ports.packs.now()
    own = packing if packing is not None and packing.disclosure == one.id else None
    running = own is not None and own.state is WorkState.RUNNING
    return show(
        ask,
        "disclosure",
        said=said,
        problem="" if error else _not_packed(one, own),
        error=error,
        one=_shown(ask, one),
        rows=[{**row, **_goes_out(one, row["id"])} for row in rows],
        mine=one.asked_by == actor_of(ask),
        listens=ask.signed.may(Permission.LISTEN),
        decides=decides and one.state in _DECIDE,
        withdraws=decides and one.state in _WITHDRAW and one.state not in _DECIDE and not running,
        changes=ask.signed.may(Permission.LISTEN)
        and one.state in _CHANGE
        and one.asked_by == actor_of(ask)
        and not running,
        packs=decides and one.state is State.APPROVED and not running,
        hands_out=decides and one.state in _HAND_OUT,
        running=running,
        packing=_progress(own) if own else None,
        key=await _fingerprint(ask) if decides and one.state in _HAND_OUT else "",
        made={"address": made.address, "until": seen.instant(made.expires_at), "sha256": made.sha256} if made else None,
        typed={"words": "", "received_by": "", "link_to": "", "decision": ""} | dict(typed or {}),
        longest=LONGEST,
    )


def _shown(ask: Ask, one: DisclosureView) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "unit": one.unit,
        "letter": one.letter,
        "day": day_written(one.letter_date),
        "person": one.person,
        "why": seen.free(ask, one.why),
        "terms": one.terms,
        "revision": one.revision,
        "asked_by": seen.who(one.asked_by),
        "asked_at": seen.instant(one.asked_at),
        "decided_by": seen.who(one.decided_by) if one.decided_by else "",
        "decided_at": seen.instant(one.decided_at) if one.decided_at else "",
        "words": seen.free(ask, one.words),
        "sha256": one.sha256,
        "size": seen.size(one.bytes) if one.bytes else "",
        "packed_at": seen.instant(one.packed_at) if one.packed_at else "",
        "expires_at": seen.instant(one.expires_at) if one.expires_at else "",
        "hand_outs": [
            {"to": out.received_by, "by": seen.who(out.handed_by), "at": seen.instant(out.at), "sha256": out.sha256}
            for out in one.hand_outs
        ],
        "links": [
            {
                "to": each.received_by,
                "by": seen.who(each.made_by),
                "at": seen.instant(each.made_at),
                "until": seen.instant(each.expires_at),
                "sent": seen.size(each.sent),
                "open": each.ended_at is None and each.expires_at > ask.ports.clock(),
            }
            for each in one.links
        ],
    }


def _goes_out(one: DisclosureView, recording: str) -> dict[str, Any]:
    part = next((part for part in one.parts if part.recording == recording), None)
    if part is None:
        return {"part": "", "bleeps": []}
    return {
        "part": f"{offset(part.start_ms)} – {offset(part.end_ms)}",
        "bleeps": [
            f"{offset(each.start_ms)} – {offset(each.end_ms)}" + (f" ({', '.join(each.tracks)})" if each.tracks else "")
            for each in part.bleeps
        ],
    }


def _progress(one: PackingView) -> dict[str, Any]:
    return {
        "by": seen.who(one.asked_by),
        "at": seen.instant(one.asked_at),
        "done": seen.size(one.done),
        "work": max(1, one.work),
        "count": one.done,
    }


def _not_packed(one: DisclosureView, packing: PackingView | None) -> str:
    """Why there is no package, where it was tried since the request is as it is."""
    if packing is None or packing.state is not WorkState.FAILED or one.state is not State.APPROVED:
        return ""
    if one.decided_at is not None and packing.asked_at + timedelta(seconds=1) < one.decided_at:
        return ""
    return told_id(packing.error_id or "package-worker")


async def _fingerprint(ask: Ask) -> str:
    """Of the key that signs: it belongs onto the paper of the hand-out."""
    try:
        return (await ask.ports.evidence.key()).sha256
    except NotFound:
        return ""
