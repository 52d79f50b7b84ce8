"""The desk of who looks after citizens' data, over the service's real parts and a citizen with traces everywhere; what else is beside it
in memory. Keeps nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.recordings.keys import NO_KEYS
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.citizen.erasing import Erasing
from hotline1022.service.citizen.export import CitizenExporter
from hotline1022.service.citizen.view import CitizenApi
from hotline1022.service.recordings.original_check import OriginalCheck
from tests.contract.database.citizen_world import House, citizen_house
from tests.contract.database.desk_world import Browser, Shown, World, open_desk

HERE = "/desk/citizens"


@dataclass
class Cared:
    """The desk, and what stands behind it."""

    desk: World
    house: House
    erasing: Erasing

    async def requests(self) -> list[Any]:
        """All rows of requests to erase."""
        async with self.house.world.database.reading() as tx:
            return await tx.citizens.requests.latest(100)

    @asynccontextmanager
    async def who_listens(self) -> AsyncIterator[Browser]:
        """Somebody who may look after citizens' data, and listen."""
        await self.desk.admin.add_role("data", "Dữ liệu", [Permission.CITIZENS, Permission.LISTEN, Permission.LOOK])
        async with self.desk.signed_in("data", login="binh") as browser:
            yield browser


@asynccontextmanager
async def open_citizens(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cared]:
    """Open it over a database of this address."""
    async with citizen_house(address, folder, monkeypatch) as house:
        world, database = house.world, house.world.database
        exporter = CitizenExporter(
            database=database, root=world.root, originals=OriginalCheck(database, world.examiner(), world.bells),
            bell=world.bells, reasons=load_reasons(), keys=NO_KEYS,
        )  # fmt: skip
        citizens = house.citizens()
        erasing = Erasing(citizens, database)
        api = CitizenApi(citizens, exporter, erasing, database)
        (folder / "desk").mkdir()
        async with open_desk(database, folder / "desk", citizens=api) as desk, asyncio.TaskGroup() as group:
            desk.now = datetime.now(UTC)
            running = group.create_task(erasing.run())
            yield Cared(desk, house, erasing)
            running.cancel()


async def found(browser: Browser, number: str) -> Shown:
    """The page with what is kept under a number."""
    return await browser.send(HERE, HERE, number=number)


async def prepared(browser: Browser, number: str, **typed: str) -> Shown:
    """The page that shows exactly what will go."""
    given = {"erase_letter": "12/ĐN-2026", "why": "người dân đề nghị"} | typed
    hidden = (await found(browser, number)).forms.fields[f"{HERE}/erase"]
    return await browser.post(f"{HERE}/erase", hidden | given)


async def ended(browser: Browser, page: str) -> Shown:
    """The page of an erasure when it does not run any more."""
    async with asyncio.timeout(60):
        while "hx-trigger" in (shown := await browser.get(page)).text.partition("<main")[2]:  # noqa: ASYNC110 -- a page tells nobody
            await asyncio.sleep(0.05)
    return shown
