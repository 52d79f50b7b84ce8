"""A transfer that an agent keyed is an entry of the audit: who, from which line, where to; once, however often it is read."""

from hotline1022.ami_bridge.journal import Position
from hotline1022.audit.types import Entry, Kind
from hotline1022.core.events import CascadeStarted
from hotline1022.core.ids import CallId, ChannelId, PersonId
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person
from hotline1022.service.calls.call_log import Saved
from hotline1022.service.calls.log_store import DatabaseLogStore
from tests.contract.database.made import HASH, a_call, at, of_calls

CALL = CallId(ChannelId("hl1-1.1"))


def keyed(origin: str = "phone", line: str = "101") -> Saved:
    event = CascadeStarted(
        at=at(5),
        call=CALL,
        channel=ChannelId("hl1-1.1"),
        hunt=1,
        agency="so-xay-dung",
        category="construction",
        ticket="",
        code="",
        line=line,
        origin=origin,
    )
    return Saved(calls=(), events=(event,), backfilled=frozenset(), position=Position())


async def acts(database: Database) -> list[Entry]:
    async with database.reading() as tx:
        return [one async for one in tx.audit.of_kind(Kind.ACT)]


async def test_who_keyed_it_and_where_to(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.agents.add_person(Person(id=PersonId("1001"), name="Nguyễn Thị Lan", pin_hash=HASH, active=True))
        await tx.agents.open_session("1001", "101", at(0))
    await database.save(of_calls(a_call(CALL)))
    for _ in range(2):
        await DatabaseLogStore(database).save(keyed())
    (act,) = await acts(database)
    assert (act.actor, act.origin, act.subject, act.at) == ("person:1001", "line:101", f"call:{CALL}", at(5))
    assert act.detail == {"act": "keyed transfer", "agency": "so-xay-dung", "category": "construction"}


async def test_nobody_at_the_line_and_a_transfer_by_the_api(database: Database) -> None:
    await database.save(of_calls(a_call(CALL)))
    await DatabaseLogStore(database).save(keyed(origin="service"))
    assert await acts(database) == [], "the request has an entry of its own"
    await DatabaseLogStore(database).save(keyed(line="103"))
    (act,) = await acts(database)
    assert (act.actor, act.origin) == ("person:?", "line:103")
