"""An office that asks for chores over the API: real processes, on both databases. Keeps nothing."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from hotline1022.audit.types import Entry
from hotline1022.db.unit import Database
from hotline1022.service.background.chore import in_process
from hotline1022.service.background.chore_desk import ChoreDesk
from hotline1022.service.background.guard import together
from hotline1022.service.settings.tree import Settings
from hotline1022.web.types import WorkState
from tests.contract.database.backup_world import House
from tests.lab.chain import entries
from tests.lab.evidence_world import Bells
from tests.lab.own_settings import own_settings
from tests.lab.real_api import api
from tests.lab.waiting import until
from tests.unit.recordings_world import CITIZEN_TONE, file, tone

HEAD = "calldate,src,dst,duration,billsec,uniqueid,recordingfile"
WHO = "token:quan-tri"


@dataclass
class Office:
    """Who asks over the API, and the desk that answers."""

    house: House
    client: TestClient[Any, Any]
    token: dict[str, str]
    desk: ChoreDesk
    bells: Bells
    database: Database
    #: in force
    settings: Settings
    patch: pytest.MonkeyPatch

    def set(self, **recordings: object) -> None:
        """Settings of recordings, for the desk and for the processes."""
        self.settings = replace(self.settings, recordings=replace(self.settings.recordings, **recordings))  # type: ignore[arg-type]
        for key, value in recordings.items():
            self.patch.setenv(
                f"HOTLINE1022_RECORDINGS_{key.upper()}", str(value).lower() if value in (True, False) else str(value)
            )

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.paths.data

    @property
    def place(self) -> Path:
        """Below which folders are imported."""
        return Path(self.settings.recordings.import_folder)

    async def ask(self, method: str, path: str, **body: object) -> tuple[int, dict[str, Any]]:
        """Of /api."""
        sent = body if body or (method == "POST" and path.endswith("recordings/verification")) else None
        async with self.client.request(method, f"/api{path}", headers=self.token, json=sent) as answer:
            told: dict[str, Any] = await answer.json()
            return answer.status, told

    async def refused(self, path: str, status: int, error_id: str, **body: object) -> None:
        """A POST; it names a cure."""
        code, told = await self.ask("POST", path, **body)
        assert (code, told["error_id"]) == (status, error_id), told
        assert told["cure"], told

    async def begun(self, path: str, **body: object) -> dict[str, Any]:
        """A POST."""
        status, told = await self.ask("POST", path, **body)
        assert (status, told["state"], told["asked_by"]) == (202, "running", WHO), told
        return told

    async def ended(self, path: str, at: str = "chore") -> dict[str, Any]:
        """The one that was begun, at its end."""
        async with asyncio.timeout(90):
            while True:
                _, told = await self.ask("GET", path)
                if told[at]["state"] != "running":
                    return dict(told[at])
                await asyncio.sleep(0.05)

    async def done(self, path: str, *, state: str = "done", told_at: str = "", **body: object) -> dict[str, Any]:
        """Begun and ended."""
        await self.begun(path, **body)
        told = await self.ended(told_at or path)
        assert told["state"] == state, told
        return told

    async def entries(self) -> list[Entry]:
        """Of the audit."""
        return await entries(self.database)

    def monitor(self, name: str, count: int, *, ms: int = 200) -> Path:
        """A folder of another PBX with so many recordings and their table."""
        folder = self.place / name
        folder.mkdir(parents=True)
        rows = [HEAD]
        for number in range(count):
            (folder / f"c{number}.wav").write_bytes(file(tone(CITIZEN_TONE + number, ms)))
            clock = f"2024-03-02 08:{number // 60:02d}:{number % 60:02d}"
            rows.append(f"{clock},09012{number:05d},1022,1,1,1709343{number:03d}.12,c{number}.wav")
        (folder / "cdr.csv").write_text("\n".join(rows))
        return folder


async def command(*words: str) -> tuple[int, str]:
    """`hotline1022 …` as a process of its own, as people give it: its exit code, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hotline1022", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@contextlib.asynccontextmanager
async def at_work(desk: ChoreDesk) -> AsyncIterator[None]:
    """While the service runs."""
    task = asyncio.create_task(together(desk.parts()))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=20)


@contextlib.asynccontextmanager
async def opened(house: House, folder: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    """An office of this house."""
    own_settings(patch, PATHS_DATA=house.settings.paths.data, DATABASE_URL=house.settings.database.url)
    bells, held = Bells(), list[Office]()
    async with Database(house.settings.database_url) as database:
        desk = ChoreDesk(database, bells, settings=lambda: held[0].settings, do=in_process(None))
        async with (
            at_work(desk),
            api(database, folder / "http", "quan-tri", ["admin"], chores=desk) as (client, token),
        ):
            held.append(Office(house, client, token, desk, bells, database, house.settings, patch))
            yield held[0]


async def moving(office: Office) -> None:
    """Until the import has told that it is at it."""

    def moves() -> bool:
        view = office.desk._import.view
        assert view is not None and view.state is WorkState.RUNNING, view
        return view.done > 0

    await until(moves, "it moves", 60)
