"""Who calls at a line, from a real database; and that what is stored is told after its commit, and only then."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event as sql_event

from hotline1022.ami_bridge import types as ami
from hotline1022.core import events as e
from hotline1022.core.call import Call, fold
from hotline1022.core.errors import NotFound
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.live import Event, Topic
from hotline1022.db.unit import Database
from hotline1022.service.alarms import Bell
from hotline1022.service.calls.call_log import CallLog
from hotline1022.service.calls.log_store import e164
from hotline1022.service.live.line_call_view import LineCallsView
from hotline1022.service.live.line_calls import LineCalls
from hotline1022.service.live.parts import LiveParts
from hotline1022.service.views import AlarmList
from hotline1022.tickets.acts import act
from hotline1022.tickets.ports import Act
from hotline1022.tickets.types import Action, State
from tests.contract.database.made import answered, at, gave_up, of_calls
from tests.unit.queue_memory import Room
from tests.unit.tickets_made import NOW, OFFICER, POLICY, kept, made

CALL = CallId(ChannelId("hl1-1795470208.9"))
CALLER = "0901234567"


@dataclass
class Counter:
    """What the view asks."""

    database: Database
    calls: dict[CallId, Call] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: at(1000))

    def __post_init__(self) -> None:
        self.room = Room()
        self.at_lines = LineCalls(lambda: list(self.calls.values()))
        self.view = LineCallsView(self.database, self.room.agents, self.at_lines, self.calls.get, lambda: self.now)

    def rings(self, caller: str = CALLER, *, known: bool = True) -> None:
        """Her call waits for a minute, then the phone of line 101 rings."""
        more: dict[str, Any] = {"call": CALL, "channel": CALL}
        history = [
            e.CallEntered(at=at(930), caller=caller, did="1022", **more),
            e.KeyPressed(at=at(935), menu="main", key="3", mode=e.Mode.SERVICE, **more),
            e.QueueJoined(at=at(940), queue="hl1022-main", **more),
        ]
        call = fold(history)
        assert call is not None
        if known:
            self.calls[CALL] = call
        joined = {"queue": "hl1022-main", "caller": CALL, "position": 1, "count": 1}
        self.at_lines.heard(ami.CallerJoinedQueue(at=at(941), **joined))  # type: ignore[arg-type]
        self.at_lines.heard(
            ami.AgentCalled(
                at=at(998), queue="hl1022-main", interface="PJSIP/line-101", member_name="1001",
                caller=CALL, channel=ChannelId(""),
            )
        )  # fmt: skip


async def test_number_name_keys_wait_past_calls_and_open_tickets(database: Database) -> None:
    counter = Counter(database)
    others = [answered("hl1-2.1", 50, caller_raw="0907777777", caller_e164="+84907777777")]
    hers = [gave_up(f"hl1-1.{n}", 100 + n) if n % 2 else answered(f"hl1-1.{n}", 100 + n) for n in range(7)]
    abroad = answered("hl1-1.70", 200, caller_raw="+84901234567")
    going = answered(CALL, 930)
    async with database.transaction() as tx:
        await tx.calls.save(of_calls(*others, *hers, abroad, going))
        for number, (name, phone) in enumerate(
            [("Nguyễn Thị Ánh", "0901 234 567"), ("", "+84901234567"), ("Trần Văn Bình", "0907777777")]
        ):
            more = {"name": name, "phone": phone, "calls": ()}
            new = made(id=f"{number}" * 16, code=f"{number}" * 8, when=NOW + timedelta(minutes=number), **more)
            assert await tx.tickets.add(new)
        done = made(id="d" * 16, code="44444444", when=NOW - timedelta(days=9), name="Tên cũ", calls=())
        assert await tx.tickets.add(done)
        await tx.tickets.change(
            act(done.after, Act(action=Action.COMPLETE, answer="xong"), by="x", at=NOW, policy=POLICY)
        )
        assert await tx.tickets.add(kept(id="e" * 16, code="55555555", call="hl1-9.9"))
    counter.rings()
    counter.now = at(1000)
    found = await counter.view.get("101")
    caller = found.call
    assert caller is not None and found.line.line == "101"
    assert (caller.call, caller.caller, caller.keys, caller.answered_at) == (CALL, CALLER, ("3",), None)
    assert (caller.since, caller.waiting_since, caller.waited_ms) == (at(998), at(940), 60_000)
    assert [one.id for one in caller.past] == ["hl1-1.70", "hl1-1.6", "hl1-1.5", "hl1-1.4", "hl1-1.3"]
    assert caller.name == "Nguyễn Thị Ánh", "the latest that has a name, of hers"
    assert [(one.code, one.state) for one in caller.open_tickets] == [
        ("11111111", State.NEW), ("00000000", State.NEW),
    ]  # fmt: skip
    assert (await counter.view.get("102")).call is None
    with pytest.raises(NotFound) as unknown:
        await counter.view.get("999")
    assert unknown.value.error_id == "line-unknown"


async def test_the_wait_ends_with_the_answer(database: Database) -> None:
    counter = Counter(database)
    counter.rings()
    counter.at_lines.heard(
        ami.AgentConnected(
            at=at(1005), queue="hl1022-main", interface="PJSIP/line-101", member_name="1001", caller=CALL,
            channel=ChannelId("x"), waited=timedelta(0), rang=timedelta(0),
        )
    )  # fmt: skip
    counter.now = at(2000)
    caller = (await counter.view.get("101")).call
    assert caller is not None and (caller.waited_ms, caller.answered_at) == (65_000, at(1005))


@pytest.mark.parametrize(("caller", "known"), [("", True), (CALLER, False)])
async def test_a_withheld_number_and_a_call_that_the_log_has_not_read(
    database: Database, caller: str, known: bool
) -> None:
    """Tickets and calls without a number are nobody's."""
    counter = Counter(database)
    async with database.transaction() as tx:
        await tx.calls.save(of_calls(answered("hl1-1.1", 1, caller_raw="", caller_e164=None)))
        assert await tx.tickets.add(made(phone="", calls=()))
    counter.rings(caller, known=known)
    shown = (await counter.view.get("101")).call
    assert shown is not None
    assert (shown.caller, shown.name, shown.past, shown.open_tickets) == ("", "", (), ())
    assert shown.waited_ms == (60_000 if known else 59_000), "the link knows it before the log"


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_indexes_answer_and_many_calls_of_others_make_it_no_slower(database: Database) -> None:
    counter = Counter(database)
    async with database.transaction() as tx:
        for block in range(20):
            rows = [
                answered(f"hl1-{block}.{n}", block * 1000 + n, caller_raw=f"09{n:08}", caller_e164=f"+849{n:08}")
                for n in range(1000)
            ]
            await tx.calls.save(of_calls(*rows, *(answered(f"hl1-9{block}.{n}", n) for n in range(100))))
    counter.rings()
    asked: list[tuple[str, Any]] = []

    def hear(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        asked.append((statement, parameters))

    engine = database._engines.reader.sync_engine
    sql_event.listen(engine, "before_cursor_execute", hear)
    await counter.view.get("101")
    sql_event.remove(engine, "before_cursor_execute", hear)
    asked = [one for one in asked if one[0].startswith("SELECT")]
    assert len(asked) == 5
    async with database.reading() as tx:
        plans = []
        for statement, parameters in asked:
            plan = await tx._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append(" ".join(str(row[-1]) for row in plan))
    assert "ix_call_number" in plans[0] and "TEMP B-TREE" not in plans[0], plans
    assert all("ix_ticket_phone_key" in plan for plan in plans[1:3]), plans
    # who answered, and the tickets of those calls
    assert all("SEARCH" in plan and "SCAN" not in plan for plan in plans[3:]), plans
    took = []
    for _ in range(10):
        began = time.perf_counter()
        caller = (await counter.view.get("101")).call
        took.append(time.perf_counter() - began)
        assert caller is not None and len(caller.past) == 5
    assert min(took) < 0.05


async def test_tickets_and_alarms_are_told_after_their_commit_and_never_without(database: Database) -> None:
    log: Any = CallLog
    bell = Bell(database, timedelta(seconds=30))
    parts = LiveParts(database, bell, lambda: log)
    told: list[Event] = []
    parts.news._publish = told.append
    new = made()
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            assert await tx.tickets.add(made(id="b" * 16, code="11111111"))
            await tx.alarms.raise_alarm("disk-full", "x", NOW)
            raise ZeroDivisionError
    assert told == []
    async with database.transaction() as tx:
        assert await tx.tickets.add(new)
        assert not await tx.tickets.add(made(id="c" * 16)), "its code is taken"
        assert await tx.tickets.add(kept(id="e" * 16, code="55555555", call="hl1-9.9"))
        await tx.alarms.raise_alarm("disk-full", "x", NOW)
        await tx.alarms.raise_alarm("disk-full", "x", NOW)
        assert told == [], "not yet"
    assert [(one.topic, one.what) for one in told] == [(Topic.ALARMS, "raised"), (Topic.TICKETS, "ticket")]
    assert told[1].facts["ticket"] == new.after.id
    async with database.transaction() as tx:
        wanted = Act(action=Action.FORWARD, agency=None, owner=OFFICER)
        await tx.tickets.change(act(new.after, wanted, by="x", at=NOW, policy=POLICY))
    assert (told[2].facts["version"], told[2].agencies) == (2, frozenset({new.after.agency}))
    seen = await AlarmList(database, parts.news.alarm_seen).mark_seen(told[0].facts["alarm"], "lan", NOW)
    assert seen is not None and (told[3].what, told[3].facts["seen_by"]) == ("seen", "lan")


def test_the_number_is_looked_for_as_it_is_stored() -> None:
    assert e164(CALLER) == "+84901234567"
