"""The page of an agent: the own state, who waits, and the frame around call, form, transfer and lists. Its parts are pieces that
the page asks for again when something happens. Refuses to move a line at which somebody else is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, Refused
from hotline1022.core.masking import mask
from hotline1022.queue.types import AgentState, LineView
from hotline1022.web.desk import agent_call, agent_form, agent_lists
from hotline1022.web.desk.agent_own import CALL, own_line, piece, signed_of, silent_since
from hotline1022.web.desk.door import note_seen
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.desk.seen import clock
from hotline1022.web.line_call_wire import CallerView
from hotline1022.web.numbers_said import said_number
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

#: somebody who is there and takes calls is there though no key is pressed: the session must not end before the phone rings
_THERE = frozenset({AgentState.READY, AgentState.RINGING, AgentState.TALKING, AgentState.WRAP_UP})
#: callers that are shown; of the others how many
_WAITING = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RingQuery:
    """Which call rings, and of which one the form is open."""

    ring: Annotated[str, Rule(doc="id of a call whose form is wanted too; empty = of none", pattern=CALL)] = ""
    form: Annotated[str, Rule(doc="id of the call whose form is open; empty = of none", pattern=CALL)] = ""


async def show_agent(ask: Ask) -> web.Response:
    """The whole page, as things stand."""
    position = ask.ports.live.position()  # before anything is read: what happens meanwhile is told
    line = await own_line(ask)
    call = await agent_call.current(ask, line)
    of_call = call.call if call else await agent_call.put_through(ask, line)
    return show(
        ask,
        "agent",
        position=position,
        now=ask.ports.clock().isoformat(),
        owner=signed_of(ask).user.id,
        state=await _state(ask, line),
        queue=await _queue(ask),
        facts=await agent_call.facts(ask, call),
        **await _left(ask, of_call, call),
        silent=await silent_since(ask),
        form=await agent_form.values(ask, of_call, call),
        transfer=await agent_call.transfer(ask, of_call, call),
        alone=False,
        beside=False,
        lists=await agent_lists.rows(ask, agent_lists.ListQuery()),
        hear=None,
    )


async def show_state(ask: Ask) -> web.Response:
    """What the own line does."""
    line = await own_line(ask)
    if line is not None and line.state in _THERE:
        await note_seen(signed_of(ask), ask.ports)
    return piece(ask, "state", state=await _state(ask, line))


async def show_call(ask: Ask) -> web.Response:
    """Who calls; when a call has just begun to ring, its form and its transfer with it: one answer is there sooner than three."""
    query: RingQuery = ask.query
    call = await agent_call.current(ask, await own_line(ask))
    facts, silent = await agent_call.facts(ask, call), await silent_since(ask)
    if call is None or call.call != query.ring:
        return piece(ask, "call", facts=facts, **await _left(ask, query.form, call), silent=silent)
    form = await agent_form.values(ask, call.call, call)
    transfer = await agent_call.transfer(ask, call.call, call)
    return piece(ask, "ring", facts=facts, of="", left=None, silent=silent, form=form, transfer=transfer, beside=True)


async def _left(ask: Ask, of_form: str, call: CallerView | None) -> Mapping[str, Any]:
    """While nobody calls: the citizen of the call whose form is open. `of`: that call, also where nothing of it may be shown."""
    of = of_form if call is None else ""
    return {"of": of, "left": await agent_call.left(ask, of)}


async def show_queue(ask: Ask) -> web.Response:
    """Who waits."""
    return piece(ask, "queue", queue=await _queue(ask))


async def log_in(ask: Ask) -> web.Response:
    """Take a line."""
    form: Form = ask.body
    person = signed_of(ask).user.person
    try:
        if not person:
            raise Refused("this account is nobody who answers; an admin names the person", error_id="person-none")
        await ask.ports.lines.login(form.one("line"), person, form.secret("pin")[:8])
    except HotlineError as error:
        return await _moved(ask, error)
    return await _moved(ask)


async def log_out(ask: Ask) -> web.Response:
    """Leave it."""
    return await _move(ask, "logout")


async def pause(ask: Ask) -> web.Response:
    """For a reason of the list."""
    form: Form = ask.body
    return await _move(ask, "pause", form.one("reason"))


async def unpause(ask: Ask) -> web.Response:
    """Back."""
    return await _move(ask, "unpause")


async def ready(ask: Ask) -> web.Response:
    """The wrap-up is over."""
    return await _move(ask, "ready")


async def _move(ask: Ask, what: str, *given: str) -> web.Response:
    try:
        line = await own_line(ask)
        if line is None:
            raise Refused("you are logged in at no line; log in first", error_id="line-none")
        await getattr(ask.ports.lines, what)(line.line, *given)
    except HotlineError as error:
        return await _moved(ask, error)
    return await _moved(ask)


async def _moved(ask: Ask, error: HotlineError | None = None) -> web.Response:
    return piece(ask, "state", error, state=await _state(ask, await own_line(ask)))


async def _state(ask: Ask, line: LineView | None) -> Mapping[str, Any]:
    reasons = await ask.ports.lines.reasons()
    # whoever is in a pause stays in it when its reason ends
    names = {one.code: one.name for one in await ask.ports.pauses.list()} | dict(reasons)
    # whether a phone is there is known once somebody is at its line: it is told then
    free = [one.line for one in await ask.ports.lines.list() if not one.person]
    silent = await silent_since(ask) if line is not None else ""
    return {
        "line": line,
        "word": await _word(ask, line, silent),
        #: what is said is of that time
        "silent": silent,
        "before": line.state.value if line else "",
        "since": line.since.isoformat() if line else "",
        "reason": names.get(line.reason, "") if line else "",
        "missed": line is not None and line.reason == "no-answer",
        "reasons": reasons,
        "free": free,
        "person": signed_of(ask).user.person,
    }


async def _word(ask: Ask, line: LineView | None, silent: str) -> str:
    """A state, or `unknown` while Asterisk tells nothing and the call log knows of no call there either."""
    if line is None:
        return AgentState.LOGGED_OUT.value
    if not silent:
        return line.state.value
    call = await agent_call.current(ask, line)
    if call is None:
        return "unknown"
    return (AgentState.RINGING if call.answered_at is None else AgentState.TALKING).value


async def _queue(ask: Ask) -> Mapping[str, Any]:
    now = await ask.ports.queue.now()
    shown = agent_call.sees_numbers(ask)
    return {
        "rows": [
            {
                "position": one.position,
                "number": said_number(one.number if shown else mask(one.number)),
                "since": one.since.isoformat(),
                "emergency": one.queue.endswith("emergency"),
            }
            for one in now.waiting[:_WAITING]
        ],
        "silent": clock(now.lost_at) if now.lost_at else "",
        "count": len(now.waiting),
        "more": max(0, len(now.waiting) - _WAITING),
        "ready": now.ready,
        "expected": None if now.expected_wait_seconds is None else -(-now.expected_wait_seconds // 60),
    }
