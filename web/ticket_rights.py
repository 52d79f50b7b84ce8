"""Whose a ticket is, and who may do what to it, for the API and the desk alike. Refuses officers every ticket but their agency's and
what is 1022's to do, 1022 what is the agency's, specialists what is their leader's, and a later date where the role may not give it.
Who is of an agency is told ticket by ticket: whoever has a role of 1022 besides may do both.
"""

from dataclasses import replace

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid, NotFound
from hotline1022.tickets.ports import agency_does, both_do
from hotline1022.tickets.types import OF_AGENCIES, Action, Named, State, Ticket
from hotline1022.web.asker import Asker
from hotline1022.web.errors import Forbidden
from hotline1022.web.route import Ask
from hotline1022.web.tickets_wire import TicketDetail

P = Permission


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


def words_open(asker: Asker) -> bool:
    """Whether words are looked for only in what is open to who may not see the citizen: what such a one reads on the tickets that
    it is shown anyway, those of its agency or, with `look`, all.
    """
    return not asker.may(Permission.NUMBERS)


async def found_for(ask: Ask, needs: Permission | None = None) -> TicketDetail:
    """The ticket of the path, with what whoever asks may do to it; of another agency there is none for an officer.

    Forbidden `scope-missing` without `needs`, which whoever handles this very ticket need not have.
    """
    asker = ask.asker
    detail = await ask.ports.tickets.get(ask.path["ticket"])
    if asker.officer and detail.ticket.agency not in asker.agencies:
        # word for word what is said of none, so that nobody learns which codes others have
        name = ask.path["ticket"]
        raise NotFound(f"there is no ticket {name}; look in the list of tickets", error_id="ticket-unknown")
    if needs is not None and not asker.handles(detail.ticket.agency):
        asker.demand(needs)
    allowed = tuple(one for one in detail.allowed if _refusal(asker, detail.ticket, Action(one)) is None)
    return replace(detail, allowed=allowed)


def _lacks(asker: Asker, ticket: Ticket, action: Action) -> Permission | None:
    """What somebody of the agency must have besides: `lead` for whatever was passed to the leader and for completing, `extend` for a
    later date than the citizen was promised; None when nothing is missing.

    Tokens are of a contact point, whom the directory calls specialist or leader: they are taken as both.
    """
    if asker.signed is None or not asker.handles(ticket.agency):
        return None
    led, later = ticket.state is State.WITH_LEADER or action is Action.COMPLETE, action is Action.EXTEND
    return next((one for one, so in ((P.LEAD, led), (P.EXTEND, later)) if so and not asker.may(one)), None)


def check_act(asker: Asker, ticket: Ticket, action: Action) -> None:
    """Forbidden `action-of-1022`, `action-of-agency`, `action-of-leader`, `action-extend`, `scope-missing`. The ticket's version, which an
    act must name, keeps the answer true until it is done.
    """
    refused = _refusal(asker, ticket, action)
    if refused is not None:
        raise refused
    if not _agency_may(action, ticket) or not asker.handles(ticket.agency):
        asker.demand(Permission.ANSWER)


def _agency_may(action: Action, ticket: Ticket) -> bool:
    return agency_does(action, ticket.state) or both_do(action, ticket.state)


def _refusal(asker: Asker, ticket: Ticket, action: Action) -> Forbidden | None:
    """Whose it is to do, where it is not theirs who ask. Tokens that are no contact point's stand for whoever runs 1022."""
    if asker.officer and not _agency_may(action, ticket):
        return Forbidden(f"{action} is for 1022 to do; ask 1022 for it", error_id="action-of-1022")
    people = asker.signed is not None or action is Action.COMPLETE  # which no program ends in the place of an agency
    if people and agency_does(action, ticket.state) and not asker.handles(ticket.agency):
        text = f"{action} is for the agency that has the ticket; forward it there, or ask the agency"
        return Forbidden(text, error_id="action-of-agency")
    if both_do(action, ticket.state) and not asker.officer and asker.may(P.ANSWER):
        return None
    lacks = _lacks(asker, ticket, action) if _agency_may(action, ticket) else None
    if lacks is P.LEAD:
        text = f"{action} is for the leader to do now; ask somebody with the permission {lacks}"
        return Forbidden(text, error_id="action-of-leader")
    if lacks is not None:
        text = f"{action} takes the permission {lacks}; ask somebody who has it, or an admin to give it to your role"
        return Forbidden(text, error_id="action-extend")
    return None


async def owner_for(ask: Ask, agency: str, action: Action, given: Named | None) -> Named | None:
    """Who has it from now on: an agency names its own people alone, and who accepts for it is the contact point that asks."""
    if action not in OF_AGENCIES or not ask.asker.handles(agency):
        return given
    if given is None:
        return Named(id=ask.asker.contact) if action is Action.ACCEPT else None
    people = await ask.ports.directory.contacts(local_day(ask.ports.clock()), ask.asker.agency)
    if not any(one.id == given.id for one in people):
        raise Invalid("the owner is no contact point of your agency; name one that is", error_id="owner-other")
    return given
