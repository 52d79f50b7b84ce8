"""Each waiting citizen's channel has the language of her position; what Asterisk did not hear is told again."""

import asyncio
from datetime import UTC, datetime

import pytest

from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.ivr.load import load
from hotline1022.ivr.model import LAST_POSITION, position_texts
from hotline1022.queue.agents import MAIN
from hotline1022.queue.types import Waiting
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.service.lines import positions as module
from hotline1022.service.lines.positions import Positions

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


class Asterisk:
    """Hears of languages, or does not."""

    def __init__(self) -> None:
        self.languages: dict[str, str] = {}
        self.told = 0
        self.away = 0
        self.gone: set[str] = set()

    async def set(self, call: str, language: str) -> None:
        self.told += 1
        if self.away:
            self.away -= 1
            raise Unavailable("no answer")
        if call in self.gone:
            raise NotFound("no such channel")
        self.languages[call] = language


def call(number: int) -> CallId:
    return CallId(ChannelId(f"hl1-{number}"))


async def until(asterisk: Asterisk, wanted: dict[str, str]) -> None:
    async with asyncio.timeout(2):
        while asterisk.languages != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_who_moves_up_hears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    asterisk, room = Asterisk(), WaitingRoom()
    positions = Positions(asterisk.set)
    for number in (1, 2, 3):
        room.joined(MAIN, call(number), number, "", NOW)
    asterisk.away = 2
    async with asyncio.TaskGroup() as group:
        running = group.create_task(positions.run())
        positions.waiting(room.now(MAIN))
        await until(asterisk, {"hl1-1": "vi_1", "hl1-2": "vi_2", "hl1-3": "vi_3"})
        room.left(MAIN, call(1))
        asterisk.gone.add("hl1-2")
        before = asterisk.told
        positions.waiting(room.now(MAIN))
        await until(asterisk, {"hl1-1": "vi_1", "hl1-2": "vi_2", "hl1-3": "vi_2"})
        assert asterisk.told == before + 2, "one who is gone is not told again, and nobody who has not moved"
        running.cancel()


async def test_far_behind_there_is_no_number() -> None:
    asterisk = Asterisk()
    positions = Positions(asterisk.set)
    far = Waiting(call=call(9), queue=MAIN, position=LAST_POSITION + 7, since=NOW, number="")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(positions.run())
        positions.waiting([far])
        await until(asterisk, {"hl1-9": "vi"})
        running.cancel()


def test_every_position_has_its_own_words() -> None:
    said = position_texts(load(None))
    assert list(said) == [f"vi_{n}" for n in range(1, LAST_POSITION + 1)]
    assert len(set(said.values())) == LAST_POSITION and " 20 " in said["vi_20"] and "phím 9" in said["vi_1"]
