"""The call log's memory at a start: a history that cannot be read keeps no service from starting, and hides no other call."""

from typing import Any

import pytest

from hotline1022.core.events import CallEntered
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.service.calls.log_store import DatabaseLogStore
from tests.contract.database.made import a_call, a_fact

GOOD, BAD = "hl1-1.1", "hl1-2.2"
ENTERED = {"caller": "0901234567", "sent": "", "did": "1022"}


def entered(call: str) -> Any:
    return a_fact(call, 0, key=f"CallEntered:{call}", kind="CallEntered", data=ENTERED)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"kind": "OfALaterVersion"},
        {"data": {"menu": "root", "key": "1", "mode": "of-a-later-version"}},
        {"data": {"menu": "root", "of_a_later_version": 1}},
        {"data": ["no", "mapping"]},
    ],
    ids=["kind", "word", "field", "list"],
)
async def test_a_history_that_cannot_be_read_is_left_out_and_rung(database: Database, spoilt: dict[str, Any]) -> None:
    calls = (a_call(GOOD), a_call(BAD, 1))
    facts = (entered(GOOD), a_fact(GOOD), entered(BAD), a_fact(BAD, 1, **spoilt))
    await database.save(Batch(calls=calls, events=facts))
    for _ in range(2):
        histories = await DatabaseLogStore(database).open_history()
        assert [[event.call for event in history] for history in histories] == [[GOOD, GOOD]]
        assert isinstance(histories[0][0], CallEntered)
    async with database.reading() as tx:
        (alarm,) = await tx.alarms.list()
    assert (alarm.kind, alarm.call_id) == ("call-unreadable", BAD)
