"""The call log keeps what it was given, once, in both databases."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline1022.core import events as e
from hotline1022.core.call import fold
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.db.rows import call_row, event_of, event_row, leg_rows
from hotline1022.db.types import Batch, CallFilter, CallRow, JournalPosition
from hotline1022.db.unit import Database
from hotline1022.figures.types import CallPart
from tests.contract.database.made import T0, a_call, a_fact, a_leg, answered, at, gave_up, of_calls, over


async def stored(database: Database, name: str = "hl1-1.1") -> CallRow:
    async with database.reading() as tx:
        return (await tx.calls.get(name)).call


async def test_every_field_comes_back(database: Database) -> None:
    call = answered(
        "hl1-1.1",
        0,
        answered_at=at(0.5),
        category="môi trường",
        mode="mixed",
        backfilled=True,
        wait_ms=4_321,
        talk_ms=99_999_999_999,
        version=7,
    )
    legs = (
        a_leg(),
        a_leg(
            channel="hl1-1.2",
            second=3,
            kind=LegKind.AGENT,
            party="101",
            line="101",
            person="1001",
            answered_at=at(5),
            ended_at=at(9),
            cause=16,
            talk_ms=4000,
            hold_ms=0,
            rtp_received=200,
        ),
    )
    facts = (a_fact(seq=1), a_fact(seq=2, second=1, data={"menu": "gốc", "n": 5}))
    await database.save(Batch(calls=(call,), legs=legs, events=facts))
    async with database.reading() as tx:
        found = await tx.calls.get("hl1-1.1")
    assert (found.call, found.legs, found.events) == (call, legs, facts)
    assert (found.tracks, found.voicemails, found.recording) == ((), (), None)


async def test_unknown_stays_unknown_and_is_not_nought(database: Database) -> None:
    await database.save(Batch(calls=(a_call(wait_ms=None),), legs=(a_leg(), a_leg(channel="x", hold_ms=0))))
    async with database.reading() as tx:
        found = await tx.calls.get("hl1-1.1")
    assert found.call.wait_ms is None
    assert [leg.hold_ms for leg in found.legs] == [None, 0]
    assert [leg.rtp_received for leg in found.legs] == [None, None]


async def test_no_such_call(database: Database) -> None:
    async with database.reading() as tx:
        with pytest.raises(NotFound) as caught:
            await tx.calls.get("hl1-9.9")
    assert caught.value.error_id == "call-not-found"


@pytest.mark.parametrize("zone", [ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/New_York"), UTC])
async def test_a_moment_comes_back_in_utc_to_the_microsecond(database: Database, zone: ZoneInfo) -> None:
    await database.save(of_calls(a_call(entered_at=T0.astimezone(zone))))
    entered = (await stored(database)).entered_at
    assert entered == T0
    assert entered.utcoffset() == timedelta(0)
    assert entered.microsecond == 123456


async def test_a_moment_before_1970_is_a_moment_too(database: Database) -> None:
    long_ago = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    await database.save(of_calls(a_call(entered_at=long_ago)))
    assert (await stored(database)).entered_at == long_ago


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(Invalid, match="zone"):
        await database.save(of_calls(a_call(entered_at=datetime(2026, 3, 2))))


async def test_reading_the_journal_twice_changes_nothing(database: Database) -> None:
    batch = Batch(
        calls=(a_call(version=2),),
        legs=(a_leg(),),
        events=(a_fact(seq=1), a_fact(seq=2)),
        positions=(JournalPosition(name="cel", inode=7, offset=100, updated_at=T0),),
    )
    await database.save(batch)
    async with database.reading() as tx:
        before = await tx.calls.get("hl1-1.1")
    await database.save(batch)
    again = Batch(events=(a_fact(seq=1, key=batch.events[0].key, data={"menu": "other"}),))
    await database.save(again)
    async with database.reading() as tx:
        assert await tx.calls.get("hl1-1.1") == before


async def test_an_older_version_does_not_overwrite_a_newer_one(database: Database) -> None:
    await database.save(of_calls(a_call(version=5, state=CallState.TALKING, line="101")))
    await database.save(of_calls(a_call(version=4, state=CallState.MENU)))
    assert (await stored(database)).state is CallState.TALKING
    await database.save(of_calls(a_call(version=5, state=CallState.AFTER, line="102")))
    assert (await stored(database)).line == "102"


async def test_the_last_of_several_versions_in_a_batch_wins(database: Database) -> None:
    await database.save(of_calls(a_call(version=1), a_call(version=3, category="y"), a_call(version=2, category="x")))
    assert (await stored(database)).category == "y"


async def test_backfilled_once_is_backfilled_for_ever(database: Database) -> None:
    await database.save(of_calls(a_call(version=1, backfilled=True)))
    await database.save(of_calls(a_call(version=2, backfilled=False)))
    assert (await stored(database)).backfilled is True
    await database.save(of_calls(a_call("other", version=1), a_call("other", version=2)))
    assert (await stored(database, "other")).backfilled is False


async def test_a_leg_is_brought_up_to_date(database: Database) -> None:
    await database.save(Batch(calls=(a_call(),), legs=(a_leg(),)))
    await database.save(Batch(legs=(a_leg(ended_at=at(9), cause=16, hold_ms=5),)))
    async with database.reading() as tx:
        (leg,) = (await tx.calls.get("hl1-1.1")).legs
    assert (leg.ended_at, leg.cause, leg.hold_ms) == (at(9), 16, 5)


async def test_position_and_rows_are_one_transaction(database: Database) -> None:
    here = JournalPosition(name="cel", inode=2**64 - 1, offset=2**40, updated_at=T0)
    await database.save(Batch(positions=(here,)))
    async with database.reading() as tx:
        assert await tx.calls.position("cel") == here
        assert await tx.calls.position("queue_log") is None
    beyond = JournalPosition(name="cel", inode=1, offset=5, updated_at=at(1))
    broken = Batch(calls=(a_call(),), events=(a_fact(call="nobody"),), positions=(beyond,))
    with pytest.raises(Refused) as caught:
        await database.save(broken)
    assert caught.value.error_id == "row-refused"
    async with database.reading() as tx:
        assert await tx.calls.position("cel") == here
        assert await tx.calls.load(["hl1-1.1"]) == []
    await database.save(Batch(positions=(beyond,)))
    async with database.reading() as tx:
        assert await tx.calls.position("cel") == beyond


async def test_a_word_outside_the_lists_is_refused(database: Database) -> None:
    for bad in ({"state": "asleep"}, {"mode": "robot"}, {"result": Result.ANSWERED}):
        with pytest.raises(HotlineError):
            await database.save(of_calls(a_call(**bad)))


async def test_open_calls_come_back_with_their_history_in_order(database: Database) -> None:
    calls = (a_call("b", 20), a_call("a", 10), answered("c", 5), a_call("d", 30))
    facts = (a_fact("a", 2, second=1), a_fact("b", 1), a_fact("a", 1, second=2), a_fact("c", 1))
    await database.save(Batch(calls=calls, events=facts))
    async with database.reading() as tx:
        found = await tx.calls.load_open()
        assert [(o.call.id, [f.seq for f in o.events]) for o in found] == [("a", [1, 2]), ("b", [1]), ("d", [])]
        (ended,) = await tx.calls.load(["c", "unknown"])
    assert ended.call.id == "c"
    assert [f.seq for f in ended.events] == [1]


async def test_a_call_that_ended_with_a_phone_still_up_is_open_for_a_while(database: Database) -> None:
    calls = (answered("new", 100), answered("old", 0), answered("whole", 100))
    legs = (a_leg("new"), a_leg("old"), a_leg("whole", ended_at=at(105)))
    await database.save(Batch(calls=calls, legs=legs))
    async with database.reading() as tx:
        assert await tx.calls.load_open() == []
        assert [o.call.id for o in await tx.calls.load_open(settling_since=at(60))] == ["new"]


async def test_a_call_folds_to_the_same_after_a_restart(database: Database) -> None:
    call, citizen, phone = CallId(ChannelId("hl1-5.1")), ChannelId("hl1-5.1"), ChannelId("hl1-5.2")
    history: list[e.Event] = [
        e.CallEntered(at=at(0), call=call, channel=citizen, did="1022", caller="0901234567"),
        e.LegAnswered(at=at(0.1), call=call, channel=citizen),
        e.KeyPressed(at=at(4), call=call, channel=citizen, menu="root", key="3", mode=e.Mode.SERVICE),
        e.QueueJoined(at=at(5), call=call, channel=citizen, queue="hl1022-main"),
        e.Joined(at=at(5), call=call, channel=citizen, bridge="b1"),
        e.LegStarted(at=at(6), call=call, channel=phone, kind=LegKind.AGENT, party="101"),
        e.PersonKnown(at=at(6), call=call, channel=phone, person="1001"),
        e.LegAnswered(at=at(8), call=call, channel=phone),
        e.Joined(at=at(8.25), call=call, channel=phone, bridge="b1"),
    ]
    going = fold(history)
    assert going is not None
    assert going.state is CallState.TALKING
    row = call_row(going, version=len(history), backfilled=False, caller_e164="+84901234567")
    facts = tuple(event_row(fact, seq) for seq, fact in enumerate(history))
    await database.save(Batch(calls=(row,), legs=leg_rows(going), events=facts))
    async with database.reading() as tx:
        (found,) = await tx.calls.load_open()
    assert found.call == row
    assert (row.line, row.person, row.wait_ms) == ("101", "1001", 3250)
    assert fold(map(event_of, found.events)) == going


async def test_pages_give_every_call_once_newest_first(database: Database) -> None:
    # three calls in the same microsecond lie across a page's end
    calls = tuple(a_call(f"c{n:02}", 10 * (n // 3)) for n in range(11))
    await database.save(of_calls(*calls))
    expected = [c.id for c in sorted(calls, key=lambda c: (c.entered_at, c.id), reverse=True)]
    for limit in (1, 2, 4, 11, 50):
        seen: list[str] = []
        before = None
        async with database.reading() as tx:
            while True:
                page = await tx.calls.list(CallFilter(before=before, limit=limit))
                assert len(page.calls) <= limit
                seen += [listed.call.id for listed in page.calls]
                before = page.next
                if before is None:
                    break
        assert seen == expected


async def test_filters(database: Database) -> None:
    await database.save(
        of_calls(
            answered("a", 0, line="101", person="1001"),
            answered("b", 100, line="102", person="1002", caller_raw="02743822822", caller_e164="+842743822822"),
            gave_up("c", 200),
            a_call("d", 300, caller_raw="", caller_e164=None),
            over("e", 400, Result.REFUSED, Reason.LINES_FULL, caller_raw="999", caller_e164=None),
        )
    )

    async def ids(wanted: CallFilter) -> str:
        async with database.reading() as tx:
            return "".join(listed.call.id for listed in (await tx.calls.list(wanted)).calls)

    assert await ids(CallFilter()) == "edcba"
    assert await ids(CallFilter(since=at(100))) == "edcb"
    assert await ids(CallFilter(until=at(100))) == "a"
    assert await ids(CallFilter(since=at(100), until=at(300))) == "cb"
    assert await ids(CallFilter(callers=("+84901234567",))) == "ca"
    assert await ids(CallFilter(callers=("0901234567",))) == "ca"
    assert await ids(CallFilter(callers=("999", "+842743822822"))) == "eb"
    assert await ids(CallFilter(result=Result.ANSWERED)) == "ba"
    assert await ids(CallFilter(line="102")) == "b"
    assert await ids(CallFilter(person="1001")) == "a"
    assert await ids(CallFilter(person="1001", line="102")) == ""


async def test_abandoned_one_line_a_number_latest_first_with_its_count(database: Database) -> None:
    other = {"caller_raw": "0911", "caller_e164": "+84911"}
    await database.save(
        of_calls(
            gave_up("a1", 0),
            gave_up("b1", 10, **other),
            gave_up("a2", 20),
            gave_up("withheld", 30, caller_raw="", caller_e164=None),
            over("menu", 40, Result.ABANDONED, Reason.IN_MENU, caller_raw="0922", caller_e164="+84922"),
        )
    )
    async with database.reading() as tx:
        found = await tx.calls.abandoned()
        assert [(f.caller, f.count, f.last_call, f.last_at) for f in found] == [
            ("+84901234567", 2, "a2", at(20)),
            ("+84911", 1, "b1", at(10)),
        ]
        assert [f.caller for f in await tx.calls.abandoned(limit=1)] == ["+84901234567"]
        assert [(f.caller, f.count) for f in await tx.calls.abandoned(since=at(15))] == [("+84901234567", 1)]


@pytest.mark.parametrize("portion", [1, 2, 3, 100])
async def test_abandoned_is_the_same_in_portions(
    database: Database, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr("hotline1022.db.calls.GIVEN_UP", portion)
    numbers = [f"+8490000000{n}" for n in range(4)]
    # each gave up three times, in turns and two of them in the same second; the second was reached in between
    calls = [
        gave_up(f"c{turn}{n}", turn * 100 + n // 2, caller_raw=number, caller_e164=number)
        for turn in range(3)
        for n, number in enumerate(numbers)
    ]
    calls.append(answered("talk", 150, caller_raw=numbers[1], caller_e164=numbers[1]))
    calls.append(answered("later", 500, caller_raw=numbers[2], caller_e164=numbers[2]))
    await database.save(of_calls(*calls))
    async with database.reading() as tx:
        found = [(one.caller, one.count, one.last_call) for one in await tx.calls.abandoned()]
        assert found == [(numbers[3], 3, "c23"), (numbers[1], 1, "c21"), (numbers[0], 3, "c20")]
        assert [one.caller for one in await tx.calls.abandoned(limit=2)] == [numbers[3], numbers[1]]


async def test_abandoned_is_gone_when_the_number_was_reached(database: Database) -> None:
    async def numbers() -> list[tuple[str, int]]:
        async with database.reading() as tx:
            return [(f.caller, f.count) for f in await tx.calls.abandoned()]

    await database.save(of_calls(answered("before", 0), gave_up("a1", 10), gave_up("a2", 20)))
    assert await numbers() == [("+84901234567", 2)]
    await database.save(of_calls(over("vm", 30, Result.VOICEMAIL, Reason.MESSAGE_LEFT)))
    assert await numbers() == [("+84901234567", 2)], "a message is no answer"
    await database.save(of_calls(answered("came-again", 40)))
    assert await numbers() == []
    await database.save(of_calls(gave_up("a3", 50)))
    assert await numbers() == [("+84901234567", 1)], "only what came after counts"
    called_back = a_leg("came-again", "out", 60, kind=LegKind.AGENT, party="+84901234567")
    await database.save(Batch(legs=(called_back,)))
    assert await numbers() == [("+84901234567", 1)], "it rang, nobody picked up"
    await database.save(
        Batch(legs=(a_leg("came-again", "out", 60, kind=LegKind.AGENT, party="+84901234567", answered_at=at(65)),))
    )
    assert await numbers() == []


async def test_an_agent_who_brought_115_has_reached_the_number(database: Database) -> None:
    await database.save(
        of_calls(gave_up("a", 0), over("b", 10, Result.EMERGENCY, Reason.EMERGENCY_BY_AGENT)),
    )
    async with database.reading() as tx:
        assert await tx.calls.abandoned() == []


async def test_who_talked_with_an_agent_and_then_asked_for_115_is_reached_too(database: Database) -> None:
    later = over("b", 10, Result.ABANDONED, Reason.IN_EMERGENCY, line="101", person="1001")
    await database.save(of_calls(gave_up("a", 0), later))
    async with database.reading() as tx:
        assert await tx.calls.abandoned() == []


async def test_recent_talks_are_those_of_answered_calls(database: Database) -> None:
    await database.save(
        of_calls(
            answered("a", 0, talk_ms=1000),
            answered("b", 10, talk_ms=2000),
            gave_up("d", 30, talk_ms=9000),
            answered("e", 40, talk_ms=3000),
        )
    )
    async with database.reading() as tx:
        assert await tx.calls.recent_talks(20) == [3000, 2000, 1000]
        assert await tx.calls.recent_talks(2) == [3000, 2000]


@pytest.mark.parametrize(
    ("line", "reason", "part"),
    [
        ("", Reason.EMERGENCY_ANSWERED, CallPart.LEFT),
        ("101", Reason.EMERGENCY_BY_AGENT, CallPart.LEFT),
        ("101", Reason.EMERGENCY_ANSWERED, CallPart.ANSWERED),
        ("101", Reason.EMERGENCY_UNANSWERED, CallPart.ANSWERED),
    ],
)
async def test_whom_an_agent_had_answered_before_115_has_not_left_the_queue(
    database: Database, line: str, reason: Reason, part: CallPart
) -> None:
    await database.save(of_calls(over("a", 0, Result.EMERGENCY, reason, line=line, wait_ms=4000)))
    async with database.reading() as tx:
        assert [cell.part for cell in await tx.figures.calls(CallFilter())] == [part]
