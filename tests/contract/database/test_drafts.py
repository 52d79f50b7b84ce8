"""Drafts over both databases: kept over a restart, one ticket of each, never a newer word under an older one, gone in time."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.drafts import Writing, began
from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.db.unit import Database
from hotline1022.service.tickets.agent_drafts import KEPT, AgentDrafts, DraftClock
from hotline1022.tickets.types import State, TicketFilter
from tests.contract.database.ticket_office import CALL, Office, office
from tests.unit.tickets_made import NOW, a_draft

__all__ = ["office"]

LAN = "user:1"
FIRST = began(NOW)


def typed(seen: int = 0, window: str = "window-a", **texts: str) -> Writing:
    return Writing(window=window, seen=seen, texts=texts)


async def test_what_was_typed_is_there_after_a_restart(address: str, tmp_path: Path) -> None:
    async with Database(address) as database:
        drafts = AgentDrafts(database, Office(database, tmp_path).desk)
        await drafts.write(LAN, CALL, typed(name="Lê Thị Cúc", content="Mất nước\nhai ngày "), NOW)
    async with Database(address) as database:
        found = await AgentDrafts(database, Office(database, tmp_path).desk).get(LAN, CALL)
    assert found is not None and found.version == FIRST
    assert (found.text("name"), found.text("content")) == ("Lê Thị Cúc", "Mất nước\nhai ngày ")


async def test_everybody_has_the_own(office: Office) -> None:
    drafts = AgentDrafts(office.database, office.desk)
    await drafts.write(LAN, CALL, typed(name="Cúc"), NOW)
    await drafts.write(LAN, "", typed(name="Bình"), NOW + timedelta(seconds=1))
    await drafts.write("user:2", CALL, typed(name="Dung"), NOW)
    assert [one.text("name") for one in await drafts.list(LAN, 10)] == ["Bình", "Cúc"]
    assert [one.text("name") for one in await drafts.list("user:2", 10)] == ["Dung"]


async def test_windows_that_write_at_once_lose_nothing(office: Office) -> None:
    drafts = AgentDrafts(office.database, office.desk)
    names = ("name", "phone", "email", "address", "content")

    def own(name: str) -> Writing:
        return Writing(window=f"window-{name}", seen=0, texts={name: name})

    writes = [drafts.write(LAN, CALL, own(one), NOW) for one in names]
    done = await asyncio.gather(*writes, return_exceptions=True)
    for one, name in zip(done, names, strict=True):
        if isinstance(one, Unavailable):  # a window sends again
            await drafts.write(LAN, CALL, own(name), NOW)
        else:
            assert not isinstance(one, BaseException), one
    found = await drafts.get(LAN, CALL)
    assert found is not None and {name: found.text(name) for name in names} == {name: name for name in names}
    assert found.version == FIRST + len(names) - 1


async def test_the_ticket_and_the_end_of_the_draft_are_one(office: Office) -> None:
    drafts = AgentDrafts(office.database, office.desk)
    await drafts.write(LAN, CALL, typed(content="Mất nước"), NOW)
    office.fails = Unavailable("no message can be made of this ticket")
    with pytest.raises(Unavailable):
        await drafts.ticket(LAN, CALL, FIRST, a_draft(), answer="", by="Lan", at=NOW)
    assert await drafts.get(LAN, CALL) is not None, "without a ticket the draft stays"
    office.fails = None
    made = await drafts.ticket(LAN, CALL, FIRST, a_draft(), answer="Đã giải thích", by="Lan", at=NOW)
    assert made.state is State.COMPLETED
    assert await drafts.get(LAN, CALL) is None


async def test_pressed_twice_or_in_two_windows_it_is_one_ticket(office: Office) -> None:
    drafts = AgentDrafts(office.database, office.desk)
    await drafts.write(LAN, CALL, typed(content="Mất nước"), NOW)
    both = await asyncio.gather(
        *(drafts.ticket(LAN, CALL, FIRST, a_draft(), answer="", by="Lan", at=NOW) for _ in range(2)),
        return_exceptions=True,
    )
    (refused,) = [one for one in both if isinstance(one, BaseException)]
    assert isinstance(refused, HotlineError) and refused.error_id == "draft-gone"
    async with office.database.reading() as tx:
        assert len(await tx.tickets.list(TicketFilter(call=CALL))) == 1
    with pytest.raises(Refused) as error:
        await drafts.write(LAN, CALL, typed(FIRST, content="Mất nước hai ngày"), NOW)
    assert error.value.error_id == "draft-gone", "a window that still shows it does not bring it back"


async def test_a_second_window_does_not_take_the_next_request_for_its_own(office: Office) -> None:
    """It was not told that a ticket was made of what it shows, and that the caller has one more request."""
    drafts = AgentDrafts(office.database, office.desk)
    later = NOW + timedelta(seconds=20)
    await drafts.write(LAN, CALL, typed(content="Mất nước"), NOW)
    await drafts.ticket(LAN, CALL, FIRST, a_draft(), answer="", by="Lan", at=NOW)
    await drafts.write(LAN, CALL, typed(content="Đèn đường hỏng"), later)
    late = (
        drafts.write(LAN, CALL, typed(FIRST, "window-b", content="Mất nước hai ngày"), later),
        drafts.ticket(LAN, CALL, FIRST, a_draft(), answer="", by="Lan", at=later),
        drafts.drop(LAN, CALL, FIRST),
    )
    for one in late:
        with pytest.raises(Refused) as error:
            await one
        assert error.value.error_id == "draft-gone"
    found = await drafts.get(LAN, CALL)
    assert found is not None and found.text("content") == "Đèn đường hỏng"


async def test_what_another_window_typed_meanwhile_is_looked_at_first(office: Office) -> None:
    drafts = AgentDrafts(office.database, office.desk)
    await drafts.write(LAN, CALL, typed(content="Mất nước"), NOW)
    await drafts.write(LAN, CALL, typed(FIRST, "window-b", content="Mất nước hai ngày"), NOW)
    for late in (
        drafts.ticket(LAN, CALL, FIRST, a_draft(), answer="", by="Lan", at=NOW),
        drafts.drop(LAN, CALL, FIRST),
    ):
        with pytest.raises(Refused) as error:
            await late
        assert error.value.error_id == "draft-changed"
    async with office.database.reading() as tx:
        assert await tx.tickets.list(TicketFilter(call=CALL)) == []
    await drafts.drop(LAN, CALL, FIRST + 1)
    assert await drafts.get(LAN, CALL) is None


async def test_what_nobody_touches_for_thirty_days_is_forgotten(office: Office) -> None:
    drafts = AgentDrafts(office.database, office.desk)
    await drafts.write(LAN, CALL, typed(content="Mất nước"), NOW)
    await drafts.write(LAN, "", typed(content="Đèn đường"), NOW + timedelta(days=2))
    clock = DraftClock(office.database)
    assert await clock.sweep(NOW + KEPT) == 0
    assert await clock.sweep(NOW + KEPT + timedelta(seconds=1)) == 1
    assert [one.call for one in await drafts.list(LAN, 10)] == [""]


async def test_a_ticket_without_a_draft_ends_none(office: Office) -> None:
    drafts = AgentDrafts(office.database, office.desk)
    made = await drafts.ticket(LAN, "", 0, replace(a_draft(), calls=()), answer="", by="Lan", at=NOW)
    assert made.state is State.NEW


async def test_by_a_clock_that_jumped_nothing_is_forgotten(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that starts without its time knows better some seconds later; what was typed would be gone."""
    drafts = AgentDrafts(office.database, office.desk)
    await drafts.write(LAN, CALL, typed(content="Mất nước"), NOW - 2 * KEPT)
    doubts, swept_once = ["the clock went back", ""], asyncio.Event()

    async def doubt(_: object, at: datetime) -> str:
        if len(doubts) > 1:
            return doubts.pop(0)
        return doubts[0]

    monkeypatch.setattr("hotline1022.service.tickets.agent_drafts.doubt_of", doubt)
    monkeypatch.setattr("hotline1022.service.tickets.agent_drafts.EVERY_SECONDS", 0.01)
    swept: list[int] = []

    class Clock(DraftClock):
        async def sweep(self, at: datetime) -> int:
            swept.append(len(doubts))
            gone = await super().sweep(at)
            swept_once.set()
            return gone

    running = asyncio.create_task(Clock(office.database).run())
    async with asyncio.timeout(20):
        await swept_once.wait()
    assert not await drafts.list(LAN, 10)
    running.cancel()
    await asyncio.wait([running])
    assert set(swept) == {1}, "not while it was in doubt"
