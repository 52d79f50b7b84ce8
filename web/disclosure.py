"""Answers about disclosures. Refuses nothing itself."""

from hotline1022.evidence.types import Request
from hotline1022.web.disclosure_wire import DecisionBody, DisclosureBody, DisclosureList, DisclosureView
from hotline1022.web.route import Ask


async def list_disclosures(ask: Ask) -> DisclosureList:
    """All, or those of one state."""
    return DisclosureList(disclosures=tuple(await ask.ports.disclosures.list(ask.query.state)))


async def get_disclosure(ask: Ask) -> DisclosureView:
    """One."""
    return await ask.ports.disclosures.get(ask.path["disclosure"])


async def request_disclosure(ask: Ask) -> DisclosureView:
    """Write down what a unit asks for."""
    body: DisclosureBody = ask.body
    wanted = Request(**{name: getattr(body, name) for name in Request.__dataclass_fields__})
    return await ask.ports.disclosures.request(wanted, _actor(ask), ask.ports.clock())


async def decide_disclosure(ask: Ask) -> DisclosureView:
    """Allow, refuse or take back."""
    body: DecisionBody = ask.body
    given = (ask.path["disclosure"], body.decision, body.words, _actor(ask), ask.ports.clock())
    return await ask.ports.disclosures.decide(*given)


async def pack_disclosure(ask: Ask) -> DisclosureView:
    """Make the package."""
    return await ask.ports.disclosures.pack(ask.path["disclosure"], _actor(ask), ask.ports.clock())


async def hand_out_disclosure(ask: Ask) -> DisclosureView:
    """Write down who receives it."""
    given = (ask.path["disclosure"], ask.body.received_by, _actor(ask), ask.ports.clock())
    return await ask.ports.disclosures.hand_out(*given)


def _actor(ask: Ask) -> str:
    return f"token:{ask.by}"
