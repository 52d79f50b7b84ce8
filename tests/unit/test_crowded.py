"""What many people ask for at once, or of a disk that hangs, takes nothing that calls need: no thread, no connection."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hotline1022.core.errors import Invalid
from hotline1022.faq.types import Author
from hotline1022.service.disclosure import pack_desk
from hotline1022.service.disclosure.pack_desk import PackDesk
from hotline1022.service.faq import sheet_import as faq_import
from hotline1022.service.faq.sheet_import import FaqImport
from hotline1022.service.figures.view import FiguresView
from hotline1022.web.disclosure_wire import PackingView
from hotline1022.web.types import WorkState
from tests.lab.waiting import until

NOW = datetime(2026, 11, 29, tzinfo=UTC)
NOBODY: Any = None


async def test_a_folder_of_packages_that_hangs_takes_no_thread_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = threading.Event()

    def hangs(folder: Path, id: str) -> int:
        back.wait(60)
        return 7

    monkeypatch.setattr(pack_desk, "_written", hangs)
    monkeypatch.setattr(pack_desk, "SECONDS", 0.05)
    packs = PackDesk(NOBODY, NOBODY, tmp_path, lambda: NOW)

    async def job(*_: object) -> Mapping[str, object]:
        return {}

    view = PackingView(
        disclosure="d1", state=WorkState.RUNNING, asked_at=NOW, asked_by="user:lan", ended_at=None, done=0, work=9,
        error="",
    )  # fmt: skip
    packs._work.begin(view, job)
    try:
        async with asyncio.timeout(20):
            assert await asyncio.gather(*(packs.now() for _ in range(40))) == [view] * 40
            assert await asyncio.to_thread(lambda: "a PIN is looked at") == "a PIN is looked at"
    finally:
        back.set()
    monkeypatch.setattr(pack_desk, "_written", lambda folder, id: 7)
    await until(lambda: not any(one.name == "apart" for one in threading.enumerate()))
    seen = await packs.now()
    assert seen is not None and seen.done == 7


async def test_however_many_count_years_most_connections_are_left() -> None:
    open_now, most, go = [0], [0], asyncio.Event()

    async def counted(_: object) -> tuple[int, int]:
        await go.wait()
        return 1, 1

    class Busy:
        @asynccontextmanager
        async def reading(self) -> AsyncIterator[Any]:
            open_now[0] += 1
            most[0] = max(most[0], open_now[0])
            try:
                yield SimpleNamespace(figures=SimpleNamespace(open_tickets=counted))
            finally:
                open_now[0] -= 1

    busy: Any = Busy()
    view = FiguresView(busy, lambda: NOBODY, dict)
    asking = [asyncio.create_task(view.open_tickets(NOW)) for _ in range(20)]
    await until(lambda: open_now[0] == 2)
    asking[0].cancel()
    go.set()
    async with asyncio.timeout(20):
        done = await asyncio.gather(*asking, return_exceptions=True)
    assert most == [2] and sum(not isinstance(one, BaseException) for one in done) == 19


async def test_who_gives_up_a_sheet_lets_the_next_one_in_only_when_its_thread_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_work, most, go = [0], [0], threading.Event()

    def rows(*_: object) -> Any:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        go.wait(60)
        at_work[0] -= 1
        raise Invalid("no sheet", error_id="sheet-invalid")

    monkeypatch.setattr(faq_import, "_rows", rows)
    taking = FaqImport(NOBODY)
    author: Author = NOBODY

    async def send() -> None:
        with suppress(Invalid):
            await taking.take_in("a", b"", author, NOW, categories={}, dry_run=True, propose=False)

    first = asyncio.create_task(send())
    await until(lambda: at_work[0] == 1)
    for _ in range(5):
        first.cancel()
        await asyncio.sleep(0)
    others = [asyncio.create_task(send()) for _ in range(5)]
    await asyncio.sleep(0)
    go.set()
    async with asyncio.timeout(20):
        await asyncio.wait([first, *others])
    assert most == [1]
