"""Answers about disclosures. Refuses nothing itself."""

from hotline1022.evidence.types import Filter, Place, Request, State
from hotline1022.web.calls import read_cursor
from hotline1022.web.disclosure_wire import (
    ChangeBody,
    DecisionBody,
    DisclosureBody,
    DisclosureList,
    DisclosureQuery,
    DisclosureView,
    LinkMade,
)
from hotline1022.web.route import Ask


async def list_disclosures(ask: Ask) -> DisclosureList:
    """A page of those that are wanted."""
    query: DisclosureQuery = ask.query
    return await ask.ports.disclosures.list(wanted(query.state, query.words, query.cursor))


def wanted(state: State | None, words: str, cursor: str | None) -> Filter:
    """As the API and the desk ask for a page; Invalid for a cursor that is none of ours."""
    place = read_cursor(cursor) if cursor else None
    return Filter(
        state=state, words=words, before=Place(asked_at=place.entered_at, id=place.call) if place is not None else None
    )


async def get_disclosure(ask: Ask) -> DisclosureView:
    """One."""
    return await ask.ports.disclosures.get(ask.path["disclosure"])


async def request_disclosure(ask: Ask) -> DisclosureView:
    """Write down what a unit asks for."""
    body: DisclosureBody = ask.body
    names = set(Request.__dataclass_fields__) - {"parts"}
    wanted = Request(**{name: getattr(body, name) for name in names})
    return await ask.ports.disclosures.request(wanted, body.parts, _actor(ask), ask.ports.clock())


async def change_disclosure(ask: Ask) -> DisclosureView:
    """Ask for other parts."""
    body: ChangeBody = ask.body
    given = (ask.path["disclosure"], body.parts, _actor(ask), ask.ports.clock())
    return await ask.ports.disclosures.change(*given)


async def decide_disclosure(ask: Ask) -> DisclosureView:
    """Allow, refuse or take back."""
    body: DecisionBody = ask.body
    given = (ask.path["disclosure"], body.decision, body.words, body.terms, _actor(ask), ask.ports.clock())
    return await ask.ports.disclosures.decide(*given)


async def pack_disclosure(ask: Ask) -> DisclosureView:
    """Make the package."""
    return await ask.ports.disclosures.pack(ask.path["disclosure"], _actor(ask), ask.ports.clock())


async def hand_out_disclosure(ask: Ask) -> DisclosureView:
    """Write down who receives it."""
    given = (ask.path["disclosure"], ask.body.received_by, _actor(ask), ask.ports.clock())
    return await ask.ports.disclosures.hand_out(*given)


async def link_disclosure(ask: Ask) -> LinkMade:
    """Hand it out by a link."""
    given = (ask.path["disclosure"], ask.body.received_by, _actor(ask), ask.ports.clock())
    return await ask.ports.disclosures.link(*given)


def _actor(ask: Ask) -> str:
    return f"token:{ask.by}"
