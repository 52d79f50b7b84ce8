"""Limits of alarms: seen with where they come from, changed at the desk, held against the file's rules, given back, told to the second."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.db.unit import Database
from hotline1022.service.settings.limit_desk import AT_THE_DESK, IN_THE_FILE, LimitDesk
from hotline1022.service.settings.tree import Disk, Settings
from hotline1022.web.limits_port import LimitNeeds, LimitSource
from tests.contract.database.desk_world import open_desk

LOW, REPEAT = "disk.alarm_percent", "emergency.alarm_repeat_seconds"


class Running:
    """The settings of a service, and what it was told to do."""

    def __init__(self, database: Database, config: Path | None = None) -> None:
        self.settings, self.repeat = Settings(), timedelta()
        self.limits = LimitDesk(
            database,
            settings=lambda: self.settings,
            config=str(config) if config else None,
            use=lambda limits: setattr(self, "repeat", limits.repeat),
            clock=lambda: datetime.now(UTC),
        )


async def test_a_limit_is_changed_at_once_and_for_other_processes_and_given_back(database: Database) -> None:
    here, there = Running(database), Running(database)
    for one in (here, there):
        await one.limits.start()
        assert (one.limits.disk, one.repeat) == (Disk(), timedelta(seconds=30))
    await here.limits.change(LOW, 25, seen=0, by="user:lan")
    await here.limits.change(REPEAT, 300, seen=0, by="user:lan")
    assert (here.limits.disk.alarm_percent, here.repeat) == (25, timedelta(minutes=5))
    await there.limits.start()
    assert (there.limits.disk.alarm_percent, there.repeat) == (25, timedelta(minutes=5))
    here.settings = replace(here.settings, disk=Disk(alarm_percent=40))
    here.limits.again()
    assert here.limits.disk.alarm_percent == 25, "the desk leads, after a reload too"
    assert here.limits.overruled([LOW, "queue.ring_seconds"]) == (LOW,)
    await here.limits.back(LOW, seen=1, by="user:lan")
    assert here.limits.disk.alarm_percent == 40 and here.limits.overruled([LOW]) == ()
    await here.limits.change(LOW, 26, seen=2, by="user:lan")
    assert here.limits.disk.alarm_percent == 26


@pytest.mark.parametrize(
    ("key", "value", "error_id"),
    [(LOW, 0, "limit-range"), (LOW, 91, "limit-range"), (LOW, 2, "limit-order"), (LOW, 10, "limit-same")],
)
async def test_what_the_file_would_refuse_is_refused(database: Database, key: str, value: int, error_id: str) -> None:
    running = Running(database)
    with pytest.raises((Invalid, Refused)) as refused:
        await running.limits.change(key, value, seen=0, by="user:lan")
    assert refused.value.error_id == error_id
    assert running.limits.disk == Disk()


async def test_what_is_not_changed_here_and_what_somebody_else_changed_is_refused(database: Database) -> None:
    running = Running(database)
    with pytest.raises(NotFound):
        await running.limits.change("queue.ring_seconds", 20, seen=0, by="user:lan")
    await running.limits.change(LOW, 20, seen=0, by="user:lan")
    for seen in (0, 2):
        with pytest.raises(Refused) as late:
            await running.limits.change(LOW, 30, seen=seen, by="user:minh")
        assert late.value.error_id == "limit-changed"
    await running.limits.back(LOW, seen=1, by="user:lan")
    with pytest.raises(Refused):
        await running.limits.back(LOW, seen=2, by="user:lan")


async def test_a_file_that_no_longer_goes_with_the_desk_leads(database: Database) -> None:
    running = Running(database)
    await running.limits.change(LOW, 5, seen=0, by="user:lan")
    running.settings = replace(running.settings, disk=Disk(alarm_percent=60, voicemail_percent=50))
    assert running.limits.disk == running.settings.disk


async def test_it_is_told_where_a_value_comes_from_and_what_a_change_takes(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "1022.toml"
    file.write_text("[disk]\n\nalarm_percent = 12\n", encoding="utf-8")
    monkeypatch.setenv("HOTLINE1022_QUEUE_RING_SECONDS", "20")
    running = Running(database, file)
    await running.limits.change(REPEAT, 60, seen=0, by="user:lan")
    found = {one.key: one for one in await running.limits.list()}
    assert set(found) == {*AT_THE_DESK, *IN_THE_FILE}
    assert (found[LOW].source, found[LOW].place) == (LimitSource.FILE, "1022.toml:3")
    ring = found["queue.ring_seconds"]
    assert (ring.source, ring.place) == (LimitSource.VARIABLE, "HOTLINE1022_QUEUE_RING_SECONDS")
    assert (found[REPEAT].source, found[REPEAT].of_file) == (LimitSource.DESK, 30)
    assert found["disk.voicemail_percent"].source is LimitSource.SHIPPED
    assert ring.needs is LimitNeeds.RELOAD and found["notify.give_up_hours"].needs is LimitNeeds.RESTART


async def test_an_admin_changes_a_limit_on_the_page(database: Database, tmp_path: Path) -> None:
    running = Running(database)
    page, action = "/desk/alarms/limits", f"/desk/alarms/limits/{LOW}"
    async with open_desk(database, tmp_path, limits=running.limits) as world, world.signed_in("admin") as browser:
        shown = await browser.get(page)
        assert "Giá trị mặc định của phần mềm" in shown.text and "notify.give_up_hours" in shown.text
        hidden = shown.forms.fields[action]
        for wrong in ("", "1.5", "9999999", "-1"):
            bad = await browser.post(action, {**hidden, "act": "change", "value": wrong})
            assert bad.status == 400 and "số nguyên trong khoảng" in bad.text
        done = await browser.post(action, {**hidden, "act": "change", "value": "25"})
        assert done.goes_to == f"{page}?done=saved"
        shown = await browser.get(done.goes_to)
        assert "Đặt tại đây" in shown.text and "Tệp cấu hình: 10 phần trăm" in shown.text
        late = await browser.post(action, {**hidden, "act": "change", "value": "30"})
        assert late.status == 409 and "Người khác vừa sửa" in late.text
        await browser.post(action, {**shown.forms.fields[action], "act": "back", "value": "25"})
        assert "Đặt tại đây" not in (await browser.get(page)).text
        acts = [one for one in await world.acts() if one["act"] == "POST /desk/alarms/limits/{limit}"]
        told = [(one["before"], one["after"], one["from_file"]) for one in acts if "after" in one]
        assert told == [(10, 25, False), (25, 10, True)]
