"""One ticket as a page: content, place, calls, history, files, and the forms for what may be done. Refuses to show who the citizen
is before somebody asks for it, and writes down who did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.core.masking import mask_name
from hotline1022.directory.types import Role
from hotline1022.tickets.ports import agency_does, both_do
from hotline1022.tickets.types import Action, Named, State
from hotline1022.web import tickets as api
from hotline1022.web.asker import Asker
from hotline1022.web.desk.render import show, told
from hotline1022.web.desk.ticket_look import story
from hotline1022.web.desk.tickets import LIST, asked, fresh
from hotline1022.web.failures import failure
from hotline1022.web.page import spaced
from hotline1022.web.page_view import masked, moment
from hotline1022.web.page_wire import MOST_ANSWER, MOST_WHY
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.ticket_reveal import reveal_ticket
from hotline1022.web.ticket_rights import found_for
from hotline1022.web.tickets_wire import TicketDetail
from hotline1022.web.time_left import time_left
from hotline1022.web.uploads import KINDS

#: of these there is a copy to hand out
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
#: what is typed into the forms, and characters of it at most
MOST = {"answer": MOST_ANSWER, "why": MOST_WHY, "until": 10, "owner": 64, "agency": 64}
#: in the order in which they are offered
ORDER = (
    Action.ACCEPT,
    Action.RESUME,
    Action.ANSWER,
    Action.COMPLETE,
    Action.FORWARD,
    Action.PASS_TO_LEADER,
    Action.RETURN,
    Action.EXTEND,
    Action.WAIT,
    Action.REOPEN,
    Action.REFUSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSeen:
    """What was just done."""

    done: Annotated[str, Rule(doc="what was done: an action")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why something was not done, with what was typed for it."""

    error: HotlineError
    #: the action, or attach
    form: str
    typed: Mapping[str, str]
    #: the version that was on the screen
    seen: int
    #: files that came along are stored; None = none came
    stored: bool | None = None


async def show_ticket(ask: Ask) -> web.Response:
    """The page."""
    ask = await asked(ask)
    query: TicketSeen = ask.query
    done = words().texts.get(f"handled.{query.done}", "")
    return await ticket_page(ask, await found_for(ask), said=done)


async def reveal(ask: Ask) -> web.Response:
    """Who the citizen is, for this page alone; the history and the audit know who looked."""
    ask = await asked(ask)
    return await ticket_page(ask, await reveal_ticket(ask), revealed=True)


async def get_file(ask: Ask) -> web.StreamResponse:
    """A file of it, to be saved."""
    ask = await asked(ask)
    return await api.get_attachment(ask)


def offered(asker: Asker, detail: TicketDetail) -> tuple[Action, ...]:
    """What whoever asks is offered on the page: an agency its own, 1022 what is no agency's; both to who is of both."""
    state, own = detail.ticket.state, asker.handles(detail.ticket.agency)

    def mine(action: Action) -> bool:
        if own and (agency_does(action, state) or both_do(action, state)):
            return True
        return works(asker) and not agency_does(action, state)

    return tuple(one for one in ORDER if one in detail.allowed and mine(one))


def works(asker: Asker) -> bool:
    """Whether it does what is 1022's."""
    return not asker.officer and asker.may(Permission.ANSWER)


async def ticket_page(
    ask: Ask, detail: TicketDetail, *, said: str = "", revealed: bool = False, trouble: Trouble | None = None
) -> web.Response:
    """The page as it stands now, with what is wrong."""
    asker, ticket, now, say = ask.asker, detail.ticket, ask.ports.clock(), words()
    full = asker.may(Permission.NUMBERS)
    handles = asker.handles(ticket.agency)
    reads = full or handles
    shown = full or revealed
    history = await ask.ports.tickets.history(ticket.id) if reads else ()
    leaders = await leaders_of(ask) if handles else ()
    actions = [one for one in offered(asker, detail) if one is not Action.PASS_TO_LEADER or leaders]
    phone, content, answer = masked(ticket, shown=shown)
    return show(
        ask,
        "ticket",
        status=failure(trouble.error).status if trouble else 200,
        said=said,
        problem=told(trouble.error) if trouble else "",
        ticket=ticket,
        fresh=fresh(ask, [ticket], f"{LIST}/{ticket.id}", ticket.id),
        code=spaced(ticket.code),
        left=time_left(ticket, ask.ports.tickets.left(ticket, now), say),
        created=moment(ticket.created_at),
        content=content,
        answer=answer,
        phone=phone,
        shown=shown,
        full=full,
        reads=reads,
        story=story(history, ticket, say, shown=shown),
        changed=story(history, ticket, say, shown=shown, after=trouble.seen) if trouble and _late(trouble) else (),
        files=[
            {
                "id": one.id,
                "name": one.name if shown else mask_name(one.name),
                "size": max(1, one.size // 1000),
                "by": one.stored_by,
                "at": moment(one.stored_at),
                "picture": one.media_type in PICTURES,
            }
            for one in detail.attachments
        ],
        attaches=handles or asker.may(Permission.ANSWER),
        listens=asker.may(Permission.LISTEN) or (asker.hears_own and ticket.agency in asker.agencies),
        actions=actions,
        edits=works(asker) and full,
        ends=handles and agency_does(Action.COMPLETE, ticket.state),
        waits_for_leader=ticket.state is State.WITH_LEADER and handles and not asker.may(Permission.LEAD),
        leaders=leaders,
        agencies=await _agencies(ask) if Action.FORWARD in actions else [],
        first_day=local_day(now + timedelta(days=1)).isoformat(),
        most=MOST,
        kinds=KINDS,
        typed=dict.fromkeys(MOST, "") | dict(trouble.typed if trouble else {}),
        form=trouble.form if trouble else "",
        stored=trouble.stored if trouble else None,
    )


def gone_page(ask: Ask, error: NotFound, typed: Mapping[str, str]) -> web.Response:
    """Another agency has it meanwhile: nothing of it is shown, and what was typed is given back."""
    texts = [text for text in (typed["answer"], typed["why"]) if text]
    return show(ask, "ticket-gone", error=error, texts=texts)


async def leaders_of(ask: Ask) -> Sequence[Named]:
    """To whom a specialist may pass on; who leads has nobody above."""
    asker = ask.asker
    if not asker.agency or asker.may(Permission.LEAD):
        return ()
    people = await ask.ports.directory.contacts(local_day(ask.ports.clock()), asker.agency)
    return [Named(id=one.id, name=one.name) for one in people if one.role is Role.LEADER and one.id != asker.contact]


async def _agencies(ask: Ask) -> list[dict[str, Any]]:
    found = await ask.ports.directory.agencies(local_day(ask.ports.clock()))
    return [{"id": one.id, "name": one.name} for one in sorted(found, key=lambda one: one.name.casefold())]


def _late(trouble: Trouble) -> bool:
    return trouble.error.error_id in ("ticket-changed", "ticket-state")
