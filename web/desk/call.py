"""One call as whoever looks at all of them sees it: what came of it, who was in it, what happened line by line, its tickets and its
recording. Refuses numbers of citizens to whoever may not see them, and leads to the recording only who may listen.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.outcomes import Direction
from hotline1022.tickets.types import Ticket
from hotline1022.web import calls
from hotline1022.web.desk import figures_said as write
from hotline1022.web.desk import seen
from hotline1022.web.desk.recording import cascades_of
from hotline1022.web.desk.render import show
from hotline1022.web.desk.story import story
from hotline1022.web.page import spaced
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.types import CallDetail, CallLegView, CallView

LIST = "/desk/calls"


async def show_call(ask: Ask) -> web.Response:
    """One call."""
    detail = await calls.get_call(ask)
    call, names, say = detail.call, await seen.names_of(ask), words()
    lines = story(detail, await cascades_of(ask, detail), names, say)
    found = await tickets_of(ask, [call.id])
    return show(
        ask,
        "call",
        title=say("recording.title", time=seen.instant(call.entered_at)),
        one=row_of(ask, call, names),
        ended=seen.instant(call.ended_at) if call.ended_at else "",
        direction=say(f"call-direction.{call.direction}") if call.direction is Direction.OUT else "",
        backfilled=call.backfilled,
        keys=_keys(detail),
        legs=[_leg(ask, leg, names) for leg in detail.legs],
        lines=[{"at": seen.clock(line.at), "text": seen.free(ask, line.text)} for line in lines],
        tickets=[
            ticket_link(one)
            | {"state": say(f"state.{one.state}"), "agency": one.agency_name, "category": one.category_name}
            for one in found.get(call.id, ())
        ],
        recording=(await recordings_of(ask, [call])).get(call.id, ""),
        recorded=call.has_recording,
    )


def row_of(ask: Ask, one: CallView, names: seen.Names) -> dict[str, Any]:
    """A call as lists and its own page show it."""
    say = words()
    return {
        "id": one.id,
        "link": f"{LIST}/{one.id}",
        "at": seen.instant(one.entered_at),
        "caller": seen.number(ask, one.caller_e164 or one.caller_raw),
        "result": say(f"call-result.{one.result or 'going-on'}"),
        "reason": say(f"call-reason.{one.reason}") if one.reason else "",
        "category": names.categories.get(one.category, one.category),
        "wait": write.NOTHING if one.wait_ms is None else seen.length(one.wait_ms),
        "talk": write.NOTHING if one.talk_ms is None else seen.length(one.talk_ms),
        "line": one.line,
        "person": names.person(one.person) if one.person else "",
    }


def ticket_link(one: Ticket) -> dict[str, str]:
    """Its code, and where it is."""
    return {"code": spaced(one.code), "link": f"/desk/tickets/{one.id}"}


async def tickets_of(ask: Ask, ids: Collection[str]) -> Mapping[str, Sequence[Ticket]]:
    """The tickets of these calls that can be opened, oldest first; calls without any are left out."""
    found: dict[str, list[Ticket]] = {}
    if not ids:
        return found
    for ticket in await ask.ports.tickets.of_calls(ids):
        for call in ids:
            if call in ticket.calls:
                found.setdefault(call, []).append(ticket)
    return found


async def recordings_of(ask: Ask, some: Collection[CallView]) -> Mapping[str, str]:
    """Where the recordings of these calls are heard, for who hears all."""
    recorded = [one.id for one in some if one.has_recording]
    if not recorded or ask.signed is None or not ask.signed.may(Permission.LISTEN):
        return {}
    return {call: f"/desk/recordings/{id}" for call, id in (await ask.ports.catalogue.ids_of(recorded)).items()}


def _keys(detail: CallDetail) -> str:
    """What the citizen pressed, as the log has it: `1 · 2`; of a ticket's code it has only that there were digits."""
    pressed = [str(one.data.get("key") or "") for one in detail.events if one.kind == "KeyPressed"]
    return " · ".join(one for one in pressed if one)


def _leg(ask: Ask, leg: CallLegView, names: seen.Names) -> dict[str, str]:
    return {
        "who": words().or_itself("track", leg.kind.value),
        "person": names.person(leg.person) if leg.person else "",
        "party": seen.number(ask, leg.party),
        "line": leg.line,
        "from": seen.clock(leg.started_at),
        "answered": seen.clock(leg.answered_at) if leg.answered_at else "",
        "to": seen.clock(leg.ended_at) if leg.ended_at else "",
        "talk": write.NOTHING if leg.talk_ms is None else seen.length(leg.talk_ms),
        "hold": write.NOTHING if leg.hold_ms is None else seen.length(leg.hold_ms),
    }
