"""One ticket for one request of a call: what an agent writes down goes into the ticket that a transfer of this call has kept, and a
transfer takes over what an agent has written down before. Pure; refuses a ticket that somebody has filled in already, for that is
another request.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from hotline1022.core.errors import Refused
from hotline1022.tickets.acts import EDITABLE
from hotline1022.tickets.ports import Act, Draft, agency_does
from hotline1022.tickets.states import TABLE
from hotline1022.tickets.types import CLOSED, HIDDEN, Action, HistoryRow, Named, State, Ticket, Urgency


def takes(ticket: Ticket, history: Sequence[HistoryRow], agency: str, *, cascade: str) -> bool:
    """Whether a ticket that a transfer has kept is the one for what an agent writes down.

    `agency`: which the agent chose by name, "" = none. One that was dropped is nobody's: it takes any. `cascade`: who makes and
    settles reservations.
    """
    fits = not agency or ticket.agency == agency or ticket.state is State.DROPPED
    filled = any(row.action in (Action.OPEN, Action.EDIT) and row.by != cascade for row in history)
    return fits and not filled


def filled_in(ticket: Ticket, draft: Draft, chosen: str) -> Act:
    """What writes a draft into it. What the agent left empty stays; what is urgent stays urgent.

    A hidden one is opened: from now on people see it, and the end of the transfer only says who has it. `chosen`: the agency that
    the agent chose by name.
    """
    given: dict[str, Any] = {one.name: getattr(draft, one.name) for one in fields(Draft) if one.name in EDITABLE}
    values = {name: value for name, value in given.items() if value != ""}
    if not draft.category:
        values.pop("category_name", None)
    if ticket.urgency is Urgency.URGENT:
        values["urgency"] = Urgency.URGENT
    if ticket.state not in HIDDEN:
        return Act(action=Action.EDIT, fields=values)
    moves = draft.agency and (chosen or ticket.state is State.DROPPED)
    return Act(
        action=Action.OPEN, fields=values, agency=Named(id=draft.agency, name=draft.agency_name) if moves else None
    )


def check_answer(ticket: Ticket, opening: Action) -> None:
    """Refused `ticket-with-agency`: it is answered by who has it."""
    state = State.NEW if opening is Action.OPEN else ticket.state
    if (state, Action.COMPLETE) not in TABLE or agency_does(Action.COMPLETE, state):
        text = f"the ticket is {ticket.state} at {ticket.agency_name}, which answers it; keep it without completing it"
        raise Refused(text, error_id="ticket-with-agency")


def of_transfer(written: Sequence[Ticket], agency: Named) -> Ticket | None:
    """Which of the tickets that were written down in this call, oldest first, is the one of a transfer to this agency; None where
    each is for another one, or closed.
    """
    for one in reversed(written):
        if one.state in CLOSED:
            continue
        if one.agency == agency.id or (not one.agency and one.state is State.NEW):
            return one
    return None


def told_late(history: Sequence[HistoryRow]) -> bool:
    """Whether a transfer gave an open ticket its agency, which nobody has told of it. `history` is oldest first."""
    late = False
    for row in history:
        if row.action is Action.RESERVE and row.before is State.NEW:
            late = True
        elif row.action in (Action.FORWARD, Action.TAKE, Action.ACCEPT):
            late = False
    return late
