"""The routes of cascades."""

from hotline1022.accounts.types import Permission
from hotline1022.web import cascade
from hotline1022.web import cascade_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/cascades",
        needs=Permission.LOOK,
        summary="Citizens who were put through to an agency, newest first, with every step",
        detail="Numbers are masked unless the token has scope agent or admin.",
        handler=cascade.list_cascades,
        query=w.CascadeQuery,
        answer=w.CascadeList,
    ),
    Route(
        method="POST",
        path="/api/cascades",
        needs=Permission.ANSWER,
        summary="Put a citizen through who talks with an agent",
        detail="The agent is free at once, or stays to introduce. The citizen hears music; see docs/cascade.md.",
        handler=cascade.begin,
        body=w.CascadeBody,
        answer=w.Begun,
        status=201,
    ),
    Route(
        method="GET",
        path="/api/cascades/pick-ups",
        needs=Permission.LOOK,
        summary="How each agency picked up in a time: cascades, how many were taken, how soon",
        handler=cascade.pick_ups,
        query=w.PickUpQuery,
        answer=w.PickUpList,
    ),
    Route(
        method="POST",
        path="/api/calls/{call}/take-back",
        needs=Permission.ANSWER,
        summary="Cancel a transfer: the citizen is back with the agent",
        handler=cascade.take_back,
        answer=w.Done,
    ),
    Route(
        method="POST",
        path="/api/calls/{call}/connect",
        needs=Permission.ANSWER,
        summary="End an introduction: who pressed 1 gets the citizen, the agent is free",
        handler=cascade.connect,
        answer=w.Done,
    ),
)
