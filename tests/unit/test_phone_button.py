"""The transfer button of a phone that Asterisk refused: done for the agent who talks with the citizen, and for nobody else."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.ami_bridge.types import TransferRefused
from hotline1022.core.errors import NotFound
from hotline1022.core.ids import ChannelId
from hotline1022.service.cascades.phone_button import PhoneButton
from tests.scenario.tables import CHANNELS
from tests.unit.cascade_house import CALL, TALKING, House, MemoryAsterisk, a_house, hunting

PRESSED = TransferRefused(
    at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
    channel=ChannelId(CHANNELS["a"]),
    name="PJSIP/line-101-00000002",
    context="hl1022-transfer",
    exten="763",
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as one:
        await one.stored(TALKING)
        yield one


def button(house: House) -> PhoneButton:
    return PhoneButton(house.log, house.asterisk)  # type: ignore[arg-type]


async def test_it_does_what_the_code_would(house: House) -> None:
    await button(house).pressed(PRESSED)
    assert house.asterisk.done == [f"set {CALL} HL_WANTED=763", f"redirect {CALL} hl1022-cascade,anew,1"]


@pytest.mark.parametrize(
    "event",
    [
        replace(PRESSED, exten="0901234567"),
        replace(PRESSED, exten="7631"),
        replace(PRESSED, exten="7٦3"),
        replace(PRESSED, exten="763,1"),
        replace(PRESSED, exten=""),
        replace(PRESSED, context="hl1022-lines"),
        replace(PRESSED, channel=ChannelId("hl1-9.9")),
        replace(PRESSED, channel=ChannelId(CHANNELS["c"])),
    ],
    ids=lambda event: f"{event.context}-{event.exten}-{event.channel}",
)
async def test_nothing_else_and_nobody_else(house: House, event: TransferRefused) -> None:
    await button(house).pressed(event)
    assert house.asterisk.done == []


async def test_not_while_she_is_being_put_through(house: House) -> None:
    await house.stored(TALKING, hunting(None))
    await button(house).pressed(PRESSED)
    assert house.asterisk.done == []


async def test_who_hung_up_meanwhile_is_no_error(house: House, caplog: pytest.LogCaptureFixture) -> None:
    class Gone(MemoryAsterisk):
        async def setvar(self, name: str, value: str, *, channel: str = "") -> None:
            raise NotFound("there is no such channel", error_id="no-such-channel")

    with caplog.at_level(logging.WARNING):
        await PhoneButton(house.log, Gone()).pressed(PRESSED)  # type: ignore[arg-type]
    assert "did nothing" in caplog.text
