"""Tickets for tests, with everything that a test does not care about filled in."""

from datetime import datetime
from typing import Any

from hotline1022.core.clock import PROVINCE
from hotline1022.tickets.acts import act, opened, reserved
from hotline1022.tickets.policy import load_policy
from hotline1022.tickets.ports import Act, Draft
from hotline1022.tickets.types import Action, Changed, Channel, Named, State, Ticket

POLICY = load_policy()
#: an ordinary Wednesday morning
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=PROVINCE)
CODE = "23456789"
AGENCY = Named(id="so-xay-dung", name="Sở Xây dựng")
OFFICER = Named(id="c-1", name="Trần Văn Bình")
LEADER = Named(id="c-2", name="Lê Thị Cúc")


def at(day: int, clock: str) -> datetime:
    """A moment of November 2026 in the province; days above 30 are those of December."""
    hour, minute = clock.split(":")
    month, day = (12, day - 30) if day > 30 else (11, day)
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=PROVINCE)


def a_draft(**more: Any) -> Draft:
    """A citizen's report about a road."""
    given: dict[str, Any] = {
        "channel": Channel.PHONE,
        "name": "Nguyễn Thị Ánh",
        "phone": "0901 234 567",
        "address": "12 đường Lê Lợi",
        "category": "construction",
        "category_name": "Xây dựng",
        "agency": AGENCY.id,
        "agency_name": AGENCY.name,
        "content": "Vỉa hè bị đào lên đã ba tuần.",
        "calls": ("hl1-1795470208.58",),
    }
    return Draft(**given | more)


def made(id: str = "a" * 16, code: str = CODE, when: datetime = NOW, **more: Any) -> Changed:
    """That report as a new ticket."""
    return opened(a_draft(**more), id=id, code=code, by="agent", at=when, policy=POLICY)


def kept(id: str = "a" * 16, code: str = CODE, call: str = "hl1-1795470208.58", when: datetime = NOW) -> Changed:
    """A reservation for a cascade."""
    category = Named(id="construction", name="Xây dựng")
    return reserved(call, agency=AGENCY, category=category, id=id, code=code, by="cascade", at=when)


#: what each action needs beside itself
NEEDS: dict[Action, dict[str, Any]] = {
    Action.TAKE: {"owner": OFFICER},
    Action.ACCEPT: {"owner": OFFICER},
    Action.PASS_TO_LEADER: {"owner": LEADER},
    Action.RETURN: {"why": "Không thuộc thẩm quyền."},
    Action.WAIT: {"why": "Chờ ảnh hiện trường."},
    Action.REFUSE: {"why": "Đã trả lời ở phiếu khác."},
    Action.REOPEN: {"why": "Người dân chưa đồng ý."},
    Action.ANSWER: {"answer": "Đã lấp lại vỉa hè."},
    Action.COMPLETE: {"answer": "Đã lấp lại vỉa hè."},
    Action.EXTEND: {"why": "Chờ vật tư."},
    Action.LINK: {"call": "hl1-1795470300.7"},
    Action.EDIT: {"fields": {"address": "14 đường Lê Lợi"}},
}


def done(ticket: Ticket, action: Action, when: datetime = NOW, *, by: str = "agent", **more: Any) -> Changed:
    """The ticket after an action, with what it needs filled in."""
    wanted = Act(action=action, **NEEDS.get(action, {}) | more)
    return act(ticket, wanted, by=by, at=when, policy=POLICY)


def walked(ticket: Ticket, *actions: Action) -> Ticket:
    """The ticket after these actions."""
    for action in actions:
        ticket = done(ticket, action).after
    return ticket


#: a way to each state from a new ticket, and from a reserved one
WAYS: dict[State, tuple[Action, ...]] = {
    State.NEW: (),
    State.FORWARDED: (Action.FORWARD,),
    State.ACCEPTED: (Action.FORWARD, Action.ACCEPT),
    State.WITH_LEADER: (Action.FORWARD, Action.ACCEPT, Action.PASS_TO_LEADER),
    State.WAITING: (Action.FORWARD, Action.ACCEPT, Action.WAIT),
    State.RETURNED: (Action.FORWARD, Action.RETURN),
    State.ANSWERED: (Action.FORWARD, Action.ACCEPT, Action.ANSWER),
    State.COMPLETED: (Action.COMPLETE,),
    State.REFUSED: (Action.REFUSE,),
    State.REOPENED: (Action.COMPLETE, Action.REOPEN),
}
