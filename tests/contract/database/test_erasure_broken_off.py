"""An erasure that is broken off: the whole is told at its end, it rings until somebody sees it or goes on, what came in since is shown first,
and the number is forgotten.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Fact, Finding, Kind
from hotline1022.core.errors import Refused, Unavailable
from hotline1022.db.types import AlarmRow
from hotline1022.service.accounts.desk import Terms
from hotline1022.service.citizen import steps
from hotline1022.service.citizen.erasing import Erasing
from hotline1022.service.citizen.standing import ERASURE_ALARM, HANGS, STILL, Standing
from hotline1022.service.citizen.steps import Steps
from hotline1022.web.citizen_wire import ErasureStage
from hotline1022.web.desk.service_words import alarm_words
from tests.contract.database.catalogue_made import ended as call_ended
from tests.contract.database.citizen_world import DIGITS, NUMBER, WHOLE, House
from tests.contract.database.desk_world import Browser
from tests.lab.citizen_desk import HERE, Cared, ended, open_citizens, prepared
from tests.unit.recordings_world import CALL

CONFIRM = f"{HERE}/erasures"
WHY = {"erase_letter": "12/ĐN-2026", "why": "người dân đề nghị", "typed": NUMBER}
NEW = "hl1-1795470009.1"


class Killed(BaseException):
    """The process has ended here."""


@pytest.fixture
async def cared(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cared]:
    monkeypatch.setattr(steps, "PORTION", 1)
    async with open_citizens(address, tmp_path, monkeypatch) as made:
        yield made


async def killed(house: House, request: str, after: int = 0) -> None:
    """Its process ends when that many portions of calls were held against the chain."""
    looked = 0

    async def rows(wanted: Sequence[str]) -> Sequence[Finding]:
        nonlocal looked
        looked += 1
        if looked > after:
            raise Killed
        return ()

    with pytest.raises(Killed):
        await house.citizens(rows=rows).confirm(request, NUMBER)


async def alarms(cared: Cared, *, ringing: bool | None = None) -> Sequence[AlarmRow]:
    """Those of erasures."""
    async with cared.house.world.database.reading() as tx:
        return await tx.alarms.list(kind=ERASURE_ALARM, ringing=ringing)


async def broken(cared: Cared, monkeypatch: pytest.MonkeyPatch, browser: Browser, step: str = "_calls") -> str:
    """The page of one that the disk has broken off at this step."""

    async def full(*_: object, **__: object) -> None:
        raise OSError(28, f"no room for {NUMBER}")

    with monkeypatch.context() as patch:
        patch.setattr(Steps, step, full)
        sure = await prepared(browser, NUMBER)
        page = (await browser.post(CONFIRM, sure.forms.fields[CONFIRM] | WHY)).goes_to
        await ended(browser, page)
    return page


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_the_whole_is_told_however_often_it_was_broken_off(cared: Cared, after: int) -> None:
    asked = await cared.house.citizens().request(NUMBER, "Đơn")
    await killed(cared.house, asked.request, after)
    so_far = await cared.erasing.erasure(asked.request)
    assert (so_far.stage, so_far.counts["tickets"], so_far.counts["drafts"]) == (ErasureStage.BROKEN_OFF, 1, 2)
    assert so_far.counts.get("calls", 0) == min(after, 1)
    if after < len(("calls", "rung")):
        await killed(cared.house, asked.request)
    done = await cared.house.citizens().confirm(asked.request, NUMBER)
    assert dict(done.counts) == WHOLE and (done.recordings, done.recorded, done.words) == (1, 1, 5)
    assert dict((await cared.erasing.erasure(asked.request)).counts) == WHOLE, "as the audit tells"
    (row,) = await cared.requests()
    assert {name: row["gone"].get(name, 0) for name in WHOLE} == WHOLE, "numbers alone stay"


async def test_what_fails_rings_until_somebody_goes_on(cared: Cared, monkeypatch: pytest.MonkeyPatch) -> None:
    async with cared.desk.signed_in("admin") as browser:
        page = await broken(cared, monkeypatch, browser)
        (alarm,) = await alarms(cared, ringing=True)
        assert page.rpartition("/")[2] in alarm.detail and DIGITS not in alarm.detail
        assert "có thể đã xoá một phần" in alarm_words(alarm.detail) and "[" not in alarm_words(alarm.detail)
        shown = (await browser.get(page)).text
        assert "Đã xoá đến lúc này" in shown and "Phiếu: 1" in shown and "Một phần đã xoá" in shown
        standing = Standing(cared.house.world.database, lambda: "")
        await standing.look(datetime.now(UTC) + STILL)
        assert len(await alarms(cared)) == 1, "one for each try"
        sure = await browser.send(page, page, number=NUMBER)
        await browser.post(CONFIRM, sure.forms.fields[CONFIRM] | {"typed": NUMBER})
        assert "Đã xoá" in (await ended(browser, page)).text
    assert await alarms(cared, ringing=True) == []
    await standing.look(datetime.now(UTC) + STILL)
    assert len(await alarms(cared)) == 1


async def test_what_was_left_by_a_process_rings_once_until_it_is_seen(cared: Cared) -> None:
    database, asked = cared.house.world.database, await cared.house.citizens().request(NUMBER, "Đơn")
    standing = Standing(database, lambda: "")
    await standing.look(datetime.now(UTC) + STILL)
    assert await alarms(cared) == [], "nobody has confirmed it"
    await killed(cared.house, asked.request, 1)
    await standing.look(datetime.now(UTC) + STILL - timedelta(minutes=1))
    assert await alarms(cared) == [], "a command may be at it"
    await Standing(database, lambda: asked.request).look(datetime.now(UTC) + STILL)
    assert await alarms(cared) == [], "this process is at it"
    await Standing(database, lambda: asked.request).look(datetime.now(UTC) + HANGS)
    assert len(await alarms(cared, ringing=True)) == 1, "and hangs"
    for _ in range(2):
        await standing.look(datetime.now(UTC) + STILL)
        (alarm,) = await alarms(cared, ringing=True)
    async with database.transaction() as tx:
        await tx.alarms.mark_seen(alarm.id, "user:lan", datetime.now(UTC))
    await standing.look(datetime.now(UTC) + timedelta(days=9))
    assert await alarms(cared, ringing=True) == [], "whoever has seen it knows"
    await killed(cared.house, asked.request)
    await standing.look(datetime.now(UTC) + STILL)
    assert len(await alarms(cared, ringing=True)) == 1, "another try that was broken off"
    await cared.house.citizens().confirm(asked.request, NUMBER)
    assert await alarms(cared, ringing=True) == []


async def test_one_that_hung_and_is_done_after_all_rings_no_more(cared: Cared, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = Steps.finish

    async def hangs(self: Steps, *given: Any) -> None:
        await cared.erasing._standing.look(datetime.now(UTC) + HANGS)
        assert len(await alarms(cared, ringing=True)) == 1
        await finish(self, *given)

    monkeypatch.setattr(Steps, "finish", hangs)
    await cared.erasing.begin("a" * 16, NUMBER, "Đơn 14", "")
    async with asyncio.timeout(60):
        while cared.erasing._work.running:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.01)
    assert (await cared.erasing.erasure("a" * 16)).stage is ErasureStage.DONE
    assert len(await alarms(cared)) == 1 and await alarms(cared, ringing=True) == []


async def test_one_that_was_confirmed_and_not_begun_rings_too(cared: Cared) -> None:
    idle = Erasing(cared.house.citizens(), cared.house.world.database)  # its process ends before its work begins
    await idle.begin("a" * 16, NUMBER, "Đơn 14", "")
    assert (await cared.erasing.erasure("a" * 16)).stage is ErasureStage.BROKEN_OFF
    async with cared.desk.signed_in("admin") as browser:
        assert "chưa xoá được gì" in (await browser.get(f"{CONFIRM}/{'a' * 16}")).text
    await Standing(cared.house.world.database, lambda: "").look(datetime.now(UTC) + STILL)
    assert len(await alarms(cared, ringing=True)) == 1


async def test_the_look_is_part_of_the_service(cared: Cared) -> None:
    asked = await cared.house.citizens().request(NUMBER, "Đơn")
    await killed(cared.house, asked.request)
    async with cared.house.world.database.transaction() as tx:
        await tx.citizens.requests.note(asked.request, moved_at=datetime.now(UTC) - STILL)
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        parts = [group.create_task(run()) for name, run in cared.erasing.parts().items() if name != "erasures"]
        while not await alarms(cared):  # noqa: ASYNC110 -- the look tells nobody
            await asyncio.sleep(0.02)
        for part in parts:
            part.cancel()


def texts(one: object, met: set[int]) -> Iterator[str]:
    """All words that this part of the service holds on to."""
    if id(one) in met:
        return
    met.add(id(one))
    if isinstance(one, str):
        yield one
    held: list[Any] = []
    if isinstance(one, dict):
        held = [*one, *one.values()]
    elif isinstance(one, list | tuple | set | frozenset):
        held = list(one)
    elif isinstance(one, partial):
        held = [one.func, one.args, one.keywords]
    elif type(one).__module__.startswith(("hotline1022.service.citizen", "hotline1022.service.background")):
        slots = [name for each in type(one).__mro__ for name in getattr(each, "__slots__", ())]
        held = [getattr(one, name, None) for name in slots] + [getattr(one, "__dict__", {})]
    elif callable(one):
        held = [getattr(one, "__self__", None)]
        held += [cell.cell_contents for cell in getattr(one, "__closure__", None) or ()]
    for each in held:
        yield from texts(each, met)


@pytest.mark.parametrize("fails", [True, False])
async def test_the_number_is_forgotten_as_soon_as_it_has_ended(
    cared: Cared, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    known: list[str] = []
    finish = Steps.finish

    async def finished(self: Steps, *given: Any) -> None:
        known.extend(texts(cared.erasing, set()))
        await finish(self, *given)
        if fails:
            raise OSError(28, "no room")

    monkeypatch.setattr(Steps, "finish", finished)
    await cared.erasing.begin("a" * 16, NUMBER, "Đơn 14", "")
    async with asyncio.timeout(60):
        while cared.erasing._work.running:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.01)
    now = list(texts(cared.erasing, set()))
    assert "a" * 16 in now and not [one for one in now if NUMBER in one or DIGITS in one]
    assert known and not [one for one in known if NUMBER in one], "it is with the work alone"


async def test_what_came_in_since_it_was_broken_off_does_not_go_unseen(
    cared: Cared, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with cared.desk.signed_in("admin") as browser:
        page = await broken(cared, monkeypatch, browser)
        sure = await browser.send(page, page, number=NUMBER)
        assert CALL in sure.text
        await call_ended(cared.house.world.database, NEW, 90)
        refused = await browser.post(CONFIRM, sure.forms.fields[CONFIRM] | {"typed": NUMBER})
        assert refused.status == 409 and "khác với lúc xem" in refused.text and NEW in refused.text
        async with cared.house.world.database.reading() as tx:
            assert (await tx.calls.get(NEW)).call.caller_raw and (await tx.calls.get(CALL)).call.caller_raw
        done = await browser.post(CONFIRM, refused.forms.fields[CONFIRM] | {"typed": NUMBER})
        end = await ended(browser, done.goes_to)
    assert "Cuộc gọi: 2" in end.text and await cared.house.traces() == []


async def test_nor_by_a_program_that_goes_on(cared: Cared) -> None:
    citizens = cared.house.citizens()
    seen = (await citizens.look(NUMBER)).seen
    asked = await citizens.request(NUMBER, "Đơn")
    await killed(cared.house, asked.request, 1)
    rest = await citizens.look(NUMBER)
    await call_ended(cared.house.world.database, NEW, 90)
    for old in (seen, rest.seen):
        for going_on in (citizens.confirm, citizens.proven):
            with pytest.raises(Refused) as refused:
                await going_on(asked.request, NUMBER, seen=old)
            assert refused.value.error_id == "erasure-changed"
    async with cared.house.world.database.reading() as tx:
        assert (await tx.calls.get(NEW)).call.caller_raw
    done = await citizens.confirm(asked.request, NUMBER, seen=(await citizens.look(NUMBER)).seen)
    assert dict(done.counts) == WHOLE | {"calls": 2}


async def test_a_page_that_follows_an_erasure_keeps_no_session(cared: Cared, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = asyncio.Event()
    finish = Steps.finish

    async def slow(self: Steps, *given: Any) -> None:
        await go_on.wait()
        await finish(self, *given)

    monkeypatch.setattr(Steps, "finish", slow)
    async with cared.desk.signed_in("admin") as browser:
        sure = await prepared(browser, NUMBER)
        page = (await browser.post(CONFIRM, sure.forms.fields[CONFIRM] | WHY)).goes_to
        shown = (await browser.get(page)).text
        (path,) = re.findall(r'hx-get="([^"]+)" hx-trigger="every', shown)
        assert f"url={path}" in shown, "so does one without scripts"
        begun = cared.desk.now
        while cared.desk.now - begun < Terms().idle:
            assert 'id="erasure-box"' in (await browser.get(unescape(path))).text
            cared.desk.now += timedelta(minutes=10)
        assert (await browser.get(page)).goes_to.partition("?")[0] == "/desk/sign-in"
        go_on.set()


async def test_however_many_entries_others_have_each_end_is_told(cared: Cared) -> None:
    citizens = cared.house.citizens()
    first = await citizens.request(NUMBER, "Đơn")
    await citizens.confirm(first.request, NUMBER)
    at = datetime.now(UTC)
    counts = {"calls": 3}
    async with cared.house.world.database.transaction() as tx:
        given = {"proof": "", "reason": "Đơn", "requested_at": at, "requested_by": "cli:an"}
        await tx.citizens.requests.add(id="b" * 16, pseudonym="an-danh-b", **given)
        await tx.citizens.requests.note("b" * 16, confirmed_at=at, confirmed_by="cli:an", done_at=at)
        of_b = {
            "at": at,
            "kind": Kind.CITIZEN_ERASED,
            "actor": "cli:an",
            "origin": "cli",
            "subject": "citizen:an-danh-b",
        }
        for _ in range(401):
            tx.audit.add(Fact(**of_b, detail={"reasons": []}))  # type: ignore[arg-type]
        tx.audit.add(Fact(**of_b, detail={"request": "b" * 16, "counts": counts, "kept": {}}))  # type: ignore[arg-type]
    told = {one.request: dict(one.counts) for one in await cared.erasing.latest(100)}
    assert told == {first.request: WHOLE, "b" * 16: counts}


@pytest.mark.parametrize("wrong", [Unavailable("no", error_id="database-away"), TypeError("no")], ids=["away", "other"])
async def test_what_keeps_it_from_ringing_does_not_hide_why_it_ended(
    cared: Cared, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    async def full(*_: object) -> None:
        raise OSError(28, "no room")

    async def away(*_: object) -> None:
        raise wrong

    monkeypatch.setattr(Steps, "finish", full)
    monkeypatch.setattr(Standing, "tell", away)
    await cared.erasing.begin("a" * 16, NUMBER, "Đơn 14", "")
    async with asyncio.timeout(60):
        while cared.erasing._work.running:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.01)
    assert (await cared.erasing.erasure("a" * 16)).error_id == "disk-io"
