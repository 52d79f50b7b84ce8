"""Nobody is rung a second time for the same reason: who was reached, heard or told meanwhile is refused, with who did it and when."""

from datetime import datetime
from typing import Any

import pytest

from hotline1022.core.call import fold
from hotline1022.core.callbacks import CallbackWhat, Dealt
from hotline1022.core.clock import written
from hotline1022.core.errors import Refused
from hotline1022.core.events import CallEntered, LegKind
from hotline1022.core.ids import CallId, ChannelId, PersonId
from hotline1022.core.outcomes import Direction, Reason, Result
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch, CallRow
from hotline1022.queue.types import Person
from hotline1022.recordings.types import FiledCall
from hotline1022.service.cascades.plan import dialled
from tests.contract.database.made import HASH, a_leg, answered, at, gave_up, of_calls, over
from tests.contract.database.test_callbacks import ONE, OTHER, House, W, house
from tests.contract.database.test_notify import a_line
from tests.contract.database.test_recordings import a_message

__all__ = ["house"]

NUMBER = {"caller_raw": "0901234567", "caller_e164": "+84901234567"}
AGAIN = "hl1-1795470900.3"


def called(name: str, second: float, *, reached: bool = True, **more: Any) -> CallRow:
    """An agent's call to her."""
    result, reason = (
        (Result.REACHED, Reason.CITIZEN_ANSWERED) if reached else (Result.UNREACHED, Reason.CITIZEN_NO_ANSWER)
    )
    given: dict[str, Any] = {"direction": Direction.OUT, "line": "102", "person": "1002", "answered_at": at(second + 3)}
    return over(name, second, result, reason, **given | NUMBER | more)


@pytest.fixture
async def people(house: House) -> House:
    async with house.database.transaction() as tx:
        for id, name in (("1001", "Nguyễn Thị Lan"), ("1002", "Trần Bình")):
            await tx.agents.add_person(Person(id=PersonId(id), name=name, pin_hash=HASH, active=True))
    call = CallId(ChannelId(ONE))
    message = a_message("vm1", call=call, left_at=at(15))
    await SqlRecordingStore(house.database).save([FiledCall(call=call, tracks=(), voicemails=(message,))])
    async with house.database.transaction() as tx:
        await tx.to_tell.put([a_line("t1", 16, number="+84901234567")])
    return house


async def happens(house: House, *calls: CallRow) -> None:
    async with house.database.transaction() as tx:
        await tx.calls.save(of_calls(*calls))


async def dealt(
    house: House, what: CallbackWhat, target: str, how: str, name: str, when: datetime, **more: Any
) -> None:
    """She is not called, and who clicked is told why."""
    with pytest.raises(Dealt) as refused:
        await house.desk.begin("101", what, target, **more)
    assert (refused.value.error_id, refused.value.name, refused.value.at) == (f"callback-{how}", name, when)
    assert name in str(refused.value) and written(when) in str(refused.value)
    assert house.phones.asked == [] and house.log.placed == [] and await house.kept(what, target) is None


async def test_who_was_reached_by_another_agent_is_not_rung_again(people: House) -> None:
    await happens(people, called("out-1.1", 100, reached=False), called("out-1.2", 200))
    await dealt(people, W.ABANDONED, ONE, "talked", "Trần Bình", at(203))
    await people.desk.begin("101", W.ABANDONED, OTHER)


async def test_who_rang_again_and_was_answered_is_not_rung(people: House) -> None:
    await happens(people, answered("hl1-2.1", 5), answered("hl1-2.2", 300, **NUMBER, answered_at=at(330)))
    await dealt(people, W.ABANDONED, ONE, "talked", "Nguyễn Thị Lan", at(330))
    await dealt(people, W.ABANDONED, ONE, "talked", "Nguyễn Thị Lan", at(330), talk="hl1-2.2")


async def test_a_talk_of_before_and_a_try_in_vain_keep_nobody_from_being_called(people: House) -> None:
    await happens(people, answered("hl1-2.1", 5), called("out-1.1", 100, reached=False), gave_up("hl1-2.3", 150))
    await people.desk.begin("101", W.ABANDONED, ONE)


async def test_whom_a_hunt_reached_at_her_own_telephone_is_not_rung(people: House) -> None:
    leg = a_leg(OTHER, "hl1-2.9", 400, kind=LegKind.AGENT, party="0901234567", answered_at=at(405))
    async with people.database.transaction() as tx:
        await tx.calls.save(Batch(calls=(), legs=(leg,)))
    await dealt(people, W.ABANDONED, ONE, "talked", "", at(405))


async def test_a_message_that_was_heard_is_not_answered_again(people: House) -> None:
    async with people.database.transaction() as tx:
        await tx.recordings.mark_heard("vm1", "Trần Bình", at(500))
    await dealt(people, W.VOICEMAIL, "vm1", "heard", "Trần Bình", at(500))


async def test_who_was_told_of_the_ticket_is_not_rung(people: House) -> None:
    async with people.database.transaction() as tx:
        line = await tx.to_tell.open_of("t1")
        assert line is not None
        await tx.to_tell.mark_told(line.id, "Trần Bình", at(600))
    await dealt(people, W.TICKET, "t1", "told", "Trần Bình", at(600))


@pytest.mark.parametrize(("what", "target"), [(W.VOICEMAIL, "vm1"), (W.TICKET, "t1")])
async def test_for_a_message_or_a_ticket_she_is_rung_again_by_who_knows_of_the_talk(
    people: House, what: CallbackWhat, target: str
) -> None:
    rows = {target: ("+84901234567", at(16))}
    await happens(people, answered("hl1-2.1", 15.5))
    assert await people.desk.talks(rows) == {}, "that was before"
    await happens(people, called("out-1.2", 200))
    await dealt(people, what, target, "talked", "Trần Bình", at(203))
    assert (await people.desk.talks(rows))[target].call == "out-1.2"
    # somebody was quicker still
    await happens(people, answered("hl1-2.2", 300, answered_at=at(330)))
    await dealt(people, what, target, "talked", "Nguyễn Thị Lan", at(330), talk="out-1.2")
    await people.desk.begin("101", what, target, talk="hl1-2.2")


async def test_who_is_on_the_line_with_1022_is_not_rung(people: House) -> None:
    id = CallId(ChannelId(AGAIN))
    call = fold([CallEntered(at=at(4900), call=id, channel=id, caller="0901234567", did="1022")])
    assert call is not None and call.direction is Direction.IN
    people.log.going = [call]
    with pytest.raises(Refused) as refused:
        await people.desk.begin("101", W.ABANDONED, ONE)
    assert refused.value.error_id == "callback-here" and people.phones.asked == []
    await people.desk.begin("101", W.ABANDONED, OTHER)


async def test_who_is_reached_between_the_look_and_the_turn_is_not_rung(
    people: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two clicks in two lists: the first talk is over when the second has its turn."""
    idle = people.desk._idle

    async def slow(line: str) -> None:
        await idle(line)
        await happens(people, called("out-1.2", 200))

    monkeypatch.setattr(people.desk, "_idle", slow)
    await dealt(people, W.VOICEMAIL, "vm1", "talked", "Trần Bình", at(203))


async def test_the_list_and_the_click_mean_the_same_by_reached(people: House) -> None:
    for number, one in enumerate(
        (
            called("out-3.1", 700),
            called("out-3.2", 710, reached=False),
            answered("hl1-3.3", 720),
            over("hl1-3.4", 730, Result.EMERGENCY, Reason.EMERGENCY_BY_AGENT),
            over("hl1-3.5", 740, Result.EMERGENCY, Reason.EMERGENCY_ANSWERED, line="101", person="1001"),
            over("hl1-3.6", 750, Result.EMERGENCY, Reason.EMERGENCY_ANSWERED),
        )
    ):
        raw = f"09011110{number}0"
        mine = {"caller_raw": raw, "caller_e164": f"+84{raw[1:]}"}
        await happens(people, gave_up(f"hl1-4.{number}", 650, **mine))
        changed = {name: getattr(one, name) for name in one.__dataclass_fields__} | mine
        await happens(people, CallRow(**changed))
        async with people.database.reading() as tx:
            listed = {row.last_call for row in await tx.calls.abandoned(since=at(640), limit=50)}
        talk = await people.desk.talks({"x": (mine["caller_e164"], at(650))})
        assert (f"hl1-4.{number}" in listed) is (talk == {}), one.id


async def test_who_was_reached_by_a_hunt_is_in_no_list_however_the_carrier_writes_her_number(people: House) -> None:
    """Legs have the number as it is dialled, calls as it came."""
    for number, raw in enumerate(("+84901112230", "0901112231", "84901112232", "+85620111223")):
        e164 = f"+{raw.lstrip('+')}" if not raw.startswith("0") else f"+84{raw[1:]}"
        party = dialled(e164)
        mine, call = {"caller_raw": raw, "caller_e164": e164}, f"hl1-5.{number}"
        await happens(people, gave_up(call, 650, **mine), answered(f"hl1-6.{number}", 700, caller_raw="0907777777"))
        async with people.database.reading() as tx:
            assert call in {row.last_call for row in await tx.calls.abandoned(since=at(640), limit=50)}
        reached = a_leg(
            f"hl1-6.{number}",
            f"hl1-7.{number}",
            705,
            kind=LegKind.CONTACT,
            party=party,
            answered_at=at(706),
            ended_at=at(720),
            talk_ms=9000,
        )
        async with people.database.transaction() as tx:
            await tx.calls.save(Batch(calls=(), legs=(reached,)))
        async with people.database.reading() as tx:
            assert call not in {row.last_call for row in await tx.calls.abandoned(since=at(640), limit=50)}, raw
        assert await people.desk.talks({"x": (e164, at(650))}), raw
