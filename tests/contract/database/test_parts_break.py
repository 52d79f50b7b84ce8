"""The service as it is put together: whatever breaks in the background, or at the start, calls are written down, people are told,
and nothing else ends. Without Asterisk: its journal is there, and who is away is one more thing that is wrong.
"""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.service import app as composition
from hotline1022.service.app import App
from hotline1022.service.background.parts import begun_of, parts_of
from hotline1022.service.prepare import folders
from hotline1022.service.settings.config import load
from tests.lab.ports import free_port
from tests.scenario.tables import rows
from tests.scenario.test_calls import ANSWERED

SECONDS = 60
CALL = "hl1-1795470000.1"


class Unforeseen(Exception):
    """What nobody foresaw."""


def breaks(first: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, None]]:
    """Breaks at its beginning, once."""
    begun: list[int] = []

    async def run() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise Unforeseen
        await first()

    return run


async def broken() -> None:
    raise Unforeseen


class Systemd:
    """Hears what the service tells it."""

    told: ClassVar[list[str]] = []

    def notify(self, state: str) -> None:
        self.told.append(state)


async def until(done: Callable[[], Awaitable[bool]], task: asyncio.Task[None]) -> None:
    async with asyncio.timeout(SECONDS):
        while not await done():
            assert not task.done(), "the service has ended"
            await asyncio.sleep(0.05)


@asynccontextmanager
async def serving(app: App, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Task[None]]:
    async def away(_: float) -> None:
        raise Unavailable("no Asterisk here")

    monkeypatch.setattr(app.reader, "wait_up", away)
    monkeypatch.setattr("sdnotify.SystemdNotifier", Systemd)
    Systemd.told.clear()
    task = asyncio.create_task(app.run())
    try:
        yield task
    finally:
        app.ask_to_stop()
        async with asyncio.timeout(SECONDS):
            await asyncio.wait([task])
        gc.unfreeze()
    assert task.exception() is None


def made(address: str, folder: Path) -> App:
    ports = {name: str(free_port("tcp")) for name in ("SERVICE_HTTP_PORT", "SERVICE_AGI_PORT", "ASTERISK_AMI_PORT")}
    own = {"PATHS_DATA": str(folder / "data"), "DATABASE_URL": address, **ports}
    settings = load(None, {f"HOTLINE1022_{name}": value for name, value in own.items()})
    folders(settings)
    settings.paths.journal.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row) + "\n" for row in rows(ANSWERED))
    (settings.paths.journal / "cel.jsonl").write_text(lines, encoding="utf-8")
    return App(settings)


async def test_whatever_breaks_calls_go_on_and_people_are_told(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await asyncio.to_thread(made, address, tmp_path)
    names = {*begun_of(app), *parts_of(app)}

    def parts(of: App) -> Mapping[str, Any]:
        return {name: breaks(run) for name, run in parts_of(of).items()}

    monkeypatch.setattr(composition, "begun_of", lambda of: dict.fromkeys(begun_of(of), broken))
    monkeypatch.setattr(composition, "parts_of", parts)

    async def told() -> bool:
        async with app.database.reading() as tx:
            rung = await tx.alarms.list(limit=1000)
        return {one.detail.partition(" broke (Unforeseen)")[0] for one in rung if one.kind == "part-broken"} == names

    async def watched() -> bool:
        return {"READY=1", "WATCHDOG=1"} <= set(Systemd.told)

    async def stored() -> bool:
        try:
            async with app.database.reading() as tx:
                return (await tx.calls.get(CALL)).call.ended_at is not None
        except NotFound:
            return False

    async with serving(app, monkeypatch) as task:
        await until(stored, task)
        await until(told, task)
        await until(watched, task)
        assert set(app.guard.broken) == names and len(names) > 30


async def test_a_recording_that_cannot_be_handed_on_and_a_bell_that_breaks_do_not_end_the_log(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await asyncio.to_thread(made, address, tmp_path)

    def submit(_: object) -> bool:
        raise Unforeseen

    monkeypatch.setattr(app.recordings, "submit", submit)

    async def counted() -> bool:
        return app.guard.broken["filing a recording"] > 0

    async with serving(app, monkeypatch) as task:
        await until(counted, task)
