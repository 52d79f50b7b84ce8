"""What webhooks are told, as the `webhooks` of the OpenAPI document: one request for each kind of event, with an example. Refuses
nothing: what is really told are the facts of webhooks/facts.py, and a test holds the two together.
"""

from collections.abc import Mapping
from typing import Any

from hotline1022.webhooks.types import TEST, EventKind

_CALL: Mapping[str, Any] = {
    "call": "hl1-1795470300.7",
    "result": "answered",
    "reason": "agent-answered",
    "missed": False,
    "category": "construction",
    "line": "101",
    "entered_at": "2026-11-23T01:00:00+00:00",
    "answered_at": "2026-11-23T01:00:21+00:00",
    "ended_at": "2026-11-23T01:05:00+00:00",
    "waited_ms": 9000,
    "talk_ms": 279000,
}
_MISSED = {
    **_CALL,
    "result": "abandoned",
    "reason": "in-queue",
    "missed": True,
    "line": "",
    "answered_at": None,
    "talk_ms": 0,
}
_TICKET: Mapping[str, Any] = {
    "ticket": "0123456789abcdef",
    "action": "open",
    "state_before": None,
    "code": "12345674",
    "version": 1,
    "state": "new",
    "channel": "phone",
    "kind": "report",
    "urgency": "ordinary",
    "category": "construction",
    "service_group": "",
    "area": "di-an",
    "agency": "so-xay-dung",
    "created_at": "2026-11-23T01:04:00+00:00",
    "forwarded_at": None,
    "accepted_at": None,
    "answered_at": None,
    "closed_at": None,
    "accept_by": None,
    "answer_by": None,
    "calls": ["hl1-1795470300.7"],
}
_FORWARDED = {
    **_TICKET,
    "action": "forward",
    "state_before": "new",
    "version": 2,
    "state": "forwarded",
    "forwarded_at": "2026-11-23T01:05:00+00:00",
    "accept_by": "2026-11-23T03:05:00+00:00",
    "answer_by": "2026-11-30T01:05:00+00:00",
}
_CLOSED = {
    **_FORWARDED,
    "action": "complete",
    "state_before": "answered",
    "version": 5,
    "state": "completed",
    "accepted_at": "2026-11-23T02:00:00+00:00",
    "answered_at": "2026-11-24T02:00:00+00:00",
    "closed_at": "2026-11-24T08:00:00+00:00",
}
#: kind → when it is told, and what of
TOLD: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    EventKind.CALL_ENDED: ("a call that came in has ended", _CALL),
    EventKind.CALL_MISSED: ("it has ended, and who waited for somebody talked with nobody", _MISSED),
    EventKind.TICKET_MADE: ("a ticket is there", _TICKET),
    EventKind.TICKET_CHANGED: ("something was done with a ticket", _FORWARDED),
    EventKind.TICKET_CLOSED: ("it was completed or refused", _CLOSED),
    TEST: ("the button that tries a webhook was pressed", {"webhook": "fedcba9876543210", "name": "Cổng thông tin"}),
}
_HEADERS = {
    "webhook-id": "the same each time that this event is told",
    "webhook-timestamp": "seconds since 1970 of this try",
    "webhook-signature": "v1, and HMAC-SHA256 of id.timestamp.body in base64, as Standard Webhooks says",
}


def webhooks() -> dict[str, Any]:
    """All kinds, each as the request that a receiver gets."""
    return {kind: {"post": _request(kind, when, data)} for kind, (when, data) in TOLD.items()}


def _request(kind: str, when: str, data: Mapping[str, Any]) -> dict[str, Any]:
    event = {"id": "msg_5f0d3b1c9a7e4d2f8b6a1c0e", "type": kind, "timestamp": "2026-11-23T01:05:00+00:00", "data": data}
    shape = {
        "type": "object",
        "required": ["id", "type", "timestamp", "data"],
        "properties": {
            "id": {"type": "string"},
            "type": {"const": kind},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "required": sorted(data), "description": "more keys may come; none goes"},
        },
    }
    return {
        "summary": when,
        "description": "see docs/webhooks.md for how it is signed, tried again, and checked",
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": doc, "schema": {"type": "string"}}
            for name, doc in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": shape, "example": event}}},
        "responses": {
            "2XX": {"description": "taken; its body is not read"},
            "410": {"description": "nobody wants it any more: the webhook is paused"},
            "default": {"description": "not taken: it is tried again"},
        },
    }
