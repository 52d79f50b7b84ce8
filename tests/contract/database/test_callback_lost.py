"""Asterisk dies in a call by which an agent calls a citizen back: who had been talked with stands in no list for the same reason any more,
who had not stays. The call itself is `failed`: nobody knows how it would have ended.
"""

from datetime import timedelta

import pytest

from hotline1022.core.call import Call, fold
from hotline1022.core.errors import HotlineError
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.recordings.types import FiledCall
from hotline1022.service.calls.lost_calls import LOST_AFTER, LostCalls
from tests.contract.database.test_callbacks import ONE, OTHER, House, W, _saved, house
from tests.contract.database.test_recordings import a_message
from tests.scenario.test_calls_out import ANSWERED, LIFTED
from tests.scenario.test_calls_out import made as made_events
from tests.scenario.test_calls_out_through import HUNTING, KEYED, TAKEN, TALKING

__all__ = ["house"]

#: she has lifted, and hears that it is recorded
NOTICE = ANSWERED.partition("12.000")[0]
#: the two were joined a moment ago, and that is the last that is known of this Asterisk
JOINED = ANSWERED.partition("42.020")[0]
WITH_AGENCY = TALKING + KEYED + HUNTING + TAKEN.partition("58.3")[0]
BACK_IN_QUEUE = TALKING + KEYED + HUNTING + "43.0 c HL_CASCADE_END outcome=back\n43.1 c HL_QUEUE queue=hl1022-main\n"


async def dies(house: House, table: str, call: str) -> Call:
    """What the journal had told by then is stored as it came, and then what is concluded where Asterisk has no such channel."""
    before = await house.tells(table, call)
    lost = LostCalls()
    for event in made_events(table, call):
        lost.told(event)
    asked = before.entered_at + timedelta(seconds=300)
    lost.answered([], asked)
    ends = lost.judge({before.id: before}, asked + 2 * LOST_AFTER)
    over = fold([*made_events(table, call), *ends])
    assert over is not None and (over.result, over.reason) == (Result.FAILED, Reason.END_UNKNOWN)
    await house.store.save(_saved(over, ends))
    return over


async def missed(house: House) -> set[str]:
    """The last call of each who stands in the list of those who gave up."""
    async with house.database.reading() as tx:
        return {one.last_call for one in await tx.calls.abandoned()}


async def again(house: House, what: W, target: str) -> str:
    """Why she is not called once more; "" when she is."""
    try:
        await house.desk.begin("101", what, target)
    except HotlineError as refused:
        return refused.error_id
    return ""


@pytest.mark.parametrize("table", [JOINED, WITH_AGENCY, BACK_IN_QUEUE])
async def test_who_was_talked_with_before_asterisk_died_is_not_missed_any_more(house: House, table: str) -> None:
    view = await house.desk.begin("101", W.ABANDONED, ONE)
    over = await dies(house, table, view.call)
    kept = await house.kept()
    assert kept is not None and kept.reason is Reason.CITIZEN_ANSWERED and kept.ended_at is not None
    assert kept.ended_at <= (over.ended_at or kept.ended_at)
    assert await missed(house) == {OTHER}
    assert await again(house, W.ABANDONED, ONE) == "callback-talked"


@pytest.mark.parametrize("table", [LIFTED, NOTICE])
async def test_who_was_not_stays_and_is_called_again(house: House, table: str) -> None:
    view = await house.desk.begin("101", W.ABANDONED, ONE)
    await dies(house, table, view.call)
    kept = await house.kept()
    assert kept is not None and kept.reason is Reason.END_UNKNOWN
    assert await missed(house) == {ONE, OTHER}
    assert await again(house, W.ABANDONED, ONE) == ""


@pytest.mark.parametrize(("table", "heard"), [(JOINED, True), (WITH_AGENCY, True), (NOTICE, False)])
async def test_a_message_counts_as_answered_by_the_talk_alone(house: House, table: str, heard: bool) -> None:
    call = CallId(ChannelId(ONE))
    filed = FiledCall(call=call, tracks=(), voicemails=(a_message("vm1", call=call),))
    await SqlRecordingStore(house.database).save([filed])
    view = await house.desk.begin("101", W.VOICEMAIL, "vm1")
    await dies(house, table, view.call)
    async with house.database.reading() as tx:
        message = await tx.recordings.voicemail("vm1")
    assert message is not None and (message.heard_by == "Person 1001") is heard
    assert await again(house, W.VOICEMAIL, "vm1") == ("callback-heard" if heard else "")
