"""Whose a ticket is, and who may do what to it, for the API and the desk alike. Refuses officers every ticket but their agency's,
what is 1022's to do, and specialists what is their leader's.
"""

from dataclasses import replace

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, NotFound
from hotline1022.tickets.types import OF_AGENCIES, Action, Named, State, Ticket
from hotline1022.web.asker import Asker
from hotline1022.web.errors import Forbidden
from hotline1022.web.route import Ask
from hotline1022.web.tickets_wire import TicketDetail

#: what changes the date that the citizen was promised is the leader's, wherever the ticket stands
OF_LEADERS = frozenset({Action.EXTEND})


def agencies_of(asker: Asker, wanted: str) -> frozenset[str]:
    """Whose tickets are listed: an officer asks for those that its agency has."""
    named = frozenset({wanted} if wanted else ())
    if not asker.officer:
        return named
    if not asker.agencies:  # an empty set would mean all of them
        text = "you belong to no agency; an admin names your contact point at /desk/users"
        raise Forbidden(text, error_id="agency-none")
    if not named <= asker.agencies:
        raise Forbidden("these are tickets of another agency; leave agency out", error_id="agency-other")
    return named or asker.agencies


async def found_for(ask: Ask) -> TicketDetail:
    """The ticket of the path, with what whoever asks may do to it; of another agency there is none for an officer."""
    detail = await ask.ports.tickets.get(ask.path["ticket"])
    asker = ask.asker
    if not asker.officer:
        return detail
    if detail.ticket.agency not in asker.agencies:
        raise NotFound(
            f"your agency has no ticket {ask.path['ticket']}; look in /api/tickets", error_id="ticket-unknown"
        )
    possible = (one for one in detail.allowed if one in OF_AGENCIES)
    return replace(detail, allowed=tuple(one for one in possible if not for_leader(asker, detail.ticket, Action(one))))


def for_leader(asker: Asker, ticket: Ticket, action: Action) -> bool:
    """Whether only somebody who leads may do it: a later date, and whatever is done to what was passed to the leader.

    Tokens are of a contact point, whom the directory calls specialist or leader: they are taken as both.
    """
    led = ticket.state is State.WITH_LEADER or action in OF_LEADERS
    return led and asker.officer and asker.signed is not None and not asker.may(Permission.LEAD)


def check_act(asker: Asker, ticket: Ticket, action: Action) -> None:
    """Forbidden `action-of-1022`, `action-of-leader`. The ticket's version, which an act must name, keeps the answer true until it
    is done.
    """
    if asker.officer and action not in OF_AGENCIES:
        raise Forbidden(f"{action} is for 1022 to do; ask 1022 for it", error_id="action-of-1022")
    if for_leader(asker, ticket, action):
        text = f"{action} is for the leader to do now; ask somebody with the permission {Permission.LEAD}"
        raise Forbidden(text, error_id="action-of-leader")


async def owner_for(ask: Ask, action: Action, given: Named | None) -> Named | None:
    """Who has it from now on: an agency names its own people alone, and who accepts for it is the contact point that asks."""
    if not ask.asker.officer:
        return given
    if given is None:
        return Named(id=ask.asker.contact) if action is Action.ACCEPT else None
    people = await ask.ports.directory.contacts(local_day(ask.ports.clock()), ask.asker.agency)
    if not any(one.id == given.id for one in people):
        raise Invalid("the owner is no contact point of your agency; name one that is", error_id="owner-other")
    return given
