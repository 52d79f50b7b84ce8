"""Which tickets a choice of people means, and in which order they come, for the API and the desk alike. Refuses an order that is none of
what is closed, and the own agency's tickets to who is of none.
"""

import base64
import binascii
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hotline1022.core.errors import Invalid
from hotline1022.tickets.types import CLOSED, HIDDEN, TO_ANSWER, TO_FORWARD, State, Ticket, TicketCursor, TicketFilter
from hotline1022.web.calls import cursor_text, read_cursor
from hotline1022.web.errors import Forbidden
from hotline1022.web.route import Ask
from hotline1022.web.rules import YEARS
from hotline1022.web.tickets_wire import ListOrder, TicketListed, TicketQuery

#: as people choose among them
STATES = tuple(one for one in State if one not in HIDDEN)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: by when it must be done, and when it was made, in microseconds; which it is
_DUE = re.compile(r"([0-9]{0,16})~([0-9]{1,16})~([0-9a-f]{16})")


def states_of(which: str, *, officer: bool) -> frozenset[State]:
    """The states that a choice means; what is to be done is another thing for an agency and for 1022."""
    match which:
        case "todo":
            return TO_ANSWER - {State.RETURNED} if officer else TO_FORWARD | {State.ANSWERED}
        case "open":
            return frozenset(STATES) - CLOSED
        case "closed":
            return CLOSED
        case "all":
            return frozenset(STATES)
        case _:
            return frozenset({State(which)})


def chosen(ask: Ask, query: TicketListed, found: TicketFilter) -> TicketFilter:
    """The same, of those states, and of the own agency where that is asked for. Forbidden `agency-none`."""
    if query.mine:
        if not ask.asker.agencies:
            text = "you belong to no agency; leave mine out, or an admin names your contact point at /desk/users"
            raise Forbidden(text, error_id="agency-none")
        found = replace(found, agencies=found.agencies & ask.asker.agencies if found.agencies else ask.asker.agencies)
        if not found.agencies:  # an empty set would mean all of them
            raise Invalid("agency is none of your own; leave agency or mine out")
    if query.which is None:
        return found
    return replace(found, states=states_of(query.which, officer=ask.asker.officer or query.mine))


def page_of(query: TicketQuery, found: TicketFilter) -> TicketFilter:
    """One more than a page of it, in the order that is asked for. Invalid for an order of what is closed, and another's cursor."""
    found = replace(found, limit=query.limit + 1)
    if query.order is ListOrder.NEWEST:
        return replace(found, before=_newest(query.cursor) if query.cursor else None)
    wanted = found.states if found.state is None else found.states | {found.state}
    if not wanted or wanted & CLOSED:
        text = "order=due is of what is open; send which=todo or which=open with it, or an open state"
        raise Invalid(text, error_id="order-due")
    return replace(found, due_first=True, before=_due(query.cursor) if query.cursor else None)


def cursor_of(ask: Ask, query: TicketQuery, last: Ticket) -> str:
    """The place behind this one, in the order that is asked for."""
    if query.order is ListOrder.NEWEST:
        return cursor_text(last.created_at, last.id)
    left = ask.ports.tickets.left(last, ask.ports.clock())
    by = str((left.by - _EPOCH) // timedelta(microseconds=1)) if left else ""
    plain = f"{by}~{(last.created_at - _EPOCH) // timedelta(microseconds=1)}~{last.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _newest(cursor: str) -> TicketCursor:
    place = read_cursor(cursor)
    return TicketCursor(created_at=place.entered_at, ticket=place.call)


def _due(cursor: str) -> TicketCursor:
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        match = _DUE.fullmatch(plain)
        if match is None:
            raise ValueError(plain)
        due, made = (_EPOCH + timedelta(microseconds=int(one)) if one else None for one in match.group(1, 2))
        if made is None or made.year not in YEARS or (due is not None and due.year not in YEARS):
            raise ValueError(plain)
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid("cursor is not one of this order; take it from next of the page before") from None
    return TicketCursor(created_at=made, ticket=match[3], due=due)
