"""The document as a reader has it: what each operation is about, what the door says to everybody, what webhooks are told."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import pytest

from hotline1022.core.call import Call
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.tickets.types import Action
from hotline1022.web.openapi import document
from hotline1022.web.routes import ROUTES
from hotline1022.webhooks.facts import of_call, of_change
from hotline1022.webhooks.types import TEST, EventKind
from tests.unit.tickets_made import NOW, done, made
from tests.unit.web_memory import open_house

DOCUMENT = document(ROUTES, "0")


def test_every_operation_says_what_it_is_about() -> None:
    named = {one["name"] for one in DOCUMENT["tags"]}
    operations = [one for ways in DOCUMENT["paths"].values() for one in ways.values()]
    assert {tag for one in operations for tag in one["tags"]} == named
    assert all(len(one["tags"]) == 1 for one in operations)
    assert {"calls", "tickets", "recordings", "links"} <= named


def test_every_kind_of_event_is_there_with_an_example_that_fits() -> None:
    assert set(DOCUMENT["webhooks"]) == {*EventKind, TEST}
    for kind, told in DOCUMENT["webhooks"].items():
        content = told["post"]["requestBody"]["content"]["application/json"]
        jsonschema_rs.validate(content["schema"], content["example"])
        assert content["example"]["type"] == kind


@pytest.mark.parametrize(
    ("reason", "result"), [(Reason.AGENT_ANSWERED, Result.ANSWERED), (Reason.IN_QUEUE, Result.ABANDONED)]
)
def test_what_is_told_of_a_call_is_what_the_document_shows(reason: Reason, result: Result) -> None:
    ended = Call(
        id=CallId(ChannelId("hl1-1795470300.7")),
        entered_at=NOW,
        state=CallState.ENDED,
        ended_at=NOW + timedelta(minutes=5),
        result=result,
        reason=reason,
    )
    told = of_call(ended)
    assert told is not None
    same_keys(told.kinds[0], json.loads(json.dumps(told.data)))


def test_what_is_told_of_a_ticket_is_what_the_document_shows() -> None:
    opened = made()
    forwarded = done(opened.after, Action.FORWARD)
    closed = done(opened.after, Action.COMPLETE)
    seen = set()
    for change in (opened, forwarded, closed):
        for told in of_change(change):
            same_keys(told.kinds[0], json.loads(json.dumps(told.data)))
            seen.add(told.kinds[0])
    assert seen == {EventKind.TICKET_MADE, EventKind.TICKET_CHANGED, EventKind.TICKET_CLOSED}


def same_keys(kind: EventKind, data: dict[str, object]) -> None:
    """The example has exactly the keys that are told."""
    example = DOCUMENT["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert list(example["data"]) == list(data)


async def test_the_door_says_what_the_document_shows(tmp_path: Path) -> None:
    (operation,) = (one["get"] for path, one in DOCUMENT["paths"].items() if path == "/api/retention")
    shown = {
        status: operation["responses"][status]["content"]["application/json"]["example"] for status in ("401", "403")
    }
    async with open_house(tmp_path) as house:
        assert await house.ask("GET", "/api/retention", None) == (401, shown["401"])
        status, told = await house.ask("GET", "/api/retention", "agent")
        assert (status, told["error_id"], set(told)) == (403, shown["403"]["error_id"], set(shown["403"]))


def test_nothing_is_said_of_a_door_where_there_is_none() -> None:
    for route in ROUTES:
        answers = DOCUMENT["paths"][route.path][route.method.lower()]["responses"]
        assert ("401" in answers) == (not route.open and not route.page), route.path
        assert "403" not in answers or route.needs is not None
