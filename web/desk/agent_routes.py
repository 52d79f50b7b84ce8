"""The routes of an agent's page: the page, its pieces, and what is done there."""

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import agent, agent_call, agent_form, agent_lists
from hotline1022.web.route import Handler, Place, Route
from hotline1022.web.wire import NoInput

_MAY = Permission.ANSWER


def _get(path: str, summary: str, handler: Handler, query: type = NoInput, *, by_itself: bool = True) -> Route:
    return Route(
        method="GET",
        path=path,
        needs=None,
        desk=Place(needs=_MAY, by_itself=by_itself),
        summary=summary,
        handler=handler,
        query=query,
        media="text/html",
    )


def _post(path: str, summary: str, handler: Handler, *, seconds: float = 15) -> Route:
    return Route(
        method="POST",
        path=path,
        needs=None,
        desk=Place(needs=_MAY),
        summary=summary,
        handler=handler,
        media="text/html",
        seconds=seconds,
    )


ROUTES: tuple[Route, ...] = (
    _get("/desk/agent", "The page of an agent", agent.show_agent, by_itself=False),
    _get("/desk/agent/state", "What the own line does", agent.show_state),
    _post("/desk/agent/login", "Take a line", agent.log_in),
    _post("/desk/agent/logout", "Leave it", agent.log_out),
    _post("/desk/agent/pause", "Pause, for a reason", agent.pause),
    _post("/desk/agent/unpause", "Back", agent.unpause),
    _post("/desk/agent/ready", "End the wrap-up", agent.ready),
    _get("/desk/agent/queue", "Who waits", agent.show_queue),
    _get("/desk/agent/call", "Who calls", agent.show_call, agent.RingQuery),
    _get("/desk/agent/form", "The form of a call", agent_form.show_form, agent_call.CallQuery),
    _post("/desk/agent/ticket", "Make a ticket of it", agent_form.make),
    _post("/desk/agent/drop", "Throw away what was typed", agent_form.drop),
    _get("/desk/agent/transfer", "The transfer of a call", agent_call.show_transfer, agent_call.TransferQuery),
    _post("/desk/agent/begin-transfer", "Put the citizen through", agent_call.begin_transfer),
    _post("/desk/agent/connect", "End the introduction: the two talk", agent_call.connect),
    _post("/desk/agent/take-back", "The citizen comes back", agent_call.take_back),
    _get("/desk/agent/lists", "Whom to call back", agent_lists.show_list, agent_lists.ListQuery),
    _post("/desk/agent/hear", "Listen to a message", agent_lists.hear, seconds=60),
    _post("/desk/agent/heard", "A message was seen to", agent_lists.heard),
    _post("/desk/agent/told", "A citizen was told", agent_lists.tell),
    _post("/desk/agent/call-back", "Call a citizen of a list back", agent_lists.call_back),
)
